// Own units of one map: asked for while they are on, shown as far as the page is marked, gone when stale.

import assert from 'node:assert/strict';
import {afterEach, mock, test} from 'node:test';

import {installDocument, node} from '../support/document.js';

installDocument();
const {Units} = await import('../../../cop/ui/map/asset/unit.js');

const opened = [];
const {fetch} = globalThis;
const NOW = Date.parse('2026-11-24T18:30:00Z');
const at = (seconds) => new Date(NOW + seconds * 1000).toISOString();
const unit = (key, more = {}) => ({
  key, callsign: key, title: 'Ground unit', type: 'a-f-G', made_up: '', marking: 'LOW', lon: -110, lat: 31, at: at(-40), until: at(20), ...more,
});
const OFFER = {url: '/api/units', records: 'real', servers: ['TAK-1'], on: false};

afterEach(() => {
  opened.splice(0).forEach((one) => one.stop());
  globalThis.fetch = fetch;
  mock.timers.reset();
});

function open(units = [], {offer = OFFER, marking = 'LOW'} = {}) {
  mock.timers.enable({apis: ['setTimeout', 'Date'], now: NOW});
  const view = {
    root: node(), data: {theme: 'dark', units: offer, annotations: {marking, markings: ['LOW', 'HIGH']}}, asked: [], told: [], drawn: 0,
    tell: (...words) => view.told.push(words), drawDeck: () => (view.drawn += 1), fly: (camera) => (view.flown = camera), camera: () => ({zoom: 7}),
    answer: () => ({now: at(0), records: 'real', servers: ['TAK-1'], units}),
  };
  globalThis.fetch = async (url) => {
    view.asked.push(url);
    return new Response(JSON.stringify(view.answer()));
  };
  const made = new Units(view);
  view.units = made;
  opened.push(made);
  made.update();
  return {made, view};
}

const settle = async () => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
};

async function switchOn(made) {
  made.toggle(true);
  await settle();
}

const names = ({shown}) => shown.map(({callsign}) => callsign);

test('a map that is offered none has no switch and asks for nothing', async () => {
  const {made, view} = open([unit('A')], {offer: null});
  await settle();
  assert.equal(made.section(), null);
  made.tick();
  assert.deepEqual([view.asked, view.told, view.drawn], [[], [], 0]);
  assert.equal(view.root.children.length, 0);
});

test('off by default: it is offered, and neither asked for nor told', async () => {
  const {made, view} = open([unit('A')]);
  await settle();
  mock.timers.tick(60_000);
  made.tick();
  assert.ok(made.section());
  assert.deepEqual([view.asked, view.told, made.layers()], [[], [], []]);
});

test('switched on it shows what is fresh, again and again, and says so', async () => {
  const {made, view} = open([unit('A')]);
  await switchOn(made);
  assert.deepEqual(view.asked, ['/api/units?records=real']);
  assert.deepEqual(names(made), ['A']);
  assert.equal(made.shown[0].label, 'A · 40 s ago');
  assert.equal(made.chip.textContent, 'Own units: live from TAK-1, not stored, 1 shown');
  const [layer] = made.layers();
  assert.deepEqual([layer['@@type'], layer.read()], ['UnitLayer', made.shown]);
  view.answer = () => ({now: at(2), records: 'real', servers: ['TAK-1'], units: [unit('A', {lon: -109}), unit('B')]});
  mock.timers.tick(2_000);
  await settle();
  assert.deepEqual(made.shown.map(({lon}) => lon), [-109, -110]);
  assert.equal(view.asked.length, 2);
});

test('each goes when it is stale, also while the server does not answer', async () => {
  const {made} = open([unit('A'), unit('B', {until: at(90)})]);
  await switchOn(made);
  globalThis.fetch = async () => Promise.reject(new Error('gone'));
  mock.timers.tick(19_000);
  made.tick();
  assert.deepEqual(names(made), ['A', 'B']);
  mock.timers.tick(1_000);
  made.tick();
  assert.deepEqual(names(made), ['B']);
  assert.equal(made.chip.textContent, 'Own units: live from TAK-1, not stored, 1 shown');
});

test('ages are by the clock of the server', async () => {
  const {made, view} = open();
  view.answer = () => ({now: at(3_600), records: 'real', servers: [], units: [unit('A', {at: at(3_590), until: at(3_630)})]});
  await switchOn(made);
  assert.equal(made.shown[0].ago, '10 s ago');
});

test('what is marked higher waits until the page says so, which is told', async () => {
  const {made, view} = open([unit('A'), unit('B', {marking: 'HIGH'})]);
  await switchOn(made);
  assert.deepEqual(names(made), ['A']);
  assert.deepEqual(view.told, [['units', {on: true, marking: ''}], ['units', {on: true, marking: 'HIGH'}]]);
  view.data.annotations.marking = 'HIGH';
  made.update();
  assert.deepEqual(names(made), ['A', 'B']);
  assert.equal(view.told.length, 2, 'it is told once');
});

test('switched off nothing of them is left, and a late answer is not heard', async () => {
  const {made, view} = open([unit('A')]);
  made.toggle(true);
  made.toggle(false);
  await settle();
  assert.deepEqual([made.all, made.shown, made.layers()], [[], [], []]);
  assert.equal(made.chip.hidden, true);
  mock.timers.tick(60_000);
  await settle();
  assert.equal(view.asked.length, 1);
  assert.deepEqual(view.told.at(-1), ['units', {on: false, marking: ''}]);
});

test('a page that offers them no more, or other records, has others', async () => {
  const {made, view} = open([unit('A')]);
  await switchOn(made);
  view.data.units = {...OFFER, on: true, records: 'synthetic'};
  made.update();
  assert.deepEqual(made.shown, []);
  await settle();
  assert.equal(view.asked.at(-1), '/api/units?records=synthetic');
  view.data.units = null;
  made.update();
  assert.deepEqual([made.on, made.section(), made.layers()], [false, null, []]);
});

test('a map that is mounted anew goes on as the page remembers', async () => {
  const {made} = open([unit('A')], {offer: {...OFFER, on: true}});
  await settle();
  assert.deepEqual(names(made), ['A']);
});

test('a press in the table goes to the unit', async () => {
  const {made, view} = open([unit('A')]);
  await switchOn(made);
  made.list.visit(made.shown[0]);
  assert.deepEqual(view.flown, {lon: -110, lat: 31, zoom: 12});
});
