// The map's module prepares the first map, or says why it cannot.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {installDocument} from '../support/document.js';

installDocument();
globalThis.CanvasRenderingContext2D = class {};
const {prepare, default: render} = await import('../../../cop/ui/map/asset/map.js');
const {takeDeck} = await import('../../../cop/ui/map/asset/first_deck.js');

const NAMED = {deck: '/assets/deck/index.js', worker: '/assets/mvt-worker.js'};

function makeElements(context) {
  const made = [];
  globalThis.document.createElement = (tag) => {
    const element = {tag, getContext: () => context, remove: () => {}};
    made.push(element);
    return element;
  };
  globalThis.document.head = {append: (element) => element.onerror()};
  return made;
}

test('without WebGL 2 nothing is prepared', async () => {
  makeElements(null);
  await assert.rejects(prepare(NAMED), /does not support WebGL 2/);
  assert.equal(await takeDeck({}), null);
});

test('a runtime that does not load is named, and asked for again by the next', async () => {
  const made = makeElements({});
  for (const times of [1, 2]) {
    await assert.rejects(prepare(NAMED), /did not load from \/assets\/deck\/index\.js/);
    assert.equal(made.filter(({tag, src}) => tag === 'script' && src === NAMED.deck).length, times);
  }
  assert.equal(await takeDeck({}), null);
});

test('its default is what Streamlit mounts', () => assert.equal(render.length, 1));
