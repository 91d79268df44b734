import assert from 'node:assert/strict';
import {test} from 'node:test';

import {mgrs, mgrsForPixel, mgrsParts} from '../../../cop/ui/map/asset/mgrs.js';

// By GEOTRANS, as the Python package mgrs 1.5.0 writes them.
const REFERENCE = [
  [31.3322, -110.9375, '12RWV0594566420'],
  [32.5343, -117.1228, '11SMR8846899667'],
  [25.9566, -97.1483, '14RPP8540172189'],
  [60.39, 5.32, '32VKN9723000510'],
  [78.22, 15.65, '33XWG1481383004'],
  [78.22, 9.5, '33XUG7482888808'],
  [73.1, 34, '37XCB3793318406'],
  [-33.8688, 151.2093, '56HLH3436850948'],
  [-0.0001, 0.0001, '31MAV6603299988'],
  [0, 0, '31NAA6602100000'],
  [83.9, -179.99, '01XDP6454217850'],
  [46.1, 18.99, '34TCS4464207122'],
  [-79.9, 179.5, '60CWS4892928524'],
  [72, 8.99, '31XGV0629399199'],
];

for (const [lat, lon, expected] of REFERENCE) {
  test(`${lat}, ${lon} is ${expected}`, () => assert.equal(mgrs(lat, lon, 5, ''), expected));
}

test('digits are cut, never rounded', () => {
  assert.equal(mgrs(31.3322, -110.9375, 3), '12R WV 059 664');
  assert.equal(mgrs(31.3322, -110.9375, 0), '12R WV');
});

test('a longitude beyond the date line is the same place', () => {
  assert.equal(mgrs(31.3322, -110.9375 + 360), mgrs(31.3322, -110.9375));
});

test('the polar caps have no MGRS', () => {
  assert.equal(mgrsParts(84.1, 0), null);
  assert.equal(mgrsParts(Number.NaN, 0), null);
  assert.equal(mgrs(-80.1, 0), '');
});

test('a position is no finer than a pixel', () => {
  assert.deepEqual(mgrsForPixel(31.3322, -110.9375, 0.2), {text: '12R WV 05945 66420', precision: '1 m'});
  assert.deepEqual(mgrsForPixel(31.3322, -110.9375, 152), {text: '12R WV 05 66', precision: '1 km'});
  assert.deepEqual(mgrsForPixel(31.3322, -110.9375, 1e6), {text: '12R WV', precision: '100 km'});
});
