import assert from 'node:assert/strict';
import {test} from 'node:test';

import {buildLegend, legendOf} from '../../../cop/ui/map/asset/legend.js';
import {installDocument} from '../support/document.js';

installDocument();

const CLASSES = {
  type: 'classes',
  entries: [
    {shape: 'area', color: '#111111', edge: '#222222', label: 'area'},
    {shape: 'line', color: '#333333', label: 'line'},
    {shape: 'diamond', color: '#444444', label: 'point'},
    {shape: 'ring', color: '#555555', label: 'other'},
  ],
};
const RAMP = {
  type: 'ramp', unit: 'events', shape: 'line', breaks: ['10', '20'],
  steps: [{color: '#1', label: 'to 10'}, {color: '#2', label: 'to 20'}, {color: '#3', label: 'more'}],
  unknown: {color: '#4', label: 'unknown'},
};
const SIZES = {
  type: 'sizes', unit: 'people', edge: '#5', unknown: {radius: 2, fill: null},
  entries: [{radius: 3, label: '1'}, {radius: 8, label: '100'}],
};

test('the legend is that of the chosen measure', () => {
  const layer = {measures: [{key: 'a', legend: 'of a'}, {key: 'b'}], legend: 'own'};
  assert.equal(legendOf({...layer, measure: 'a'}), 'of a');
  assert.equal(legendOf({...layer, measure: 'b'}), 'own');
  assert.equal(legendOf({...layer, measure: null}), 'own');
});

test('each class has its swatch and label', () => {
  const legend = buildLegend([CLASSES], '#fff');
  assert.equal(legend.textContent, 'arealinepointother');
  const [area] = legend.all('swatch', 'area');
  assert.deepEqual([area.style.background, area.style.borderColor], ['#111111', '#222222']);
  assert.equal(legend.all('swatch', 'line')[0].style.background, '#333333');
  assert.equal(legend.all('classes', 'wide').length, 1);
});

test('a ramp has a tick between its steps, and unknown beside them', () => {
  const [ramp] = buildLegend([RAMP], '#fff').all('ramp');
  assert.deepEqual(ramp.all('tick').map((tick) => tick.style.left), ['33.333333333333336%', '66.66666666666667%']);
  assert.deepEqual(ramp.all('step').map((step) => step.style.background), ['#1', '#2', '#3', '#4']);
  assert.equal(ramp.getAttribute('aria-label'), 'events: to 10, to 20, more');
});

test('a disc is as wide as on the map', () => {
  const [sizes] = buildLegend([SIZES], '#fff').all('sizes');
  assert.deepEqual(sizes.all('disc').map((disc) => disc.style.width), ['4px', '6px', '16px']);
  assert.equal(sizes.getAttribute('aria-label'), 'Size, people: 1, 100');
});
