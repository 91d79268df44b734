// The samples: a tile that is decoded as any other, with a triangle, a line and a point.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {installDocument} from '../support/document.js';

installDocument();
const {createElement} = globalThis.document;
globalThis.document.createElement = (tag) => Object.assign(createElement(tag), {getContext: () => ({fillRect: () => {}})});
const {sampleLayers} = await import('../../../cop/ui/map/asset/sample.js');

class Layer {
  constructor(props) {
    this.props = props;
  }

  parseTile(buffer, index) {
    return {bytes: new Uint8Array(buffer), index};
  }
}

const made = () => sampleLayers({deck: {BitmapLayer: Layer}, classes: {MVTLayer: Layer}}, '/worker.js').map((make) => make());

test('the layers are of all kinds, and tiles are decoded by the worker', () => {
  const layers = made();
  assert.equal(new Set(layers.map(({props}) => props.id)).size, layers.length);
  const tiles = layers.filter(({props}) => props.data);
  assert.equal(tiles.length, layers.length - 1);
  for (const {props} of tiles) assert.equal(props.loadOptions.mvt.workerUrl, '/worker.js');
});

test('the tile has one layer, as long as it says, and is another buffer each time', () => {
  const [layer] = made();
  const {bytes, index} = layer.getTileData({index: {x: 0, y: 0, z: 0}});
  assert.deepEqual(index, {x: 0, y: 0, z: 0});
  assert.deepEqual([bytes[0], bytes[1]], [0x1a, bytes.length - 2]);
  assert.notEqual(layer.getTileData({}).bytes.buffer, bytes.buffer);
});
