import assert from 'node:assert/strict';
import {test} from 'node:test';

import {drawCursor, drawScale, drawTrouble, metersPerPixel} from '../../../cop/ui/map/asset/status.js';
import {installDocument, node} from '../support/document.js';

installDocument();

test('a pixel spans less far from the equator and closer by', () => {
  assert.ok(Math.abs(metersPerPixel(0, 0) - 78271.517) < 0.001);
  assert.ok(Math.abs(metersPerPixel(60, 1) - 78271.517 / 4) < 0.001);
});

test('the scale says round lengths that fit', () => {
  const bars = node();
  drawScale(bars, {lat: 0, zoom: 8}, 100);
  assert.deepEqual(bars.children.map((bar) => bar.textContent), ['20 km', '10 mi']);
  assert.equal(bars.children[0].style.width, '65.4px');
  drawScale(bars, {lat: 0, zoom: 20}, 100);
  assert.deepEqual(bars.children.map((bar) => bar.textContent), ['5 m', '20 ft']);
});

test('the position of the pointer is no finer than a pixel', () => {
  const cursor = node();
  drawCursor(cursor, {lat: 31.3322, lon: -110.9375}, 8);
  assert.equal(cursor.textContent, '31.332° N, 110.938° W12R WV 05 66to 1 km');
  drawCursor(cursor, null, 8);
  assert.equal(cursor.textContent, '');
});

test('failed tiles are counted by reason, a lost server comes first', () => {
  const chip = node();
  drawTrouble(chip, [], null, () => {});
  assert.equal(chip.hidden, true);
  const failed = [{status: 500, reason: 'broken'}, {status: 500, reason: 'broken'}, {offline: true}];
  drawTrouble(chip, failed, null, () => {});
  assert.match(chip.textContent, /^3 tiles failed/);
  assert.equal(chip.all('words')[0].getAttribute('title'), '2 × 500: broken\n1 × server not reachable');
  drawTrouble(chip, failed, '2026-11-24T18:30:00Z', () => {});
  assert.match(chip.textContent, /^Server not reachable since 241830Z NOV 26/);
  assert.ok(chip.classList.contains('gone'));
});
