import assert from 'node:assert/strict';
import {test} from 'node:test';

import {measured} from '../../../cop/ui/map/asset/value.js';

test('a measured value has four digits, those before the point all of them', () => {
  assert.equal(measured(1234.56, 'm'), '1,235 m');
  assert.equal(measured(123456, ''), '123,456');
  assert.equal(measured(0.0123456, 'K'), '0.01235 K');
  assert.equal(measured(0, 'm'), '0 m');
  assert.equal(measured(-12.345, ''), '\u221212.35');
  assert.equal(measured(2.5e9, ''), '2.500e+9');
});
