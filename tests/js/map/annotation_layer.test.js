// How annotations are painted: where titles stand, which parts a shape has, arrow heads of one size.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {anchor, defineAnnotationLayer} from '../../../cop/ui/map/asset/annotation_layer.js';

const feature = (shape, type, coordinates) => ({geometry: {type, coordinates}, properties: {shape, title: shape, purpose: 'note'}});
const POINT = feature('point', 'Point', [1, 2]);
const LINE = feature('line', 'LineString', [[0, 0], [2, 0], [4, 4]]);
const ARROW = feature('arrow', 'LineString', [[0, 0], [10, 0]]);
const AREA = feature('area', 'Polygon', [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]]);

test('a title stands on the point, the middle of a line, or the middle of an area', () => {
  assert.deepEqual(anchor(POINT), [1, 2]);
  assert.deepEqual(anchor(LINE), [3, 2]);
  assert.deepEqual(anchor(ARROW), [5, 0]);
  assert.deepEqual(anchor(AREA), [2, 2]);
});

class CompositeLayer {
  setState(state) {
    this.state = state;
  }

  getSubLayerProps(own) {
    return own;
  }
}

class Sub {
  constructor(own, props) {
    Object.assign(this, own, props);
  }
}

function drawn(shown, {area = null, scale = 1, size = 13} = {}) {
  const deck = {CompositeLayer, PathLayer: Sub, SolidPolygonLayer: Sub, ScatterplotLayer: Sub, TextLayer: Sub};
  const layer = new (defineAnnotationLayer({deck}))();
  layer.props = {read: () => ({shown, area}), stamp: 1, colors: {note: [1, 2, 3]}, halo: [0, 0, 0, 255], textSize: size};
  layer.context = {viewport: {scale, projectFlat: (place) => place, unprojectFlat: (place) => place}};
  layer.state = {};
  layer.updateState({props: layer.props, oldProps: {}});
  return Object.fromEntries(layer.renderLayers().map((one) => [one.id, one]));
}

test('each shape is drawn by the layers that it needs', () => {
  const layers = drawn([POINT, LINE, ARROW, AREA]);
  assert.deepEqual(layers.areas.data, [AREA]);
  assert.deepEqual(layers.lines.data, [LINE, ARROW, AREA]);
  assert.deepEqual(layers.points.data, [POINT]);
  assert.equal(layers.titles.data.length, 4);
  assert.deepEqual(layers.filter.data, []);
  assert.deepEqual(drawn([], {area: [[0, 0]]}).filter.data, [{area: [[0, 0]]}]);
});

test('an arrow head is as large on the screen at every zoom', () => {
  const lengthOf = (scale) => {
    const [tip, left] = drawn([ARROW], {scale}).heads.data[0].head;
    return Math.hypot(tip[0] - left[0], tip[1] - left[1]) * scale;
  };
  assert.ok(Math.abs(lengthOf(1) - lengthOf(8)) < 1e-9);
  assert.deepEqual(drawn([ARROW]).heads.data[0].head[0], [10, 0]);
});

test('colors are those of the purpose, and areas are seen through', () => {
  const layers = drawn([AREA]);
  assert.deepEqual(layers.lines.getColor(AREA), [1, 2, 3, 255]);
  assert.deepEqual(layers.areas.getFillColor(AREA), [1, 2, 3, 34]);
  const other = {...AREA, properties: {...AREA.properties, purpose: 'unheard of'}};
  assert.deepEqual(layers.lines.getColor(other).length, 4);
});

test('titles of points stand above them, those of areas in the middle', () => {
  const {titles} = drawn([POINT, AREA], {size: 20});
  assert.deepEqual(titles.getPixelOffset(AREA), [0, 0]);
  assert.ok(titles.getPixelOffset(POINT)[1] < -20);
});
