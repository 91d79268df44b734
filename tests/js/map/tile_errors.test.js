import assert from 'node:assert/strict';
import {afterEach, test} from 'node:test';

import {fetchTile, tileUrl, trackTileErrors} from '../../../cop/ui/map/asset/tile_errors.js';

const {fetch} = globalThis;
const answering = (response) => (globalThis.fetch = async () => response);
const ask = () => fetchTile('/tiles/x', new AbortController().signal, 'image/png');

afterEach(() => (globalThis.fetch = fetch));

class Base {
  static layerName = 'Base';

  setNeedsUpdate() {
    this.updates = (this.updates ?? 0) + 1;
  }

  _onTileLoad(tile) {
    tile.isLoaded = true;
  }
}

const layerOf = (tiles) =>
  Object.assign(new (trackTileErrors(Base))(), {state: {tileset: {tiles, selectedTiles: tiles}}});

test('a tile address has its numbers', () => {
  assert.equal(tileUrl('/t/{z}/{x}/{y}?a=1', {z: 3, x: 2, y: 1}), '/t/3/2/1?a=1');
});

test('an empty answer is no tile', async () => {
  answering(new Response(null, {status: 204}));
  assert.equal(await ask(), null);
  const full = new Response('x');
  answering(full);
  assert.equal(await ask(), full);
});

test('a refused tile tells its status and reason', async () => {
  answering(new Response('no such layer', {status: 404}));
  await assert.rejects(ask, {status: 404, message: 'no such layer'});
});

test('a server that is not there is told from one that refuses', async () => {
  globalThis.fetch = async () => {
    throw new TypeError('Failed to fetch');
  };
  await assert.rejects(ask, {offline: true});
  globalThis.fetch = async () => {
    throw new DOMException('late', 'TimeoutError');
  };
  await assert.rejects(ask, {offline: false});
});

test('the account counts tiles that failed until they are asked for again', () => {
  const [good, bad] = [{}, {setNeedsReload: () => (bad.asked = true)}];
  const layer = layerOf([good, bad]);
  layer._onTileLoad(good);
  layer._onTileError(Object.assign(new Error('broken'), {status: 500}), bad);
  const failed = [{status: 500, reason: 'broken', offline: false}];
  assert.deepEqual(layer.tileAccount(), {wanted: 2, loaded: 1, failed});
  layer.retry();
  assert.equal(bad.asked, true);
  assert.deepEqual(layer.tileAccount(), {wanted: 2, loaded: 1, failed: []});
  layer._onTileError('odd', bad);
  layer._onTileLoad(bad);
  assert.deepEqual(layer.tileAccount(), {wanted: 2, loaded: 2, failed: []});
});

test('a layer without tiles yet wants none', () => {
  assert.deepEqual(new (trackTileErrors(Base))().tileAccount(), {wanted: 0, loaded: 0, failed: []});
});
