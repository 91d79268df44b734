import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Timeline} from '../../../cop/ui/timeline/asset/view.js';
import {installDocument, node} from '../support/document.js';

installDocument();
globalThis.ResizeObserver = class {
  observe() {}

  disconnect() {}
};

const DAY = 86400000;
const FIRST = Date.UTC(2026, 10, 1);
const day = (i) => FIRST + i * DAY;

/** Five days of events, the window days 1 to 3. */
const DATA = {
  session: 's', seen: 0, first: FIRST, edges: [0, 1, 2, 3, 4, 5].map((i) => i * 86400), extent: [FIRST, day(5)],
  series: {events: [1, 2, 3, null, 0], people: [2, 4, 6, null, 0], kg: [0, 0, 50, null, 0]}, step: 'day', window: [day(1), day(3)], previous: null,
  newest: day(3.5), now: day(6), incompleteAfter: null, height: 96, theme: 'dark', wall: false, synthetic: true, present: true,
};

function open(change = {}) {
  const told = [];
  const timeline = new Timeline(node());
  const update = (more = {}) =>
    timeline.update({data: {...DATA, ...change, ...more}, setStateValue: (name, value) => told.push(value)});
  update();
  return {timeline, told, update};
}

test('a window that was brushed stays until the page has heard of it', () => {
  const {timeline, told, update} = open();
  timeline.commit({start: day(0), end: day(1)});
  assert.deepEqual(told, [{session: 's', rev: 1, start: day(0), end: day(1)}]);
  update();
  assert.deepEqual(timeline.window(), {start: day(0), end: day(1)});
  update({seen: 1, window: [day(2), day(4)]});
  assert.deepEqual(timeline.window(), {start: day(2), end: day(4)});
});

test('a new session begins to count anew', () => {
  const {timeline, update} = open();
  timeline.commit({start: day(0), end: day(1)});
  update({session: 'other'});
  assert.equal(timeline.revision, 0);
  assert.deepEqual(timeline.window(), {start: day(1), end: day(3)});
});

test('an open side is taken as the extent\'s', () => {
  assert.deepEqual(open({window: [null, null]}).timeline.window(), {start: FIRST, end: day(5)});
});

test('what the window holds is said where it holds whole bins', () => {
  const {timeline} = open();
  const held = (from, to) => timeline.held({start: day(from), end: day(to)});
  assert.equal(held(0, 3), '6 events');
  assert.equal(held(0.5, 3), '');
  assert.equal(held(2, 4), 'unknown', 'records in quarantine are not counted as none');
  assert.equal(held(4, 5), 'no records yet');
  assert.equal(open({newest: null}).timeline.held({start: day(0), end: day(1)}), 'no records');
});

test('one unit is shown at a time, events at first, and the choice stays', () => {
  const {timeline, update} = open();
  const held = () => timeline.held({start: day(0), end: day(3)});
  assert.equal(timeline.heading(), 'Events per day');
  timeline.choose('people');
  assert.deepEqual([held(), timeline.heading()], ['12 people', 'People per day']);
  update({seen: 1});
  assert.equal(held(), '12 people');
  timeline.choose('kg');
  assert.deepEqual([held(), timeline.heading()], ['50 kg', 'kg per day']);
  update({series: {events: [1, 1, 1, 1, 1]}});
  assert.equal(held(), '3 events', 'a unit that is no longer there gives way');
  assert.equal(timeline.nodes.unit.hidden, true, 'with one unit there is nothing to choose');
});

test('a bin says its doubts', () => {
  const {timeline} = open({incompleteAfter: day(2)});
  assert.equal(timeline.binWords(0)[1], '');
  assert.equal(timeline.binWords(2)[1], 'reports incomplete');
  assert.deepEqual(timeline.binWords(3), ['unknown', 'records in quarantine']);
  assert.deepEqual(timeline.binWords(4), ['', 'no records yet']);
  timeline.data.now = day(0);
  assert.equal(timeline.binWords(1)[0], 'in the future');
});

test('neighbours that miss are told as one', () => {
  assert.deepEqual(open({series: {events: [null, null, 1, null, 2]}}).timeline.missing(), [[day(0), day(2)], [day(3), day(4)]]);
});
