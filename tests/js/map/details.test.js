// The tooltip and the card: what a feature or a square says, and where details come from.

import assert from 'node:assert/strict';
import {afterEach, test} from 'node:test';

import {Card, drawTip} from '../../../cop/ui/map/asset/details.js';
import {installDocument, node} from '../support/document.js';

installDocument();
globalThis.Node ??= Object.getPrototypeOf(node().constructor.prototype).constructor;
const {fetch} = globalThis;
afterEach(() => (globalThis.fetch = fetch));

const SQUARE = {markedBy: 'cell', n: 'n', noun: 'events', summed: true};
const layer = (more = {}) => ({
  id: 'events',
  title: 'Recent events',
  legend: [],
  measures: [],
  fields: [{property: 'name', label: 'Name', tip: true}, {property: 'depth', label: 'Depth', unit: 'm'}],
  ...more,
});
const place = {lon: -110.9, lat: 31.3};
const card = () => new Card(node(), {onClose: () => {}, onZoom: () => {}});

test('a square says how many it stands for, and their sum where it has one', () => {
  const shown = card();
  shown.show(layer({square: SQUARE}), {cell: 1, n: 1200, people: 3400, kind: 'crossing'}, place, '#000');
  const {textContent: text} = shown.node;
  assert.match(text, /1,200 events/);
  assert.match(text, /People3,400/);
  assert.match(text, /Zoom in for single events/);
  assert.doesNotMatch(text, /MGRS/);
});

test('a square without a sum says its number alone', () => {
  const square = {markedBy: 'cop_cell', n: 'cop_n', noun: 'features'};
  const tip = node();
  drawTip(tip, layer({square}), {cop_cell: 1, cop_n: 7}, 0, 0, {width: 400, height: 300}, '#000');
  assert.match(tip.textContent, /7 features/);
  assert.doesNotMatch(tip.textContent, /People|Depth/);
});

test('what lies outside the filter is no zero', () => {
  const shown = card();
  shown.show(layer(), {name: 'RGV-0001', state: 'outside'}, place, '#000');
  assert.match(shown.node.textContent, /Depth–, outside the filter/);
  shown.show(layer(), {name: 'RGV-0001', state: 'unknown'}, place, '#000');
  assert.match(shown.node.textContent, /Depthunknown/);
  shown.show(layer(), {name: 'RGV-0001', state: 'observed', depth: 0}, place, '#000');
  assert.match(shown.node.textContent, /Depth0 m/);
});

test('a single feature has its fields and its position', () => {
  const shown = card();
  shown.show(layer({square: SQUARE}), {cell: 0, name: 'Well', depth: 12}, place, '#000');
  assert.match(shown.node.textContent, /Well/);
  assert.match(shown.node.textContent, /Depth12 m/);
  assert.match(shown.node.textContent, /MGRS/);
});

test('details are asked for where the layer has those of events', async () => {
  const asked = [];
  globalThis.fetch = async (url) => {
    asked.push(url);
    return new Response('', {status: 503});
  };
  const properties = {event_id: 'abc', name: 'Well'};
  await card().show(layer(), properties, place, '#000');
  assert.deepEqual(asked, []);
  const shown = card();
  await shown.show(layer({hasEventDetails: true}), properties, place, '#000');
  assert.deepEqual(asked, ['/api/events/abc']);
  assert.match(shown.node.textContent, /Cannot load details: the server answered 503/);
});

test('a position tells what it is in and near, or why not', async () => {
  const asked = [];
  let answer = {sector: 'EPT El Paso', county: null, segment_id: 'EPT-0042', distance_m: 3400};
  globalThis.fetch = async (url) => {
    asked.push(url);
    return answer ? Response.json(answer) : new Response('', {status: 503});
  };
  const shown = card();
  shown.knownAt = '2026-01-01T00:00:00Z';
  await shown.showPosition({lon: -106.4, lat: 31.75}, '/api/position');
  assert.deepEqual(asked, ['/api/position?lon=-106.4&lat=31.75&known_at=2026-01-01T00%3A00%3A00Z']);
  const text = shown.node.textContent;
  for (const words of ['SectorEPT El Paso', 'Countyoutside the counties', 'Nearest segmentEPT-0042, 3.4 km']) {
    assert.ok(text.includes(words), `${words} in ${text}`);
  }
  answer = null;
  await shown.showPosition({lon: -106.4, lat: 31.75}, '/api/position');
  assert.match(shown.node.textContent, /MGRS13R.*Cannot load details: the server answered 503/);
});

test('without a layer the tooltip is hidden', () => {
  const tip = node();
  drawTip(tip, null, {}, 0, 0, {width: 1, height: 1}, '#000');
  assert.equal(tip.hidden, true);
});
