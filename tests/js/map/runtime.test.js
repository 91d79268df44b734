// The runtime is loaded once from our own server, asked for again after a failure, and needs WebGL 2.

import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';

import {installDocument} from '../support/document.js';

globalThis.CanvasRenderingContext2D = class {};
const {loadRuntime} = await import('../../../cop/ui/map/asset/runtime.js');

const added = [];

beforeEach(() => {
  installDocument();
  added.length = 0;
  globalThis.document.head = {append: (node) => added.push(node)};
});

test('a browser without WebGL 2 is told so', async () => {
  const {createElement} = globalThis.document;
  globalThis.document.createElement = (tag) => Object.assign(createElement(tag), {getContext: () => null});
  await assert.rejects(loadRuntime('/deck.js'), /does not support WebGL 2/);
  assert.equal(added.length, 0);
});

test('a failure names the address, and the next attempt asks again', async () => {
  const failing = loadRuntime('/deck.js');
  added[0].onerror();
  await assert.rejects(failing, /did not load from \/deck.js/);
  assert.equal(added[0].removed, true);
  const again = loadRuntime('/deck.js');
  assert.equal(added.length, 2);
  const Kind = class {};
  Object.assign(globalThis.window, {deck: {MVTLayer: Kind, TileLayer: Kind, CompositeLayer: Kind}, loaders: {}, createDeck: 1, updateDeck: 2});
  added[1].onload();
  const runtime = await again;
  assert.deepEqual(Object.keys(runtime.classes), ['MVTLayer', 'TileLayer', 'AnnotationLayer', 'DroppedLayer', 'UnitLayer']);
  assert.equal(await loadRuntime('/deck.js'), runtime);
  assert.equal(added.length, 2);
});
