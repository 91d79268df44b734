// The card of an annotation: what it says, what can be done with it, and the filter of its area.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Note, areaText} from '../../../cop/ui/map/asset/note.js';
import {installDocument, node, send} from '../support/document.js';

installDocument();
globalThis.Node ??= Object.getPrototypeOf(node().constructor.prototype).constructor;

const RING = [[-111, 31], [-110, 31], [-110, 32], [-111, 31]];
const AREA = {
  id: 'a',
  geometry: {type: 'Polygon', coordinates: [RING]},
  properties: {shape: 'area', title: 'Search area', purpose: 'interest', author: 'Lee', drawn_at: '2026-11-01T06:00:00Z', valid_until: null, marking: 'TLP:GREEN', revision: 2, size: '12 km²'},
};

function build({board = true, knownAt = null, may = ['annotate']} = {}) {
  const said = [];
  const asked = [];
  const view = {
    data: {
      knownAt,
      viewer: {may},
      wanted: [['sector', 'TCA'], ['area', 'old']],
      annotations: {purposes: [{key: 'interest', title: 'Area of interest', color: [1, 2, 3]}], shapes: {area: 'Area'}},
    },
    card: {
      node: node(),
      closed: 0,
      put: (...parts) => (view.card.parts = parts),
      close: () => (view.card.closed += 1),
    },
    session: {board: board && {say: (words) => said.push(words)}, choose: (wanted) => asked.push(wanted)},
    tools: {change: (feature) => (view.changed = feature)},
  };
  return {view, note: new Note(view), said, asked};
}

const buttons = (view) => view.card.parts[3].children.filter((child) => child.tagName === 'button');
const press = (view, text) => send(buttons(view).find((button) => button.textContent === text), 'click');

test('the ring of an area is written without its last place', () => {
  assert.equal(areaText(AREA), '-111.0000 31.0000,-110.0000 31.0000,-110.0000 32.0000');
});

test('the card says what it is, by whom, until when and how large', () => {
  const {view, note} = build();
  note.show(AREA);
  const [head, words, rows] = view.card.parts;
  assert.equal(head.textContent, 'Search area');
  assert.equal(words, 'Annotation: Area, revision 2');
  for (const text of ['Area of interest', 'Drawn byLee', 'Untilerased', 'TLP:GREEN', 'Area12 km²']) assert.ok(rows.textContent.includes(text), text);
});

test('who may not draw neither changes nor erases, but filters', () => {
  const {view, note} = build({may: []});
  note.show(AREA);
  assert.deepEqual(buttons(view).map((button) => button.textContent), ['Use as filter']);
});

test('an area narrows the page and replaces an earlier one', () => {
  const {view, note, asked} = build();
  note.show(AREA);
  press(view, 'Use as filter');
  assert.deepEqual(asked, [[['sector', 'TCA'], ['area', areaText(AREA)]]]);
});

test('erasing is asked about first', () => {
  const {view, note, said} = build();
  note.show(AREA);
  press(view, 'Erase');
  assert.deepEqual(said, []);
  press(view, 'Erase for everyone');
  assert.deepEqual(said, [{erase: 'a'}]);
});

test('in the past and without a board nothing can be done', () => {
  for (const options of [{board: null}, {knownAt: '2026-01-01T00:00:00Z'}]) {
    const {view, note} = build(options);
    note.show(AREA);
    assert.equal(buttons(view).length, 0);
  }
});

test('why it was not erased is said below the button', () => {
  const {view, note, said} = build();
  note.show(AREA);
  press(view, 'Erase');
  press(view, 'Erase for everyone');
  assert.deepEqual(said, [{erase: 'a'}]);
  assert.equal(note.hear('annotation a was erased by Lee'), true);
  const fault = () => view.card.parts[3].children.find((child) => child.getAttribute('role') === 'alert')?.textContent;
  assert.equal(fault(), 'annotation a was erased by Lee');
  assert.equal(note.hear('again'), false, 'once');
  view.session.board.say = () => false;
  press(view, 'Erase for everyone');
  assert.match(fault(), /^Connection lost\. Not erased/);
  press(view, 'Cancel');
  assert.equal(fault(), undefined);
});
