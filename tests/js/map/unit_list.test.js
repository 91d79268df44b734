// The words about own units: ages, names, where they come from, and a table whose rows stay.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {installDocument, send} from '../support/document.js';

installDocument();
const {UnitList, ago, describe, nameOf} = await import('../../../cop/ui/map/asset/unit_list.js');

const unit = (key, more = {}) => ({
  key, callsign: key.toUpperCase(), title: 'Ground unit', type: 'a-f-G-U-C', made_up: '', marking: 'TLP:GREEN', lon: -110.9, lat: 31.4, ago: '4 s ago', ...more,
});

function open() {
  const log = [];
  const list = new UnitList({toggle: (on) => log.push(on), visit: (one) => log.push(one.key)});
  const draw = (units, more = {}) => list.draw({on: true, words: 'words', units, marking: 'TLP:GREEN', ...more});
  return {list, log, draw};
}

test('an age is in words', () => {
  assert.deepEqual([0, 40.9, 59, 60, 80, 599, -3].map(ago), ['0 s ago', '40 s ago', '59 s ago', '1 min 0 s ago', '1 min 20 s ago', '9 min 59 s ago', '0 s ago']);
});

test('a unit is called by its callsign, else its type, and what is made up says so first', () => {
  assert.equal(nameOf(unit('a')), 'A');
  assert.equal(nameOf(unit('a', {callsign: ''})), 'Ground unit');
  assert.equal(nameOf(unit('a', {made_up: 'EXERCISE'})), 'EXERCISE A');
});

test('the words say from where, that nothing is stored, and how many are shown', () => {
  assert.equal(describe(['TAK-1', 'TAK-2'], 1_200), 'Own units: live from TAK-1, TAK-2, not stored, 1,200 shown');
  assert.equal(describe([], 0), 'Own units: live, not stored, 0 shown');
});

test('while they are off there is the switch alone', () => {
  const {list, log, draw} = open();
  draw([unit('a')], {on: false});
  assert.equal(list.box.checked, false);
  assert.ok([list.words, list.chips, list.symbol, list.table].every(({hidden}) => hidden));
  list.box.checked = true;
  send(list.box, 'change');
  assert.equal(log.length, 1);
});

test('the table lists each by name with type, age and place, and a press goes there', () => {
  const {list, log, draw} = open();
  draw([unit('b'), unit('a', {callsign: '<img src=x>', made_up: 'EXERCISE'})]);
  assert.deepEqual(list.body.children.map(({textContent}) => textContent.slice(0, 24)), ['B4 s agoGround unit12R W', 'EXERCISE <img src=x>4 s ']);
  assert.equal(list.chips.textContent, 'EXERCISETLP:GREEN');
  send(list.body.children[0].querySelector('button') ?? list.rows.get('b').button, 'click');
  assert.deepEqual(log, ['b']);
});

test('rows stay while their words change, so that a focus outlasts that', () => {
  const {list, draw} = open();
  draw([unit('a'), unit('b')]);
  const [first] = list.body.children;
  draw([unit('a', {ago: '6 s ago', lon: -111}), unit('b')]);
  assert.equal(list.body.children[0], first);
  assert.match(first.textContent, /6 s ago/);
  draw([unit('a', {ago: '9 s ago'})]);
  assert.equal(list.body.children.length, 1);
  assert.equal(list.body.children[0], first);
  draw([], {on: false});
  assert.equal(list.body.children.length, 0);
  draw([unit('a')]);
  assert.equal(list.body.children.length, 1);
});

test('no more than a hundred are listed, and that is said', () => {
  const {list, draw} = open();
  draw(Array.from({length: 1_500}, (_, i) => unit(`u${i}`)));
  assert.equal(list.body.children.length, 100);
  assert.equal(list.more.textContent, '100 of 1,500 listed');
});
