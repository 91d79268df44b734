// The marks of alerts: labels stay inside the map and off each other.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Alarms, labelBox, overlap, standOf} from '../../../cop/ui/map/asset/alarm.js';
import {installDocument, node} from '../support/document.js';

const SIZE = {width: 60, height: 20, gap: 10};

test('a label is right of its sign', () => {
  assert.deepEqual(labelBox([100, 50], SIZE, 400), {left: false, box: [110, 40, 170, 60]});
});

test('at the right edge it is left of its sign', () => {
  assert.deepEqual(labelBox([350, 50], SIZE, 400), {left: true, box: [280, 40, 340, 60]});
});

test('where neither side has room it stays at the right', () => {
  assert.equal(labelBox([40, 50], SIZE, 80).left, false);
});

test('a label takes the first free place: beside its sign, then above or below, and none where all is taken', () => {
  const map = {width: 400, height: 100};
  const right = [110, 40, 170, 60];
  const left = [30, 40, 90, 60];
  assert.deepEqual(standOf([100, 50], SIZE, map, []), {box: right, left: false, shift: 0});
  assert.deepEqual(standOf([100, 50], SIZE, map, [right]), {box: left, left: true, shift: 0});
  assert.deepEqual(standOf([100, 50], SIZE, map, [right, left]), {box: [110, 20, 170, 40], left: false, shift: -20});
  assert.equal(standOf([100, 50], SIZE, map, [[0, 0, 400, 100]]), null);
});

test('boxes overlap where they share more than an edge', () => {
  assert.ok(overlap([0, 0, 10, 10], [9, 9, 20, 20]));
  assert.ok(!overlap([0, 0, 10, 10], [10, 0, 20, 10]));
  assert.ok(!overlap([0, 0, 10, 10], [0, 11, 10, 20]));
});

test('a line leads from a sign to a label that has no room beside it', () => {
  installDocument();
  const alarms = new Alarms(Object.assign(node(), {querySelector: () => node()}), node());
  alarms.update([100, 101, 102].map((lon) => ({lon, lat: 50, title: 'Surge', open: true})));
  for (const {label} of alarms.marks) Object.assign(label, {offsetWidth: 60, offsetHeight: 20, offsetLeft: 10});
  alarms.follow({width: 400, height: 200, project: (at) => at});
  const stood = alarms.marks.map(({label, leader}) => [label.style.marginTop, leader.hidden]);
  assert.deepEqual(stood, [['0px', true], ['-20px', false], ['0px', true]]);
  assert.equal(alarms.marks[1].leader.style.width, `${Math.hypot(10, 20)}px`);
});

test('marks are hidden until the map has a view, then only those outside it', () => {
  installDocument();
  const root = Object.assign(node(), {querySelector: () => node()});
  const alarms = new Alarms(root, node());
  alarms.update([{lon: 10, lat: 20, title: 'Surge', open: true}, {lon: 900, lat: 20, title: 'Rush', open: false}]);
  assert.deepEqual(alarms.marks.map((mark) => mark.node.hidden), [true, true]);
  alarms.follow(null);
  assert.deepEqual(alarms.marks.map((mark) => mark.node.hidden), [true, true]);
  alarms.follow({width: 100, height: 100, project: (at) => at});
  assert.deepEqual(alarms.marks.map((mark) => mark.node.hidden), [false, true]);
  alarms.follow({width: 1000, height: 100, project: (at) => at}, {below: 85, taken: [[0, 0, 5, 5]]});
  assert.deepEqual(alarms.marks.map((mark) => mark.node.hidden), [true, true]);
  assert.deepEqual(alarms.taken, [[0, 0, 5, 5]]);
});
