// Labels that never overlap: the features of all visible tiles compete for room, highest rank first.

import {shownOf} from './class_switch.js';

const TILE = 512;
const FONT = '"Segoe UI", system-ui, -apple-system, "Noto Sans", "DejaVu Sans", sans-serif';
const CHARACTERS = [
  ...Array.from({length: 95}, (_, i) => String.fromCharCode(32 + i)),
  ...Array.from({length: 224}, (_, i) => String.fromCharCode(160 + i)),
  ...Array.from({length: 4}, (_, i) => String.fromCharCode(536 + i)),
  '\u2013', '\u2019', '\u200a',
];
const PADDING = 6;
const SHIFTS = [0, -16, 16, -32, 32, -48, 48, -64, 64];
let ruler = null;
let turns = 0;

// deck.gl 9.3 takes what a glyph has left of its origin off its width, which cut j and J in half.
const measured = CanvasRenderingContext2D.prototype.measureText;
CanvasRenderingContext2D.prototype.measureText = function measureText(text) {
  const metrics = measured.call(this, text);
  if (metrics.actualBoundingBoxLeft > 0) {
    Object.defineProperty(metrics, 'actualBoundingBoxLeft', {value: 0});
  }
  return metrics;
};

function widthOf(text, size, weight) {
  ruler ??= document.createElement('canvas').getContext('2d');
  ruler.font = `${weight} ${size}px ${FONT}`;
  return ruler.measureText(text).width;
}

/** Find a polygon's middle: the centroid of its largest ring, with the ring's area. */
function middle(geometry) {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  let best = {area: 0};
  for (const [ring] of polygons) {
    let area = 0;
    let x = 0;
    let y = 0;
    for (let i = 0; i + 1 < ring.length; i++) {
      const cross = ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
      area += cross;
      x += (ring[i][0] + ring[i + 1][0]) * cross;
      y += (ring[i][1] + ring[i + 1][1]) * cross;
    }
    if (Math.abs(area) > best.area && area) {
      best = {area: Math.abs(area), x: x / (3 * area), y: y / (3 * area)};
    }
  }
  return best;
}

function anchors(tile, feature, scale) {
  const {type, coordinates} = feature.geometry;
  if (type === 'Point') return {x: coordinates[0], y: coordinates[1], weight: Infinity};
  if (type === 'MultiPoint') return {x: coordinates[0][0], y: coordinates[0][1], weight: Infinity};
  if (!type.endsWith('Polygon')) return null;
  const found = middle(feature.geometry);
  return found.area ? {x: found.x, y: found.y, weight: found.area * scale * scale} : null;
}

function collect(tiles, label, hidden) {
  const found = new Map();
  for (const tile of tiles) {
    const scale = 1 / 2 ** tile.index.z;
    for (const feature of shownOf(tile.content, hidden)) {
      const name = feature.properties[label.property];
      const at = name ? anchors(tile, feature, scale) : null;
      if (!at) continue;
      const x = (tile.index.x + at.x) * scale;
      const y = (tile.index.y + at.y) * scale;
      const rank = label.rank ? (feature.properties[label.rank] ?? 0) : at.weight;
      // A point keeps its own place; the pieces of one area share a label.
      const key = at.weight === Infinity ? `${name}@${x.toFixed(5)},${y.toFixed(5)}` : name;
      const known = found.get(key);
      if (!known || at.weight > known.weight) found.set(key, {name, x, y, rank, weight: at.weight});
    }
  }
  return [...found.values()].sort((a, b) => b.rank - a.rank || (a.name < b.name ? -1 : 1));
}

function sizeOf(label, rank) {
  return label.sizes.reduce((size, [least, px]) => (rank >= least ? px : size), label.size);
}

/** Return where a label may stand: right or left of its dot; on an area's middle or off it. */
function standsOf(label, size) {
  if (!label.dot) return SHIFTS.map((shift) => ({anchor: 'middle', dx: 0, shift}));
  const right = [0, -0.6, 0.6].map((part) => ({anchor: 'start', dx: 6, shift: part * size}));
  return [...right, {anchor: 'end', dx: -6, shift: 0}];
}

const free = (box, taken) =>
  taken.every((o) => box[0] > o[2] || box[2] < o[0] || box[1] > o[3] || box[3] < o[1]);

/** Return whether a box lies in a frame, where there is one: what would run off is left out. */
const within = (box, frame) =>
  !frame || (box[0] >= frame[0] && box[1] >= frame[1] && box[2] <= frame[2] && box[3] <= frame[3]);

