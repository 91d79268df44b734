// The map's hooks: when it has settled, what its layers are, and which map has them.

import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';

import {installHooks, removeHooks} from '../../../cop/ui/map/asset/test_hooks.js';
import {installDocument, node} from '../support/document.js';

beforeEach(() => installDocument());

function view({wanted = 2, loaded = 2, quiet = 2, failed = [], sheet = {}} = {}) {
  const accounts = [{id: 'events', wanted, loaded, failed}];
  return {
    quiet,
    tileAccount: () => ({accounts, wanted, loaded, failed}),
    layers: [{id: 'events', visible: true, opacity: 0.5, measure: null, status: 'ok'}, {id: 'land', visible: true}],
    addressOf: ({id}) => `/tiles/${id}`,
    played: {retime: (url) => `${url}?played`},
    nodes: {stage: Object.assign(node(), {box: {left: 10, top: 20}})},
    viewport: () => ({project: ([lon, lat]) => [lon, lat]}),
    session: {},
    annotations: {},
    values: {shown: []},
    root: {querySelectorAll: () => [{sheet: {}}, {sheet}]},
  };
}

test('a map has settled when all is loaded and styled and nothing moves', () => {
  for (const [state, settled] of [[{}, true], [{loaded: 1}, false], [{quiet: 1}, false], [{sheet: null}, false]]) {
    installHooks(view(state));
    assert.equal(globalThis.window.__copMap.settled(), settled);
  }
});

test('with failed tiles it has settled, but is not idle', () => {
  installHooks(view({failed: [{}]}));
  assert.equal(globalThis.window.__copMap.settled(), true);
  assert.equal(globalThis.window.__copMap.idle(), false);
});

test('layers are told in their order with their tiles', () => {
  installHooks(view());
  const [events, land] = globalThis.window.__copMap.layers();
  assert.deepEqual([events.order, events.url, events.tiles, events.loaded], [0, '/tiles/events?played', 2, 2]);
  assert.deepEqual([land.order, land.tiles], [1, 0]);
  assert.deepEqual(globalThis.window.__copMap.project(1, 2), [11, 22]);
  assert.equal(globalThis.window.__copMap.board(), null);
});

test('a removed map takes its own hooks alone', () => {
  const [first, second] = [view(), view()];
  installHooks(first);
  installHooks(second);
  removeHooks(first);
  assert.equal(globalThis.window.__copMap.owner, second);
  assert.equal(globalThis.window.__copMaps.length, 1);
  removeHooks(second);
  assert.equal(globalThis.window.__copMap, undefined);
});
