import assert from 'node:assert/strict';
import {test} from 'node:test';

import {ceilEdge, countTicks, floorEdge, nearestEdge, snapEdges, timeScale, timeTicks} from '../../../cop/ui/timeline/asset/scale.js';

const HOUR = 3600000;
const DAY = 24 * HOUR;
const NOVEMBER = Date.UTC(2026, 10, 1);
const iso = (time) => new Date(time).toISOString().slice(0, 16);

test('times become pixels and back', () => {
  const scale = timeScale([0, 100], 10, 210);
  assert.equal(scale.x(50), 110);
  assert.equal(scale.time(110), 50);
  assert.deepEqual([scale.within(-5), scale.within(500)], [10, 210]);
});

function ticks(start, end, width = 800, zoom = 1) {
  const {unit, times} = timeTicks(timeScale([start, end], 0, width), zoom);
  return {unit, times: times.map(iso)};
}

test('ticks are round times that leave their labels room', () => {
  assert.deepEqual(ticks(NOVEMBER + 1, NOVEMBER + 6 * HOUR).times.slice(0, 2), ['2026-11-01T01:00', '2026-11-01T02:00']);
  assert.deepEqual(ticks(NOVEMBER, NOVEMBER + 30 * DAY), {
    unit: 'day', times: ['2026-11-02T00:00', '2026-11-09T00:00', '2026-11-16T00:00', '2026-11-23T00:00', '2026-11-30T00:00'],
  });
  assert.deepEqual(ticks(Date.UTC(2025, 0, 15), Date.UTC(2026, 0, 15)).times.slice(0, 2), ['2025-02-01T00:00', '2025-03-01T00:00']);
  assert.equal(ticks(Date.UTC(1999, 5), Date.UTC(2026, 5)).times[0], '2000-01-01T00:00');
});

test('larger text has fewer ticks', () => {
  assert.ok(ticks(NOVEMBER, NOVEMBER + 5 * DAY, 800, 3).times.length < ticks(NOVEMBER, NOVEMBER + 5 * DAY).times.length);
});

test('whatever the extent, ticks never crowd', () => {
  for (let days = 0.2; days < 60000; days *= 1.7) {
    const {times} = ticks(NOVEMBER, NOVEMBER + days * DAY);
    assert.ok(times.length <= 800 / 50, `${times.length} ticks over ${days} days`);
  }
});

test('counts have two or three round numbers from 0', () => {
  assert.deepEqual([0, 1, 2, 7, 99, 3000].map(countTicks), [
    [0], [0, 1], [0, 1, 2], [0, 5], [0, 50], [0, 2000],
  ]);
});

test('edges are those inside the extent, cut to it', () => {
  const edges = [0, 10, 20, 30];
  assert.deepEqual(snapEdges(edges, [5, 25]), [5, 10, 20, 25]);
  assert.deepEqual(snapEdges(edges, [-5, 100]), [0, 10, 20, 30]);
  assert.deepEqual(snapEdges([1], [0, 2]), []);
});

test('a time has an edge below, one above and a nearest one', () => {
  const edges = [0, 10, 20];
  const found = [-5, 0, 4, 5, 6, 20, 99].map((time) => [floorEdge(edges, time), ceilEdge(edges, time), nearestEdge(edges, time)]);
  assert.deepEqual(found, [[0, 0, 0], [0, 0, 0], [0, 1, 0], [0, 1, 0], [0, 1, 1], [2, 2, 2], [2, 2, 2]]);
});
