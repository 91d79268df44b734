import assert from 'node:assert/strict';
import {test} from 'node:test';

import {
  barShapes, bars, before, countAxis, figures, ground, handles, incomplete, pointed, present, silence, timeAxis,
} from '../../../cop/ui/timeline/asset/draw.js';
import {timeScale} from '../../../cop/ui/timeline/asset/scale.js';
import {installDocument} from '../support/document.js';

installDocument();

const BOX = {top: 5, bottom: 105};
const SCALE = timeScale([0, 50], 0, 500);
const EDGES = [0, 10, 20, 30, 40, 50];
const DATA = {n: [10, 0, 5, null, 1]};
const value = (node, name) => Number(node.getAttribute(name));

test('bars are as high as their share of the highest that is shown', () => {
  const {most, boxes} = barShapes(DATA, EDGES, SCALE, BOX);
  assert.equal(most, 10);
  assert.deepEqual(boxes, [
    {left: 0, right: 99, top: 5},
    {left: 200, right: 299, top: 55},
    {left: 400, right: 499, top: 95},
  ]);
});

test('a bin outside of the extent neither shows nor sets the scale', () => {
  const {most, boxes} = barShapes(DATA, EDGES, timeScale([20, 50], 0, 300), BOX);
  assert.deepEqual([most, boxes.length], [5, 2]);
});

test('one record among many is still seen', () => {
  const {boxes} = barShapes({n: [100000, 1]}, [0, 10, 20], timeScale([0, 20], 0, 200), BOX);
  assert.equal(boxes[1].top, BOX.bottom - 1);
});

test('bars are drawn dimmed, of the previous period and of the window', () => {
  const shapes = barShapes(DATA, EDGES, SCALE, BOX);
  assert.equal(bars(shapes, {window: [100, 200], previous: [0, 100]}, SCALE, BOX).length, 3);
  assert.equal(bars(shapes, {window: [100, 200], previous: null}, SCALE, BOX).length, 2);
  assert.equal(bars(shapes, {window: [100, 100], previous: null}, SCALE, BOX).length, 1);
});

test('time that is incomplete is marked on the ground and cut out of the bars', () => {
  const shapes = barShapes(DATA, EDGES, SCALE, BOX);
  const marks = incomplete(shapes, [250, 500], BOX);
  assert.deepEqual([marks.below.length, marks.above.length], [1, 2]);
  assert.deepEqual(marks.above.map((one) => [value(one, 'x'), value(one, 'width')]), [[250, 49], [400, 99]]);
  assert.deepEqual(incomplete(shapes, null, BOX), {below: [], above: []});
});

test('edges outside of the extent have no handle, those of a wall no grip', () => {
  assert.equal(handles({start: 10, end: 40}, SCALE, BOX, false).length, 6);
  assert.equal(handles({start: -10, end: 40}, SCALE, BOX, false).length, 3);
  assert.equal(handles({start: 10, end: 40}, SCALE, BOX, true).length, 2);
});

test('axes say round numbers and times, and no labels run into each other', () => {
  const shapes = barShapes(DATA, EDGES, SCALE, BOX);
  assert.equal(countAxis(shapes, SCALE, 10).filter(({tagName}) => tagName === 'text').map((one) => one.textContent).join(), '0,5,10');
  const year = timeScale([Date.UTC(2025, 0), Date.UTC(2026, 0)], 40, 400);
  const labels = timeAxis(year, BOX, 10.5).filter(({tagName}) => tagName === 'text');
  const ends = labels.slice(1).map((one) => [value(one, 'x'), one.textContent.length * 10.5 * 0.31]);
  ends.slice(1).forEach(([x, half], i) => assert.ok(x - half >= ends[i][0] + ends[i][1]));
  assert.equal(labels[0].textContent, 'UTC');
});

test('a silence says so where there is room for the words', () => {
  assert.equal(silence([0, 400], [], BOX, 10, 'no records yet').length, 3);
  assert.equal(silence([0, 50], [], BOX, 10, 'no records yet').length, 2);
  assert.deepEqual(silence([0, 1], [], BOX, 10, 'no records yet'), []);
  const said = silence([0, 400], [300], BOX, 10, 'no records').at(-1);
  assert.equal(value(said, 'x'), 150, 'the words keep off the edge of the window');
});

test('what is empty or lies outside is not drawn', () => {
  assert.deepEqual([ground('field', [5, 5], BOX), before([5, 5], BOX), present(60, SCALE, BOX, 10, 'now')], [[], [], []]);
  assert.equal(present(40, SCALE, BOX, 10, 'now').length, 2);
  assert.equal(present(1, SCALE, BOX, 10, 'now').length, 1);
  assert.equal(value(pointed([5, 5], BOX)[0], 'width'), 1);
});

test('a figure is of one unit', () => {
  assert.equal(figures(1200, 'events'), '1,200 events');
});
