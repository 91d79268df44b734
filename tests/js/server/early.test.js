// The map's modules are asked for after the page's own files, and its runtime is run once.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {beginAfterLoad, loadEarly} from '../../../cop/server/asset/early.js';

const RUNTIME = `data:text/javascript,export const loadRuntime = (url) => globalThis.loaded.push(url)`;
const page = (readyState, early) => {
  const links = [];
  return {
    links, readyState,
    head: {append: (link) => links.push(link)},
    createElement: () => ({}),
    querySelector: () => (early ? {content: JSON.stringify(early)} : null),
  };
};
const EARLY = {runtime: RUNTIME, deck: '/assets/deck/index.js', modules: ['/a.js', '/b.js']};

test('each module is preloaded, and the runtime gets the address of the deck', async () => {
  globalThis.loaded = [];
  const own = page('complete', EARLY);
  await loadEarly(own, EARLY);
  assert.deepEqual(own.links, [{rel: 'modulepreload', href: '/a.js'}, {rel: 'modulepreload', href: '/b.js'}]);
  assert.deepEqual(globalThis.loaded, ['/assets/deck/index.js']);
});

test('a runtime that does not load is left to the map, which says why', async () => {
  assert.equal(await loadEarly(page('complete', EARLY), {...EARLY, runtime: 'data:text/javascript,throw 1'}), null);
});

test('it waits for the files of the page, and does nothing on a page without a map', () => {
  const heard = [];
  const view = {addEventListener: (name, call, how) => heard.push([name, how])};
  beginAfterLoad(page('loading', EARLY), view);
  assert.deepEqual(heard, [['load', {once: true}]]);
  const bare = page('complete', null);
  beginAfterLoad(bare, view);
  assert.equal(bare.links.length, 0);
  const loaded = page('complete', {...EARLY, runtime: 'data:text/javascript,export const loadRuntime = () => 1'});
  beginAfterLoad(loaded, view);
  assert.equal(loaded.links.length, 2);
});
