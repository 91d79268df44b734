// How own units are painted: a rectangle of friendly blue, as large at every zoom, with callsign and age.

const FONT = '"Segoe UI", system-ui, -apple-system, "Noto Sans", "DejaVu Sans", sans-serif';
const HALF_PX = [9, 6];
const TEXT_PX = 12.5;
/** Friendly blue of MIL-STD-2525, with a frame that is seen on both backgrounds. */
export const FILL = [128, 224, 255];
export const FRAME = [10, 30, 60];

/** Return the corners of the rectangle around a place, as large on the screen at every zoom. */
export function frameOf(viewport, [lon, lat]) {
  const [x, y] = viewport.projectFlat([lon, lat]);
  const [dx, dy] = HALF_PX.map((px) => px / viewport.scale);
  return [[-dx, -dy], [dx, -dy], [dx, dy], [-dx, dy]].map(([right, up]) => viewport.unprojectFlat([x + right, y + up]));
}

/** Derive the layer from the runtime's; pydeck's JSON names it "UnitLayer". */
export function defineUnitLayer({deck}) {
  return class UnitLayer extends deck.CompositeLayer {
    static layerName = 'CopUnitLayer';

    static defaultProps = {
      read: {type: 'function', value: () => [], compare: false},
      stamp: {type: 'number', value: 0},
      halo: {type: 'array', value: [0, 0, 0, 255]},
      ink: {type: 'array', value: [255, 255, 255, 255]},
    };

    shouldUpdateState({changeFlags}) {
      return changeFlags.somethingChanged;
    }

    renderLayers() {
      const {read, stamp, halo, ink} = this.props;
      const {viewport} = this.context;
      const units = read().map((unit) => ({...unit, frame: frameOf(viewport, [unit.lon, unit.lat])}));
      const own = (id) => this.getSubLayerProps({id, updateTriggers: {getText: stamp, getColor: [stamp, ink]}});
      return [
        new deck.SolidPolygonLayer(own('fill'), {
          data: units, pickable: false, getPolygon: ({frame}) => frame, getFillColor: [...FILL, 255],
        }),
        new deck.PathLayer(own('frame'), {
          data: units, pickable: false, widthUnits: 'pixels', getWidth: 2, getColor: [...FRAME, 255],
          getPath: ({frame}) => [...frame, frame[0]],
        }),
        new deck.TextLayer(own('names'), {
          data: units, pickable: false, fontFamily: FONT, fontWeight: 650, characterSet: 'auto', sizeUnits: 'pixels',
          fontSettings: {sdf: true, radius: 16, buffer: 8}, outlineWidth: 5, outlineColor: halo,
          getText: ({label}) => label, getPosition: ({lon, lat}) => [lon, lat], getSize: TEXT_PX, getColor: ink,
          getTextAnchor: 'start', getAlignmentBaseline: 'center', getPixelOffset: [HALF_PX[0] + 5, 0],
        }),
      ];
    }
  };
}
