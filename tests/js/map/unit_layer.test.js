// How own units are painted: a rectangle as large at every zoom, its label, nothing that is picked.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {FILL, defineUnitLayer, frameOf} from '../../../cop/ui/map/asset/unit_layer.js';

const viewportOf = (scale) => ({scale, projectFlat: (place) => place, unprojectFlat: (place) => place});

class CompositeLayer {
  getSubLayerProps(own) {
    return own;
  }
}

class Sub {
  constructor(own, props) {
    Object.assign(this, own, props);
  }
}

function drawn(units) {
  const Layer = defineUnitLayer({deck: {CompositeLayer, SolidPolygonLayer: Sub, PathLayer: Sub, TextLayer: Sub}});
  const layer = new Layer();
  layer.props = {read: () => units, stamp: 3, halo: [0, 0, 0, 1], ink: [9, 9, 9, 255]};
  layer.context = {viewport: viewportOf(2)};
  return Object.fromEntries(layer.renderLayers().map((one) => [one.id, one]));
}

test('a rectangle is as large on the screen at every zoom', () => {
  for (const scale of [1, 8]) {
    const [[west, south], , [east, north]] = frameOf(viewportOf(scale), [10, 20]);
    assert.deepEqual([(east - west) * scale, (north - south) * scale], [18, 12]);
    assert.deepEqual([(east + west) / 2, (north + south) / 2], [10, 20]);
  }
});

test('each unit has a frame of its own and its label, and none is picked', () => {
  const {fill, frame, names} = drawn([{lon: 1, lat: 2, label: '@@=evil'}]);
  assert.deepEqual(fill.getFillColor, [...FILL, 255]);
  assert.equal(fill.getPolygon(fill.data[0]).length, 4);
  assert.deepEqual(frame.getPath(frame.data[0])[0], frame.getPath(frame.data[0])[4]);
  assert.deepEqual([names.getText(names.data[0]), names.getPosition(names.data[0])], ['@@=evil', [1, 2]]);
  assert.ok([fill, frame, names].every(({pickable}) => pickable === false));
  assert.equal(names.updateTriggers.getText, 3, 'other words are drawn anew');
});

test('a moved map or new units draw it anew', () => {
  const Layer = defineUnitLayer({deck: {CompositeLayer, SolidPolygonLayer: Sub, PathLayer: Sub, TextLayer: Sub}});
  assert.equal(new Layer().shouldUpdateState({changeFlags: {somethingChanged: true}}), true);
});
