// What the form of reports works out: positions on its map, words, and which text is a position.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {
  countWaiting, describeReport, detailsOf, mercator, readGrid, readHindrance, readReason, stateOf,
} from '../../../cop/server/asset/report_form.js';

const SIZE = {width: 358, height: 240};

test('the middle of the view is the middle of the map, and a tap is taken back to its degrees', () => {
  const at = mercator({lon: -110.94, lat: 31.35, zoom: 12}, SIZE);
  const middle = at.project(-110.94, 31.35);
  assert.ok(Math.abs(middle.x - 179) < 1e-6 && Math.abs(middle.y - 120) < 1e-6);
  const {lon, lat} = at.unproject(20, 200);
  const back = at.project(lon, lat);
  assert.ok(Math.abs(back.x - 20) < 1e-6 && Math.abs(back.y - 200) < 1e-6);
  assert.ok(lon < -110.94 && lat < 31.35);
});

test('a pixel at zoom 12 is 16 m at 31 degrees north', () => {
  const meters = mercator({lon: 0, lat: 0, zoom: 12}, SIZE).metersPerPixel(31.35);
  assert.ok(Math.abs(meters - 16.32) < 0.01, meters);
});

test('MGRS and degrees are positions, other texts are refused in words', () => {
  for (const text of ['12R WV 05961 67042', '12rwv0596167042', ' 12R WV 05 67 ', '31.33362, -110.93748', '31 -110']) {
    assert.equal(readGrid(text), text.trim());
  }
  for (const text of ['', 'near the wash', '12R', '31.3', '99I WV 1 1']) {
    assert.throws(() => readGrid(text), /Write the place as MGRS/);
  }
});

test('a refusal is read as JSON or as text', () => {
  assert.equal(readReason('{"error": "count: 0"}'), 'count: 0');
  assert.equal(readReason('you may not report'), 'you may not report');
});

test('why a report is not taken now is in words, and no page of a proxy', () => {
  assert.equal(readHindrance(429, '{"error": "wait"}'), 'wait');
  assert.equal(readHindrance(403, 'you may not report'), 'you may not report');
  for (const status of [200, 502]) assert.equal(readHindrance(status, '<html>'), `the server answers ${status}`);
  assert.deepEqual([countWaiting(1), countWaiting(2)], ['1 report waits', '2 reports wait']);
});

test('a report is one line, with what became of it below', () => {
  const report = {kind: 'Rescue', count: 2, occurred_at: '2026-11-24T18:10:00Z'};
  assert.match(describeReport(report), /^Rescue · 2 · .*2026/);
  assert.deepEqual(stateOf({waits: true}), ['Waits on this phone']);
  const refused = {waits: true, refused: 'count: 0', lat: 31.35, lon: -110.94, accuracy_m: 20.5, note: ''};
  assert.deepEqual(stateOf(refused), ['Not taken: count: 0', 'Place: 31.35000, -110.94000, within 21 m']);
  assert.deepEqual(detailsOf({grid: '12R WV 05 67', note: 'x'}), ['Place: 12R WV 05 67', 'Note: x']);
  assert.deepEqual(stateOf({steps: [{words: 'Received'}, {words: 'Graded B2'}]}), ['Received', 'Graded B2']);
  assert.deepEqual(stateOf({}), []);
});
