// One small layer of each kind that a map draws, so that a browser compiles what it needs to draw them.

// A vector tile with one layer: a triangle, a line and a point, each with a name.
// prettier-ignore
const TILE = Uint8Array.of(
  0x1a, 57, 0x78, 2, 0x0a, 1, 110, 0x1a, 1, 110, 0x22, 3, 0x0a, 1, 97, 0x28, 8,
  0x12, 13, 0x18, 3, 0x22, 9, 9, 4, 4, 18, 8, 0, 0, 8, 15,
  0x12, 12, 0x18, 2, 0x22, 8, 9, 4, 4, 18, 8, 0, 0, 8,
  0x12, 11, 0x12, 2, 0, 0, 0x18, 1, 0x22, 3, 9, 8, 8,
);
const INK = [128, 128, 128, 255];
const SIDE = 16;
const ink = () => INK;
const px = () => 2;

const LABEL = {property: 'n', rank: null, size: 12, sizes: [], capitals: false, color: INK, halo: INK, dot: INK};

/** Where all of them are seen. */
export const VIEW = {longitude: 0, latitude: 0, zoom: 0};

function picture() {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  canvas.getContext('2d').fillRect(0, 0, SIDE, SIDE);
  return canvas;
}

function defineSample({classes}) {
  return class SampleLayer extends classes.MVTLayer {
    static layerName = 'CopSampleLayer';

    getTileData({index}) {
      return this.parseTile(TILE.slice().buffer, index);
    }
  };
}

/**
 * Return functions that make them. What is the same for all features of a layer
 * is another pipeline than what differs from one to the next.
 */
export function sampleLayers(runtime, workerUrl) {
  const {BitmapLayer} = runtime.deck;
  const Sample = defineSample(runtime);
  const icons = () => ({iconAtlas: picture(), iconMapping: {a: {x: 0, y: 0, width: SIDE, height: SIDE}}, getIcon: () => 'a', getIconSize: px});
  // Sublayers are given what is named here, and none of a class's own defaults.
  const shared = {
    data: '{z}/{x}/{y}',
    maxZoom: 0,
    loadOptions: {mvt: {workerUrl}},
    pointType: '',
    pickable: true,
    lineWidthUnits: 'pixels',
    lineJointRounded: true,
    lineCapRounded: true,
  };
  const lines = {...shared, binary: false, filled: false};
  return [
    () => new Sample({id: 'ground', ...shared, binary: true, getFillColor: ink, getLineColor: ink, getLineWidth: px}),
    () => new Sample({id: 'lines', ...lines, getLineColor: ink, getLineWidth: px}),
    () => new Sample({id: 'areas', ...lines, getLineColor: INK, getLineWidth: 1}),
    () => new Sample({id: 'labels', ...lines, stroked: false, copLabel: LABEL}),
    () => new Sample({id: 'icons', ...lines, stroked: false, pointType: 'icon', ...icons()}),
    () => new BitmapLayer({id: 'picture', image: picture(), bounds: [-40, -40, 40, 40]}),
  ];
}
