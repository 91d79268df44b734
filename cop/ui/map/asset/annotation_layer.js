// How annotations are painted: areas, lines, arrows, points and their titles, as one layer of deck.gl.

const FONT = '"Segoe UI", system-ui, -apple-system, "Noto Sans", "DejaVu Sans", sans-serif';
const LINE_PX = 2.5;
const HALO_PX = 5.5;
const HEAD_PX = 15;
const HEAD_TURN = 0.42;
const FILL_ALPHA = 34;
const USUAL_TEXT_PX = 13;

const shapeOf = ({properties}) => properties.shape;
const outline = ({geometry: {type, coordinates}}) => (type === 'Polygon' ? coordinates[0] : coordinates);

/** Return where a title stands: the middle of an area or a line, the place of a point. */
export function anchor(feature) {
  const places = outline(feature);
  if (feature.geometry.type === 'Point') return places;
  if (feature.geometry.type === 'Polygon') {
    const sum = (i) => places.slice(1).reduce((total, place) => total + place[i], 0);
    return [sum(0) / (places.length - 1), sum(1) / (places.length - 1)];
  }
  const [from, to] = places.slice(Math.floor((places.length - 1) / 2)).slice(0, 2);
  return [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
}

/** Return the triangle at an arrow's end, as large on the screen at every zoom. */
function arrowHead(viewport, feature, px) {
  const [tail, tip] = outline(feature).slice(-2).map((place) => viewport.projectFlat(place));
  const length = px / viewport.scale;
  const angle = Math.atan2(tip[1] - tail[1], tip[0] - tail[0]);
  const corner = (turn) =>
    viewport.unprojectFlat([tip[0] - length * Math.cos(angle + turn), tip[1] - length * Math.sin(angle + turn)]);
  return {...feature, head: [viewport.unprojectFlat(tip), corner(HEAD_TURN), corner(-HEAD_TURN)]};
}

/** Derive the layer from the runtime's; pydeck's JSON names it "AnnotationLayer". */
export function defineAnnotationLayer({deck}) {
  return class AnnotationLayer extends deck.CompositeLayer {
    static layerName = 'CopAnnotationLayer';

    static defaultProps = {
      read: {type: 'function', value: () => ({shown: [], area: null}), compare: false},
      stamp: {type: 'number', value: 0},
      colors: {type: 'object', value: {}},
      halo: {type: 'array', value: [0, 0, 0, 255]},
      textSize: {type: 'number', value: USUAL_TEXT_PX},
    };

    shouldUpdateState({changeFlags}) {
      return changeFlags.somethingChanged;
    }

    updateState({props, oldProps}) {
      if (props.stamp === oldProps.stamp && this.state.shown) return;
      const {shown, area} = props.read();
      const filter = area ? [{area}] : [];
      this.setState({
        shown,
        filter,
        areas: shown.filter((one) => shapeOf(one) === 'area'),
        lines: shown.filter((one) => ['area', 'line', 'arrow'].includes(shapeOf(one))),
        arrows: shown.filter((one) => shapeOf(one) === 'arrow'),
        points: shown.filter((one) => shapeOf(one) === 'point'),
      });
    }

    color(feature, alpha = 255) {
      return [...(this.props.colors[feature.properties.purpose] ?? [213, 218, 224]), alpha];
    }

    sub(Kind, id, data, props) {
      const {stamp, colors, halo} = this.props;
      const triggers = JSON.stringify([stamp, colors, halo]);
      const names = Object.keys(props).filter((name) => name.startsWith('get'));
      const updateTriggers = Object.fromEntries(names.map((name) => [name, triggers]));
      return new Kind(this.getSubLayerProps({id, updateTriggers}), {data, ...props});
    }

    paths(id, data, getPath, getColor, px) {
      const widthUnits = 'pixels';
      const look = {widthUnits, jointRounded: true, capRounded: true};
      return this.sub(deck.PathLayer, id, data, {...look, getPath, getColor, getWidth: px});
    }

    renderLayers() {
      const {filter, areas, lines, arrows, points, shown} = this.state;
      const {halo, textSize} = this.props;
      const scale = textSize / USUAL_TEXT_PX;
      const {viewport} = this.context;
      const heads = arrows.map((one) => arrowHead(viewport, one, HEAD_PX * Math.sqrt(scale)));
      const width = Math.sqrt(scale);
      const edge = halo[0] < 128 ? [255, 255, 255] : [0, 0, 0];
      return [
        this.paths('filter-halo', filter, ({area}) => area, halo, HALO_PX * width),
        this.paths('filter', filter, ({area}) => area, edge, LINE_PX * width),
        this.sub(deck.SolidPolygonLayer, 'areas', areas, {
          getPolygon: ({geometry}) => geometry.coordinates,
          getFillColor: (one) => this.color(one, FILL_ALPHA),
        }),
        this.paths('line-halo', lines, outline, halo, HALO_PX * width),
        this.paths('lines', lines, outline, (one) => this.color(one), LINE_PX * width),
        this.sub(deck.SolidPolygonLayer, 'heads', heads, {
          getPolygon: ({head}) => head,
          getFillColor: (one) => this.color(one),
        }),
        this.sub(deck.ScatterplotLayer, 'points', points, {
          radiusUnits: 'pixels',
          lineWidthUnits: 'pixels',
          stroked: true,
          getPosition: ({geometry}) => geometry.coordinates,
          getRadius: 6 * width,
          getFillColor: (one) => this.color(one),
          getLineColor: halo,
          getLineWidth: 2 * width,
        }),
        this.titles(shown, textSize),
      ];
    }

    titles(shown, size) {
      const {halo} = this.props;
      return this.sub(deck.TextLayer, 'titles', shown, {
        fontFamily: FONT,
        fontWeight: 650,
        fontSettings: {sdf: true, radius: 16, buffer: 8},
        characterSet: 'auto',
        outlineWidth: 5,
        outlineColor: halo,
        sizeUnits: 'pixels',
        maxWidth: 16,
        wordBreak: 'break-word',
        getText: ({properties}) => properties.title,
        getPosition: anchor,
        getSize: size,
        getColor: (one) => this.color(one),
        getTextAnchor: 'middle',
        getAlignmentBaseline: 'center',
        getPixelOffset: (one) => (['area', 'text'].includes(shapeOf(one)) ? [0, 0] : [0, -size * 1.1]),
      });
    }
  };
}
