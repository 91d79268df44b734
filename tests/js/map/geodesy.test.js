// Lengths and areas on WGS 84 against GeographicLib's (by pyproj), and how they are written.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {area, crosses, distance, length, trace, writeArea, writeLength} from '../../../cop/ui/map/asset/geodesy.js';

const near = (found, known, by) => assert.ok(Math.abs(found - known) <= by, `${found} is not within ${by} of ${known}`);

test('distances are GeographicLib\'s to the millimeter, across the date line and to the pole too', () => {
  for (const [from, to, known] of [
    [[-117.12, 32.53], [-97.14, 25.96], 2070093.4132627319],
    [[-110.93, 31.33], [-110.9, 31.34], 3062.7954704303957],
    [[179.5, 10], [-179.5, 12], 246748.79497838853],
    [[0, 0], [0, 90], 10001965.729312724],
    [[0, 0], [90, 0], 10018754.171394622],
  ]) {
    near(distance(from, to), known, 1e-3);
    near(distance(to, from), known, 1e-3);
  }
  assert.equal(distance([-106.5, 31.75], [-106.5, 31.75]), 0);
});

test('places nearly opposite each other have a distance on a sphere', () => {
  near(distance([0, 0], [179.7, 0.3]), 19965251.4, 19965251.4 * 0.006);
});

test('a length is the sum of its legs', () => {
  const places = [[-117.12, 32.53], [-110.93, 31.33], [-97.14, 25.96]];
  near(length(places), distance(places[0], places[1]) + distance(places[1], places[2]), 1e-9);
  assert.deepEqual([length([]), length([[1, 2]])], [0, 0]);
});

test('areas are GeographicLib\'s, whichever way round they are drawn', () => {
  for (const [places, known, share] of [
    [[[-110, 31], [-109, 31], [-109, 32], [-110, 32]], 10533592046.0, 1e-6],
    [[[-106.5, 31.7], [-106.4, 31.7], [-106.4, 31.8]], 52558025.9, 2e-6],
    [[[179.5, 10], [-179.5, 10], [-179.5, 11]], 6063963290.7, 1e-5],
    [[[10, -30], [14, -30], [14, -34], [10, -34]], 167625495076.3, 1e-5],
    [[[-117, 32], [-97, 26], [-105, 35]], 661388117174.9, 4e-4],
  ]) {
    near(area(places), known, known * share);
    near(area(places.toReversed()), known, known * share);
  }
});

test('sides that cross are found, sides that meet are not', () => {
  assert.equal(crosses([[0, 0], [1, 1], [1, 0], [0, 1]]), true);
  assert.equal(crosses([[0, 0], [1, 0], [1, 1], [0, 1]]), false);
  assert.equal(crosses([[0, 0], [1, 0], [0, 1]]), false);
  assert.equal(crosses([[0, 0], [4, 0], [4, 3], [2, -1], [0, 3]]), true);
});

test('a long line bends as the geodesic does, a short one stays straight', () => {
  const [from, to] = [[-117.12, 32.53], [-97.14, 25.96]];
  const bent = trace(from, to);
  assert.deepEqual([bent[0], bent.at(-1)], [from, to]);
  assert.ok(bent.length > 30);
  near(length(bent), distance(from, to), 100);
  const across = trace([179, 10], [-179, 10]).map(([lon]) => lon);
  assert.ok(across.every((lon, i) => i === 0 || Math.abs(lon - across[i - 1]) < 1 || i === across.length - 1));
  assert.deepEqual(trace([1, 2], [1.01, 2]), [[1, 2], [1.01, 2]]);
});

test('lengths and areas are written with both units, small ones in small units', () => {
  assert.equal(writeLength(0), '0 m · 0 ft');
  assert.equal(writeLength(340), '340 m · 1,115 ft');
  assert.equal(writeLength(12345.6), '12.3 km · 7.67 mi');
  assert.equal(writeArea(3400), '3,400 m² · 36,597 ft²');
  assert.equal(writeArea(12345678), '12.3 km² · 4.77 mi²');
});
