// How private drafts are painted: rings, lines and areas in one color of their own, until published.

const RADIUS_PX = 7;
const LINE_PX = 3;
const FILL_ALPHA = 60;

/** Derive the layer from the runtime's; pydeck's JSON names it "DroppedLayer". */
export function defineDroppedLayer({deck}) {
  return class DroppedLayer extends deck.CompositeLayer {
    static layerName = 'CopDroppedLayer';

    static defaultProps = {
      read: {type: 'function', value: () => [], compare: false},
      color: {type: 'array', value: [245, 163, 215]},
      halo: {type: 'array', value: [0, 0, 0, 255]},
    };

    /** Two of each: the halo below keeps the draft apart from what it lies on. */
    renderLayers() {
      const {read, color, halo} = this.props;
      const data = read();
      const shared = {
        data,
        filled: true,
        stroked: true,
        pointType: 'circle',
        pointRadiusUnits: 'pixels',
        lineWidthUnits: 'pixels',
        lineJointRounded: true,
        lineCapRounded: true,
      };
      const layer = (id, props) => new deck.GeoJsonLayer(this.getSubLayerProps({id, updateTriggers: {}}), {...shared, ...props});
      return [
        layer('halo', {
          pickable: false, filled: false, getLineColor: halo, getLineWidth: LINE_PX + 3, getPointRadius: RADIUS_PX,
        }),
        layer('draft', {
          getFillColor: [...color, FILL_ALPHA], getLineColor: [...color, 255], getLineWidth: LINE_PX, getPointRadius: RADIUS_PX,
        }),
      ];
    }
  };
}
