import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Values, measured} from '../../../cop/ui/map/asset/value.js';

test('a measured value has four digits, those before the point all of them', () => {
  assert.equal(measured(1234.56, 'm'), '1,235 m');
  assert.equal(measured(123456, ''), '123,456');
  assert.equal(measured(0.0123456, 'K'), '0.01235 K');
  assert.equal(measured(0, 'm'), '0 m');
  assert.equal(measured(-12.345, ''), '\u221212.35');
  assert.equal(measured(2.5e9, ''), '2.500e+9');
});

const view = (layers) => ({layers, nodes: {value: null}, addressOf: () => '/t/{z}/{x}/{y}?v=3&sector=TCA&known_at=x'});

test('only visible layers that have values are asked', () => {
  const layers = [{id: 'dem', visible: true, hasValues: true}, {id: 'off', hasValues: true}, {id: 'events', visible: true}];
  assert.deepEqual(new Values(view(layers)).rasters().map((layer) => layer.id), ['dem']);
});

test('the filter goes along where values depend on it, without version and moment', () => {
  const values = new Values(view([]));
  assert.deepEqual(values.filterOf([{id: 'dem'}]), []);
  assert.deepEqual(values.filterOf([{id: 'risk', probeTakesFilter: true}]), [['sector', 'TCA']]);
});
