import assert from 'node:assert/strict';
import {test} from 'node:test';

import {installDocument} from '../support/document.js';

installDocument();
globalThis.requestAnimationFrame = () => {};
globalThis.CanvasRenderingContext2D = class {
  measureText(text) {
    return {width: 8 * text.length, actualBoundingBoxLeft: 3};
  }
};
const {createElement} = globalThis.document;
globalThis.document.createElement = (tag) =>
  tag === 'canvas' ? {getContext: () => new globalThis.CanvasRenderingContext2D()} : createElement(tag);
const {labelLayer} = await import('../../../cop/ui/map/asset/label.js');

class Drawn {
  constructor(_own, props) {
    Object.assign(this, props);
  }
}

const deck = {ScatterplotLayer: Drawn, TextLayer: Drawn};
const LABEL = {property: 'name', rank: 'rank', size: 12, sizes: [[100, 16]], dot: [0, 0, 0], halo: [1, 1, 1], color: [2, 2, 2]};
const point = (name, x, y, rank = 0) => ({properties: {name, rank}, geometry: {type: 'Point', coordinates: [x, y]}});
const square = (name, side) => ({
  properties: {name},
  geometry: {type: 'Polygon', coordinates: [[[0, 0], [side, 0], [side, side], [0, side], [0, 0]]]},
});

function label(tiles, given = LABEL, zoom = 4, viewport = {}) {
  const layer = {
    id: 'places', props: {copLabel: true}, getSubLayerProps: (props) => props,
    context: {viewport: {zoom, ...viewport}, layerManager: {getLayers: () => [layer]}},
    state: {tileset: {tiles: tiles.map((content, x) => ({id: `${x}`, index: {x, y: 0, z: 1}, isVisible: true, content}))}},
  };
  const [dots, text] = labelLayer(deck, layer, given);
  return {layer, dots, text, names: text.data.map((one) => one.text)};
}

test('the highest rank has the room', () => {
  const {names, text} = label([[point('low', 0.5, 0.5, 1), point('high', 0.501, 0.5, 100), point('far', 0.1, 0.1, 1)]]);
  assert.deepEqual(names.slice(0, 1), ['high']);
  assert.ok(names.includes('far'));
  assert.deepEqual([text.getSize(text.data[0]), text.getSize(text.data[1])], [16, 12]);
});

test('labels that would overlap are shifted or left out', () => {
  const crowd = Array.from({length: 12}, (_, i) => square(`area${i}`, 0.5 + i * 1e-4));
  const {text} = label([crowd], {...LABEL, dot: null, rank: null});
  const shifts = text.data.map(({shift}) => shift);
  assert.deepEqual(new Set(shifts).size, shifts.length);
  assert.ok(shifts.length > 1 && shifts.length < crowd.length);
});

test('the pieces of one area share a label, in the middle of the largest', () => {
  const {names, text} = label([[square('lake', 0.1)], [square('lake', 0.5)]], {...LABEL, dot: null, rank: null});
  assert.deepEqual(names, ['lake']);
  assert.ok(text.data[0].position[0] > 0, 'the larger piece lies in the eastern tile');
});

test('a feature without a name has no label', () => {
  assert.deepEqual(label([[point('', 0.5, 0.5)]]).names, []);
});

test('nothing is placed anew while tiles and zoom are the same', () => {
  const {layer} = label([[point('town', 0.5, 0.5)]]);
  const before = layer.state.copLabels;
  labelLayer(deck, layer, LABEL);
  assert.equal(layer.state.copLabels, before);
  layer.context.viewport.zoom = 5;
  labelLayer(deck, layer, LABEL);
  assert.notEqual(layer.state.copLabels, before);
});

test('on a wall no label runs off the map, into the strip or under an alert', () => {
  // The northwestern corner of the world, 400 by 300 pixels of it, at the wall's own zoom.
  const corner = {width: 400, height: 300, unproject: () => [-180, 85.0511287798066]};
  const pixel = 2 / (512 * 2 ** 4.3);
  const towns = [Object.entries({west: [5, 90], free: [80, 90], alert: [225, 85], strip: [80, 285], east: [395, 90]})
    .map(([name, [x, y]]) => point(name, x * pixel, y * pixel))];
  const room = {below: 100, taken: [[150, 0, 300, 190]]};
  const {layer, names} = label(towns, {...LABEL, dot: null, room}, 4.3, corner);
  assert.deepEqual(names, ['free']);
  assert.equal(layer.state.copLabels.zoom, 4.3);
  assert.equal(label(towns, {...LABEL, dot: null}, 4.3, corner).names.length, 5);
});

test('a width that deck.gl would cut is measured whole', () => {
  assert.equal(new globalThis.CanvasRenderingContext2D().measureText('j').actualBoundingBoxLeft, 0);
});
