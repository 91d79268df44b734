// The first map's deck: made and warmed out of sight, taken once, freed where nothing takes it or it is lost.

import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';

import {installDocument, node} from '../support/document.js';

installDocument();
globalThis.requestAnimationFrame = (call) => setImmediate(call);
const {openDeck, prepareDeck, takeDeck} = await import('../../../cop/ui/map/asset/first_deck.js');

const SIZE = {clientWidth: 800, clientHeight: 600};
let lost = false;
let shown = [];

function runtimeOf({fails = false, width = 800} = {}) {
  const gl = {
    isContextLost: () => lost, getExtension: () => ({loseContext: () => (lost = true)}),
  };
  const deck = {
    isInitialized: true, width, height: 600, finalized: 0, given: [],
    getCanvas: () => ({getContext: () => gl}),
    redraw: () => deck.given.push('drawn'),
    setProps: ({layers}) => {
      if (!layers) return;
      if (fails && layers.length) throw new Error('no pipeline');
      deck.given.push(layers.map(({id}) => id).join());
      deck.layerManager = {needsUpdate: () => false, getLayers: () => layers.map((layer) => ({...layer, isLoaded: true}))};
    },
    finalize: () => (deck.finalized += 1),
  };
  class Layer {
    constructor(props) {
      Object.assign(this, props);
    }
  }
  return {
    made: deck,
    deck: {BitmapLayer: Layer},
    classes: {MVTLayer: Layer},
    createDeck: (options) => {
      Object.assign(deck, {options});
      options.container.append(node());
      return deck;
    },
    updateDeck: (json, own) => shown.push([json, own]),
  };
}

function stageOf() {
  const stage = Object.assign(node(), SIZE);
  stage.replaceChildren = () => (stage.emptied = true);
  return stage;
}

beforeEach(() => {
  lost = false;
  shown = [];
  installDocument();
  globalThis.document.body = node();
  const {createElement} = globalThis.document;
  globalThis.document.createElement = (tag) => {
    const made = createElement(tag);
    return Object.assign(made, {getContext: () => ({fillRect: () => {}}), childNodes: [], replaceChildren: () => {}, remove: () => {}});
  };
});

test('each kind of layer is drawn once, and the first map alone gets the deck', async (t) => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const runtime = runtimeOf();
  await prepareDeck(runtime, '/worker.js');
  const {made} = runtime;
  assert.deepEqual(made.given.slice(-3), ['ground,lines,areas,labels,icons,picture', 'drawn', '']);
  const first = await takeDeck(stageOf());
  assert.equal(await takeDeck(stageOf()), null);
  const heard = [];
  assert.equal(openDeck(runtime, first, {jsonInput: {layers: [1]}, handleEvent: (name) => heard.push(name)}), made);
  assert.deepEqual(shown, [[{layers: [1]}, made]]);
  made.options.handleEvent('hover');
  assert.deepEqual(heard, ['hover']);
  t.mock.timers.tick(60_000);
  assert.equal(made.finalized, 0);
});

test('a map without it makes a deck of its own', () => {
  const options = {jsonInput: {}};
  assert.equal(openDeck({createDeck: (given) => given}, null, options), options);
});

test('a deck that no map takes is freed', async (t) => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const runtime = runtimeOf();
  await prepareDeck(runtime, '/worker.js');
  t.mock.timers.tick(60_000);
  assert.deepEqual([runtime.made.finalized, lost], [1, true]);
  assert.equal(await takeDeck(stageOf()), null);
});

test('a deck that fails, lost its context, or does not get its size is not given', async (t) => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const failing = runtimeOf({fails: true});
  await prepareDeck(failing, '/worker.js');
  assert.equal(await takeDeck(stageOf()), null);
  lost = false;
  await prepareDeck(runtimeOf(), '/worker.js');
  lost = true;
  assert.equal(await takeDeck(stageOf()), null);
  lost = false;
  await prepareDeck(runtimeOf({width: 64}), '/worker.js');
  const stage = stageOf();
  assert.equal(await takeDeck(stage), null);
  assert.equal(stage.emptied, true);
});