function place(candidates, label, zoom, others, frame) {
  const world = TILE * 2 ** zoom;
  const taken = [...others];
  const kept = [];
  const boxes = [];
  for (const {name, x, y, rank} of candidates) {
    const size = sizeOf(label, rank);
    const text = label.capitals ? [...name.toUpperCase()].join('\u200a') : name;
    const width = widthOf(text, size, 500);
    const boxAt = ({anchor, shift}) => {
      const [before, after] = {middle: [width / 2, width / 2], start: [4, width + 6], end: [width + 6, 4]}[anchor];
      return [
        x * world - before - PADDING,
        y * world + shift - size / 2 - PADDING / 2,
        x * world + after + PADDING,
        y * world + shift + size / 2 + PADDING / 2,
      ];
    };
    const stand = standsOf(label, size).find((candidate) => within(boxAt(candidate), frame) && free(boxAt(candidate), taken));
    if (!stand) continue;
    taken.push(boxAt(stand));
    boxes.push(boxAt(stand));
    const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
    kept.push({text, size, ...stand, position: [x * 360 - 180, lat]});
  }
  return {data: kept, boxes};
}

/** Return the boxes that labels drawn above this layer hold, and a word that changes with them. */
function boxesAbove(layer, zoom) {
  const all = layer.context.layerManager.getLayers();
  const above = all.slice(all.findIndex((other) => other.id === layer.id) + 1);
  const memos = above.map((other) => other.state?.copLabels).filter((memo) => memo?.zoom === zoom);
  return {boxes: memos.flatMap((memo) => memo.boxes), word: memos.map((m) => m.turn).join(' ')};
}

/** Return what of the world's pixels at a zoom a wall's labels may use; another map may be moved at any time. */
function roomOf(layer, {room}, zoom) {
  if (!room) return {frame: null, taken: []};
  const {viewport} = layer.context;
  const [west, north] = unproject(viewport, [0, 0], zoom);
  const moved = ([x, y, x2, y2]) => [west + x, north + y, west + x2, north + y2].map(Math.round);
  return {frame: moved([0, 0, viewport.width, viewport.height - room.below]), taken: room.taken.map(moved)};
}

function unproject(viewport, pixel, zoom) {
  const [lon, lat] = viewport.unproject(pixel);
  const world = TILE * 2 ** zoom;
  const y = 0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI);
  return [((lon + 180) / 360) * world, y * world];
}

function nudgeBelow(layer) {
  for (const other of layer.context.layerManager.getLayers()) {
    if (other.id === layer.id) return;
    // After this update: deck.gl forgets what is asked for in the midst of one.
    if (other.props.copLabel && other.state?.copLabels) {
      requestAnimationFrame(() => other.internalState && other.setNeedsUpdate());
    }
  }
}

/** Build the sublayers with the labels of a tile layer, anew only when tiles or zoom changed. */
export function labelLayer(deck, layer, label) {
  const tiles = layer.state.tileset.tiles.filter((tile) => tile.isVisible && tile.content);
  // A wall's map stands still: its labels are placed to the pixel.
  const {zoom: exact} = layer.context.viewport;
  const zoom = label.room ? exact : Math.round(exact * 4) / 4;
  const ids = tiles.map((tile) => tile.id).join(' ');
  const above = boxesAbove(layer, zoom);
  const {frame, taken} = roomOf(layer, label, zoom);
  const {copHidden} = layer.props;
  const key = JSON.stringify([label, zoom, ids, layer.state.data, above.word, frame, copHidden]);
  if (layer.state.copLabels?.key !== key) {
    const placed = place(collect(tiles, label, copHidden), label, zoom, [...taken, ...above.boxes], frame);
    layer.state.copLabels = {key, zoom, turn: (turns += 1), ...placed};
    nudgeBelow(layer);
  }
  const {data} = layer.state.copLabels;
  const dots = label.dot && new deck.ScatterplotLayer(layer.getSubLayerProps({id: 'dots'}), {
    data,
    pickable: false,
    getPosition: (d) => d.position,
    getRadius: (d) => (d.size >= 13 ? 2.6 : 1.9),
    radiusUnits: 'pixels',
    getFillColor: label.dot,
    stroked: true,
    getLineColor: label.halo,
    getLineWidth: 1,
    lineWidthUnits: 'pixels',
    updateTriggers: {getFillColor: label.dot, getLineColor: label.halo},
  });
  const text = new deck.TextLayer(layer.getSubLayerProps({id: 'labels'}), {
    data,
    pickable: false,
    getPosition: (d) => d.position,
    getText: (d) => d.text,
    getSize: (d) => d.size,
    getColor: label.color,
    getTextAnchor: (d) => d.anchor,
    getPixelOffset: (d) => [d.dx, d.shift],
    fontFamily: FONT,
    fontWeight: 500,
    characterSet: CHARACTERS,
    fontSettings: {sdf: true, fontSize: 64, buffer: 12, radius: 14, smoothing: 0.18},
    outlineWidth: 5,
    outlineColor: label.halo,
    updateTriggers: {getColor: label.color},
  });
  return [dots, text];
}
