// Around a wall's map: what the server said stays, the scene turns, a lost server is announced.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {installDocument, node} from '../support/document.js';

installDocument();
const measured = node();
globalThis.document.documentElement = measured;
const seen = {observed: 0, stopped: 0, reloaded: 0};
globalThis.ResizeObserver = class {
  constructor(call) {
    seen.measure = call;
  }

  observe() {
    seen.observed += 1;
  }

  disconnect() {
    seen.stopped += 1;
  }
};
globalThis.location = {reload: () => (seen.reloaded += 1)};

const {default: render} = await import('../../../cop/ui/map/asset/kiosk.js');

const DATA = {
  theme: 'dark', health: '/healthz', marking: 'TLP:GREEN', marking_color: '#33ff00', synthetic: true, title: 'Border picture', scope: 'all kinds · last 30 d', stale: '',
  figures: [{title: 'Events', value: '12', change: '+3'}], foot: ['Source A'], alerts: ['1 alert: surge in RGV'],
  scene: {place: 1, of: 2, name: 'Week', seconds: 60, left_s: 60},
};
const START = Date.parse('2026-11-24T18:30:00Z');

function open(t, change = {}, answer = async () => ({status: 200})) {
  t.mock.timers.enable({apis: ['setInterval', 'setTimeout', 'Date'], now: START});
  t.mock.method(globalThis, 'fetch', answer);
  Object.assign(seen, {observed: 0, stopped: 0, reloaded: 0});
  const told = [];
  const root = node();
  const component = {
    data: {...DATA, ...change}, parentElement: {querySelector: () => root}, setTriggerValue: (...words) => told.push(words),
  };
  const close = render(component);
  t.after(close);
  return {root, told, component, close, text: (name) => root.all(name)[0].textContent};
}

/** Let time pass, and answers to what was asked come in. */
async function pass(t, ms) {
  t.mock.timers.tick(ms);
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

test('marking, figures, alerts, clock and foot are those of the data', (t) => {
  const {text, root} = open(t);
  assert.equal(text('marks'), 'TLP:GREENSYNTHETIC');
  assert.equal(text('title'), 'Border picture');
  assert.equal(text('scope'), 'all kinds · last 30 d');
  assert.equal(text('figure'), 'Events12+3');
  assert.equal(text('alerts'), '1 alert: surge in RGV');
  assert.equal(text('foot-lines'), 'Source A');
  assert.match(text('clock'), /^241830Z NOV 26/);
  assert.equal(root.dataset.theme, 'dark');
});

test('stale data are said over the map, before the alerts', (t) => {
  const {root} = open(t, {stale: 'STALE: newest record 310000Z DEC 22'});
  const lines = root.all('alerts')[0].children.map((line) => line.textContent);
  assert.deepEqual(lines, ['STALE: newest record 310000Z DEC 22', '1 alert: surge in RGV']);
});

test('real records carry no SYNTHETIC, and a single picture has no scene', (t) => {
  const {text, root} = open(t, {synthetic: false, scene: null});
  assert.equal(text('marks'), 'TLP:GREEN');
  assert.equal(root.all('scene')[0].hidden, true);
});

test('a scene counts down and then asks for the next, again only after a while', async (t) => {
  const {text, told} = open(t);
  assert.equal(text('scene'), '1/2 Week1:00');
  await pass(t, 15_000);
  assert.equal(text('scene'), '1/2 Week0:45');
  assert.deepEqual(told, []);
  await pass(t, 46_000);
  assert.deepEqual(told.map(([name]) => name), ['turn']);
  await pass(t, 3_500);
  assert.equal(told.length, 2);
});

test('the only scene is never turned, and has no countdown', async (t) => {
  const {told, text} = open(t, {scene: {...DATA.scene, of: 1}});
  assert.equal(text('scene'), 'Week');
  await pass(t, 90_000);
  assert.deepEqual(told, []);
});

test('a lost server is announced with its time, and the scene waits', async (t) => {
  const {text, told} = open(t, {}, async () => {
    throw new TypeError('no route');
  });
  await pass(t, 4_000);
  assert.match(text('alerts'), /^SERVER NOT REACHABLE SINCE 241830Z NOV 26\..*1 alert/);
  await pass(t, 200_000);
  assert.deepEqual(told, []);
  assert.equal(seen.reloaded, 0, 'a page without its server is better than none');
});

test('a page that the server leaves alone for long is loaded anew', async (t) => {
  open(t, {scene: null});
  await pass(t, 99_000);
  assert.equal(seen.reloaded, 0);
  await pass(t, 2_000);
  assert.ok(seen.reloaded > 0);
});

test('the map has the room between head and foot, and a closed one stops', async (t) => {
  const {root, close, told} = open(t);
  const [head, foot] = root.children;
  Object.assign(head, {offsetHeight: 120});
  Object.assign(foot, {offsetHeight: 30});
  seen.measure();
  assert.deepEqual([measured.style['--wall-top'], measured.style['--wall-bottom']], ['120px', '30px']);
  close();
  assert.equal(seen.stopped, 1);
  await pass(t, 90_000);
  assert.deepEqual(told, []);
});

for (const [type, lost] of [['application/json', false], ['text/html', true]]) {
  test(`a server without data is ${lost ? 'lost where another' : 'there where it'} answers for itself`, async (t) => {
    const answer = async () => new Response('{}', {status: 503, headers: {'content-type': type}});
    const {text} = open(t, {alerts: []}, answer);
    await pass(t, 15000);
    assert.equal(text('alerts').startsWith('SERVER NOT REACHABLE'), lost);
  });
}
