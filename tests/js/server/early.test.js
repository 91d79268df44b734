// The map's module is run once, and prepares the first map.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {begin, loadEarly} from '../../../cop/server/asset/early.js';

const MODULE = `data:text/javascript,export const prepare = (named) => globalThis.loaded.push(named)`;
const EARLY = {module: MODULE, deck: '/assets/deck/index.js', worker: '/assets/mvt-worker.js'};
const page = (early) => ({querySelector: () => (early ? {content: JSON.stringify(early)} : null)});

test('the module gets the addresses of the deck and of the worker', async () => {
  globalThis.loaded = [];
  await loadEarly(EARLY);
  assert.deepEqual(globalThis.loaded, [{deck: '/assets/deck/index.js', worker: '/assets/mvt-worker.js'}]);
});

test('a module that does not load is left to the map, which says why', async () => {
  assert.equal(await loadEarly({...EARLY, module: 'data:text/javascript,throw 1'}), null);
});

test('it does nothing on a page without a map', async () => {
  globalThis.loaded = [];
  assert.equal(begin(page(null)), null);
  await begin(page(EARLY));
  assert.equal(globalThis.loaded.length, 1);
});
