import assert from 'node:assert/strict';
import {afterEach, test} from 'node:test';

import {defineRasterLayer} from '../../../cop/ui/map/asset/raster.js';

class TileLayer {
  constructor(props) {
    this.props = props;
  }
}

class BitmapLayer {
  constructor(props, own) {
    Object.assign(this, own);
  }
}

const {fetch} = globalThis;
afterEach(() => (globalThis.fetch = fetch));

const layerOf = (props) => new (defineRasterLayer({deck: {TileLayer, BitmapLayer}}))({data: '/t/{z}/{x}/{y}?a=1', maxZoom: 9, ...props});
const INDEX = {z: 1, x: 2, y: 3};

async function load(layer, status = 200) {
  const asked = [];
  globalThis.fetch = async (url) => {
    asked.push(url);
    return new Response(status === 204 ? null : 'image', {status});
  };
  globalThis.createImageBitmap = async (_blob, options) => options;
  return {asked, data: await layer.getTileData({index: INDEX, signal: new AbortController().signal})};
}

test('a tile is asked for in the theme of the page, if it has one', async () => {
  assert.deepEqual((await load(layerOf({}))).asked, ['/t/1/2/3?a=1']);
  assert.deepEqual((await load(layerOf({copTheme: 'dark'}))).asked, ['/t/1/2/3?a=1&theme=dark']);
});

test('half transparent colours are not multiplied, and an empty tile draws nothing', async () => {
  assert.deepEqual((await load(layerOf({}))).data.bitmap, {premultiplyAlpha: 'none'});
  const layer = layerOf({});
  const {data} = await load(layer, 204);
  assert.equal(data, null);
  assert.equal(layer.renderSubLayers({data, tile: {}}), null);
});

test('beyond the last zoom pixels are shown as they are, slopes stay smooth', () => {
  const draw = (props, z) =>
    layerOf(props).renderSubLayers({
      data: {bitmap: 'picture', shades: new Map([['1,2', 'relief']])},
      tile: {index: {z}, bbox: {west: 1, south: 2, east: 3, north: 4}},
    });
  assert.equal(draw({}, 9).textureParameters.magFilter, 'nearest');
  assert.equal(draw({}, 8).textureParameters.magFilter, 'linear');
  const relief = draw({copShade: [1, 2]}, 9);
  assert.deepEqual([relief.textureParameters.magFilter, relief.image, relief.bounds], ['linear', 'relief', [1, 2, 3, 4]]);
});
