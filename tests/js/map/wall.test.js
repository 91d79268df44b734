// The map of a wall: staleness by the layer's limit, and descriptions enlarged to the type size.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {dress, drawWall, staleness, tickWall} from '../../../cop/ui/map/asset/wall.js';
import {installDocument, node} from '../support/document.js';

installDocument();

const HOUR = 3600000;
const NOW = Date.parse('2026-11-27T12:00:00Z');
const layer = (hours, more = {}) => ({asOf: new Date(NOW - hours * HOUR).toISOString(), staleAfterHours: 72, ...more});

test('a layer is stale past its limit, and hatched past twice that', () => {
  assert.equal(staleness(layer(72), NOW), 0);
  assert.equal(staleness(layer(73), NOW), 1);
  assert.equal(staleness(layer(145), NOW), 2);
});

test('what the server calls stale is stale, and a layer without time or limit is not', () => {
  assert.equal(staleness(layer(1, {stale: true}), NOW), 1);
  assert.equal(staleness({staleAfterHours: 72}, NOW), 0);
  assert.equal(staleness(layer(9999, {staleAfterHours: undefined}), NOW), 0);
});

function view(wall) {
  globalThis.getComputedStyle = () => ({fontSize: '88px'});
  const panel = Object.assign(node(), {offsetHeight: 180, querySelector: () => null, querySelectorAll: () => []});
  const size = {width: 1920, height: 700};
  const told = [];
  return {
    told, size: () => size, deck: {}, data: {wall}, nodes: {panel}, root: node(), layers: [layer(0)], alarms: {taken: [[1.2, 2, 30.4, 40]]},
    session: {boardCamera: () => null}, homeCamera: () => 'home', look: (at) => told.push(at), refresh: () => told.push('refresh'),
  };
}

test('a wall enlarges lines, points and labels, another map stays', () => {
  const json = {id: 'events', copLabel: {size: 12, sizes: [[5, 100], [0, 10]]}};
  assert.equal(dress(view(false), layer(0), json), json);
  const dressed = dress(view(true), layer(0), json);
  assert.deepEqual([dressed.lineWidthScale, dressed.pointRadiusScale, dressed.iconSizeScale], [2, 2, 2]);
  assert.deepEqual(dressed.copLabel, {size: 88, sizes: [[5, 100], [0, 88]], room: {below: 180, taken: [[1, 2, 30, 40]]}});
  assert.equal(dressed.pickable, false);
});

test('a wall is drawn anew where alerts, strip or words have changed, and only then', () => {
  const seen = view(true);
  dress(seen, layer(0), {id: 'events'});
  seen.room = '1920 700 180';
  tickWall(seen);
  assert.deepEqual(seen.told, []);
  seen.alarms.taken = [[5, 6, 30, 40]];
  tickWall(seen);
  assert.deepEqual(seen.told, ['refresh']);
});

test('a wall shows all that is asked for when its room changes: the board\'s, or all where no camera is asked for', () => {
  const seen = view(true);
  dress(seen, layer(0), {id: 'events'});
  tickWall(seen);
  tickWall(seen);
  assert.deepEqual(seen.told, ['home']);
  seen.size = () => ({width: 1920, height: 640});
  seen.session.boardCamera = () => 'board';
  tickWall(seen);
  assert.deepEqual(seen.told, ['home', 'board']);
  Object.assign(seen, {room: '', session: {boardCamera: () => null}});
  seen.data.camera = {lon: 1, lat: 2, zoom: 3};
  tickWall(seen);
  assert.deepEqual(seen.told, ['home', 'board']);
});

test('a wall whose map is not there yet shows nothing', () => {
  const seen = {...view(true), deck: undefined};
  dress(seen, layer(0), {id: 'events'});
  tickWall(seen);
  assert.deepEqual(seen.told, []);
});

test('the legend has the shown layers with age and state, and not the background', () => {
  const panel = node();
  panel.closest = () => node();
  const shown = {id: 'events', title: 'Recent events', visible: true, held: true, group: 'picture', status: 'unknown', statusNote: 'no effort', synthetic: true, marking: 'TLP:GREEN', measures: [], legend: [{type: 'ramp', unit: 'events', steps: [{color: '#fff', label: 'below 10'}], shape: 'area', unknown: {color: '#000', label: 'unknown'}}]};
  const land = {...shown, id: 'background', title: 'Land', group: 'background'};
  drawWall(panel, [land, shown], '#000');
  const text = panel.textContent;
  for (const word of ['Recent events', 'no records yet', 'SYNTHETIC', 'UNKNOWN', 'below 10']) assert.ok(text.includes(word), word);
  assert.ok(!text.includes('Land'));
  assert.ok(!text.includes('TLP:GREEN'), 'the banner has the highest marking');
  drawWall(panel, [land], '#000');
  assert.equal(panel.hidden, true);
});
