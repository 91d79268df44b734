import assert from 'node:assert/strict';
import {afterEach, test} from 'node:test';

import {Annotations, ring} from '../../../cop/ui/map/asset/annotation.js';

const LATER = '2999-01-01T00:00:00Z';
const OVER = '2000-01-01T00:00:00Z';
const opened = [];
const {fetch} = globalThis;

afterEach(() => {
  opened.splice(0).forEach((one) => one.stop());
  globalThis.fetch = fetch;
});

const one = (id, marking, until = null) => ({id, properties: {marking, valid_until: until}});

function open(features, {marking = 'LOW', answer} = {}) {
  const log = [];
  const annotations = {url: '/api/annotations', marking, ownMarking: 'LOW', markings: ['LOW', 'HIGH'], purposes: []};
  const view = {
    data: {annotations, wanted: [], theme: 'dark', knownAt: null}, asked: log, drawn: 0,
    askPage: (...words) => log.push(words), drawDeck: () => (view.drawn += 1), note: {heed: (shown) => (view.heeded = shown)},
  };
  globalThis.fetch = async (url) => {
    log.push(url);
    return answer ?? new Response(JSON.stringify({features, now: new Date().toISOString()}));
  };
  const made = new Annotations(view);
  opened.push(made);
  return {made, view, log};
}

test('an area is a closed ring', () => {
  assert.deepEqual(ring('1 2,3 4,5 6'), [[1, 2], [3, 4], [5, 6], [1, 2]]);
});

test('those are shown whose time is not over', async () => {
  const {made, view} = open([one('a', 'LOW', OVER), one('b', 'LOW', LATER), one('c', 'LOW')]);
  await made.read();
  assert.deepEqual(view.heeded.map(({id}) => id), ['b', 'c']);
});

test('what is marked higher waits until the page says so', async () => {
  const {made, view, log} = open([one('a', 'LOW'), one('b', 'HIGH')]);
  await made.read();
  assert.deepEqual(view.heeded.map(({id}) => id), ['a']);
  assert.deepEqual(log.at(-1), ['marked', 'HIGH']);
  made.draw();
  assert.equal(log.length, 2, 'the page is asked once');
  view.data.annotations.marking = 'HIGH';
  made.draw();
  assert.deepEqual(view.heeded.map(({id}) => id), ['a', 'b']);
});

test('what is releasable to some agencies waits until the page names them', async () => {
  const {made, view, log} = open([one('a', 'LOW'), one('b', 'LOW//REL TO CBP, DPS')]);
  await made.read();
  assert.deepEqual(view.heeded.map(({id}) => id), ['a']);
  assert.deepEqual(log.at(-1), ['marked', 'LOW//REL TO CBP, DPS']);
  view.data.annotations.marking = 'LOW//REL TO CBP, DPS';
  made.draw();
  assert.deepEqual(view.heeded.map(({id}) => id), ['a', 'b']);
  assert.equal(log.length, 2);
});

test('nothing is drawn anew that is as it was', async () => {
  const {made, view} = open([one('a', 'LOW')]);
  await made.read();
  made.draw();
  assert.equal(view.drawn, 1);
});

test('another moment has annotations of its own, and a count that is known asks nothing', async () => {
  const {made, view, log} = open([]);
  view.data.knownAt = '2026-11-24T18:30:00Z';
  await made.read();
  assert.equal(log[0], '/api/annotations?known_at=2026-11-24T18%3A30%3A00Z');
  made.counter = 4;
  made.hear(4);
  assert.equal(log.length, 1);
});

test('an area of the filter is drawn even where nothing else is', () => {
  const {made, view} = open([]);
  view.nodes = {panel: null};
  assert.deepEqual(made.layers(), []);
  view.data.wanted = [['area', '0 0,1 0,1 1']];
  const [layer] = made.layers();
  assert.equal(layer.read().area.length, 4);
  assert.equal(layer.pickable, true);
});
