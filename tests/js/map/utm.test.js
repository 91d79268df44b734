// UTM there and back, against PROJ.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {fromUtm, utm, zoneOf} from '../../../cop/ui/map/asset/utm.js';

const REFERENCE = [
  [31.3322, -110.9375, 12, 505945.8451, 3466420.6737],
  [25.9566, -97.1483, 14, 685401.906, 2872189.1707],
  [32.0, -108.5, 13, 169315.4841, 3545792.078],
  [60.39, 5.32, 32, 297230.2202, 6700510.1753],
];
const near = (found, known, by) => assert.ok(Math.abs(found - known) <= by, `${found} is not within ${by} of ${known}`);

test('eastings and northings are PROJ\'s to the millimeter', () => {
  for (const [lat, lon, zone, easting, northing] of REFERENCE) {
    const [x, y] = utm(lat, lon, zone);
    near(x, easting, 1e-3);
    near(y, northing, 1e-3);
  }
});

test('the way back leads to the same place, also outside the zone and south of the equator', () => {
  for (const [lat, lon, zone] of [[31.33, -110.94, 12], [25.9, -97.15, 14], [-33.87, 151.21, 56], [0, 0, 31], [79, 3, 31], [32, -108.5, 13]]) {
    const [back, up] = fromUtm(...utm(lat, lon, zone), zone);
    near(back, lon, 1e-9);
    near(up, lat, 1e-9);
  }
});

test('zones are six degrees wide but for Norway and Svalbard', () => {
  assert.deepEqual([[31, -110.9], [31, -114.001], [60, 5], [78, 9.5], [10, 180]].map(([lat, lon]) => zoneOf(lat, lon)), [12, 11, 32, 33, 60]);
});
