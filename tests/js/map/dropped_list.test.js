// What is said of dropped files: a draft with its layers, warnings and buttons, and what became of others.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {buildAdd, buildDrafts, buildNote, buildSheet} from '../../../cop/ui/map/asset/dropped_list.js';
import {installDocument, send} from '../support/document.js';

installDocument();

const layer = (title, more = {}) => ({title, n: 2, kinds: {Point: 2}, warnings: [], ...more});
const file = (more = {}) => ({
  id: 'f1', name: 'Towers.csv', marking: 'TLP:AMBER', far: [], skipped: [], layers: [layer('Towers')], ...more,
});

function draw(files, change = {}) {
  const log = [];
  const act = {agree: (...said) => log.push(['agree', ...said]), press: (...said) => log.push(said)};
  const state = {agreed: new Set(), waits: new Map(), color: [1, 2, 3], ...change};
  return {group: buildDrafts(files, state, act), log};
}

const buttons = (group) => group.all().filter(({tagName}) => tagName === 'button');

test('without a draft the panel has no group for any', () => {
  assert.equal(draw([]).group, null);
});

test('a draft says what it is, how it is marked, and who sees it; one press publishes it', () => {
  const {group, log} = draw([file()]);
  for (const words of ['Towers', 'DRAFT', 'PRIVATE', 'TLP:AMBER', '2 points, all times', 'Only you see it']) {
    assert.ok(group.textContent.includes(words), words);
  }
  const [publish, discard] = buttons(group);
  assert.equal(publish.getAttribute('aria-label'), 'Publish Towers.csv');
  send(publish, 'click');
  send(discard, 'click');
  assert.deepEqual(log, [['publish', 'f1'], ['discard', 'f1']]);
});

test('several layers of a file are all named, with what is skipped and left out of each', () => {
  const layers = [layer('Roads', {n: 1, kinds: {MultiLineString: 1}}), layer('Posts', {kinds: {Point: 1, Polygon: 1}, warnings: ['1 of 3 rows left out']})];
  const {group} = draw([file({name: 'Camps.kml', layers, skipped: ['Nothing: empty']})]);
  for (const words of ['Camps.kml', 'Roads: 1 line', 'Posts: 2 features', 'Posts: 1 of 3 rows left out', 'Skipped: Nothing: empty']) {
    assert.ok(group.textContent.includes(words), words);
  }
});

test('a far draft is published after a tick only', () => {
  const far = ['This layer is 1,699 km from the area of operations.'];
  const {group, log} = draw([file({far})]);
  assert.equal(buttons(group)[0].getAttribute('disabled'), '');
  assert.ok(group.textContent.includes(far[0]));
  const box = group.all().find(({tagName}) => tagName === 'input');
  send(Object.assign(box, {checked: true}), 'change');
  assert.deepEqual(log, [['agree', 'f1', true]]);
  const agreed = draw([file({far})], {agreed: new Set(['f1'])}).group;
  assert.equal(buttons(agreed)[0].getAttribute('disabled'), null);
});

test('a second press is not possible while the first is on its way', () => {
  const {group} = draw([file()], {waits: new Map([['f1', 'publish']])});
  const [publish, discard] = buttons(group);
  assert.deepEqual([publish.textContent, discard.textContent], ['Publishing\u2026', 'Discard']);
  assert.deepEqual([publish, discard].map((one) => one.getAttribute('disabled')), ['', '']);
});

test('a fault leads to Upload, unless it asks nothing; a note can be closed', () => {
  const bad = buildNote({text: 'a.csv: no position.', bad: true}, '/Upload', () => {});
  assert.deepEqual([bad.textContent, bad.getAttribute('role')], ['a.csv: no position. Open Upload', 'alert']);
  const lost = buildNote({text: 'a.csv: not sent', bad: true, link: false}, '/Upload', () => {});
  assert.equal(lost.textContent, 'a.csv: not sent');
  let closed = 0;
  const good = buildNote({text: 'Published Towers'}, '/Upload', () => (closed += 1));
  send(buttons(good)[0], 'click');
  assert.deepEqual([good.getAttribute('role'), closed], ['status', 1]);
  assert.deepEqual(buttons(buildNote({text: 'Reading a.csv'}, '/Upload')), []);
});

test('the page says what a drop does, and a button does it without one', () => {
  assert.ok(buildSheet().textContent.includes('Drop to show on your map'));
  let chosen = 0;
  send(buildAdd(() => (chosen += 1)), 'click');
  assert.equal(chosen, 1);
});
