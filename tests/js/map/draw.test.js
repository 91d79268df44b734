// Drawing: shapes are begun, need their fewest places, and are sent with title, purpose and duration.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Tools} from '../../../cop/ui/map/asset/draw.js';
import {installDocument, node} from '../support/document.js';

installDocument();

function build({sent = true} = {}) {
  const said = [];
  const view = {
    root: node(),
    nodes: {tools: node('aside')},
    data: {
      knownAt: null,
      viewer: {may: ['annotate', 'present'], agency: 'DPS', agencies: [{code: 'CBP', title: 'Border patrol'}, {code: 'DPS', title: 'State police'}]},
      annotations: {shapes: {point: 'Point', area: 'Area'}, purposes: [{key: 'note', title: 'Note'}], markings: ['TLP:CLEAR'], lasts: [24, 72, 168], marking: 'TLP:CLEAR//REL TO CBP', ownMarking: 'TLP:CLEAR'},
    },
    session: {drawBoard() {}, board: {refused: null, say: (words) => said.push(words) && sent}},
    card: {close() {}},
    measure: {end() {}},
    viewport: () => null,
  };
  return {view, said, tools: new Tools(view)};
}

const texts = (tools, tag) => {
  const found = [];
  const walk = (one) => {
    if (one.tagName === tag) found.push(one.textContent);
    one.children?.forEach(walk);
  };
  walk(tools.node);
  return found;
};

test('nobody draws into the past', () => {
  const {tools, view} = build();
  assert.equal(tools.allowed, true);
  view.data.knownAt = '2026-01-01T00:00:00Z';
  assert.equal(tools.allowed, false);
});

test('nobody draws without the right to', () => {
  const {tools, view} = build();
  view.data.viewer = {...view.data.viewer, may: ['present']};
  assert.equal(tools.allowed, false);
});

test('an area needs three places before it can be finished', () => {
  const {tools} = build();
  tools.toggle();
  tools.begin('area');
  assert.ok(texts(tools, 'p').some((text) => text.startsWith('Click each corner')));
  tools.sketch.places = [[0, 0], [1, 0]];
  tools.end();
  assert.equal(tools.filling, null);
  tools.sketch.places.push([1, 1]);
  tools.end();
  assert.equal(tools.filling, true);
  assert.ok(texts(tools, 'button').includes('Add to map'));
  assert.ok(texts(tools, 'option').includes('7 d'));
});

function form({agencies = [], ...more} = {}) {
  const elements = {title: 'Camp', purpose: 'note', lasts: '24', marking: 'TLP:CLEAR', ...more};
  const fault = node();
  return {fault, elements: Object.fromEntries(Object.entries(elements).map(([k, value]) => [k, {value}])), querySelector: () => fault, querySelectorAll: () => agencies.map((value) => ({value, checked: true}))};
}

test('what is sent has its words and places', () => {
  const {tools, said} = build();
  tools.begin('point');
  tools.sketch.places = [[-110, 31]];
  tools.send(form({lasts: ''}));
  assert.deepEqual(said[0].draw, {shape: 'point', title: 'Camp', purpose: 'note', lasts_h: null, marking: 'TLP:CLEAR', coordinates: [[-110, 31]]});
});

test('what is sent is marked as releasable to the agencies that were chosen', () => {
  const {tools, said} = build();
  tools.begin('point');
  tools.sketch.places = [[-110, 31]];
  tools.send(form({marking: 'TLP:AMBER', agencies: ['DPS', 'CBP']}));
  assert.equal(said[0].draw.marking, 'TLP:AMBER//REL TO CBP, DPS');
});

test('the form has the label and the agencies of what is changed', () => {
  const {tools, view} = build();
  view.data.annotations.markings = ['TLP:CLEAR', 'TLP:AMBER'];
  tools.change({id: 'a', properties: {shape: 'point', title: 'Camp', purpose: 'note', marking: 'TLP:AMBER//REL TO DPS'}});
  const found = [];
  const walk = (one) => {
    found.push(one);
    one.children?.forEach(walk);
  };
  walk(tools.node);
  const chosen = found.filter((one) => one.getAttribute?.('selected') !== undefined && one.getAttribute?.('selected') !== null);
  assert.ok(chosen.some((one) => one.textContent === 'TLP:AMBER'));
  const boxes = found.filter((one) => one.getAttribute?.('type') === 'checkbox');
  assert.deepEqual(boxes.map((one) => [one.getAttribute('value'), one.getAttribute('checked') !== null]), [['CBP', false], ['DPS', true]]);
});

test('a new one is for whom the records are, not for whom others drew', () => {
  const {tools, view} = build();
  const ticked = () => {
    const found = [];
    const walk = (one) => {
      if (one.getAttribute?.('type') === 'checkbox' && one.getAttribute('checked') !== null) found.push(one.getAttribute('value'));
      one.children?.forEach(walk);
    };
    walk(tools.agencies());
    return found;
  };
  assert.deepEqual(ticked(), []);
  view.data.annotations.ownMarking = 'TLP:CLEAR//REL TO DPS';
  assert.deepEqual(ticked(), ['DPS']);
});

test('a change replaces the annotation at its own places', () => {
  const {tools, said} = build();
  tools.shape = 'area';
  tools.changing = {id: 'a', geometry: {type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]]}, properties: {shape: 'area'}};
  tools.send(form());
  assert.equal(said[0].draw.replaces, 'a');
  assert.deepEqual(said[0].draw.coordinates, [[0, 0], [1, 0], [1, 1]]);
});

test('who may release says why a marking is lowered, and nobody else', () => {
  const {tools, view, said} = build();
  const feature = {id: 'a', geometry: {type: 'Point', coordinates: [0, 0]}, properties: {shape: 'point', title: 'Camp', marking: 'TLP:CLEAR'}};
  tools.change(feature);
  assert.ok(!texts(tools, 'span').includes('Reason'));
  view.data.viewer = {...view.data.viewer, may: ['annotate', 'release']};
  tools.change(feature);
  assert.ok(texts(tools, 'span').includes('Reason'));
  tools.send(form({reason: 'Agreed'}));
  assert.equal(said[0].reason, 'Agreed');
  tools.begin('point');
  assert.ok(!texts(tools, 'span').includes('Reason'));
});

test('without a connection the form says that nothing was saved', () => {
  const {tools} = build({sent: false});
  tools.begin('point');
  const words = form();
  tools.send(words);
  assert.match(words.fault.textContent, /Not saved/);
});

test('closing the palette ends what was begun', () => {
  const {tools} = build();
  tools.toggle();
  tools.begin('point');
  tools.toggle();
  assert.equal(tools.node.hidden, true);
  assert.equal(tools.shape, null);
});

test('why nothing was saved is said in the form that was sent, and nowhere else', () => {
  const {tools} = build();
  assert.equal(tools.hear('no'), false, 'nothing was sent from here');
  tools.begin('point');
  const fault = node('p');
  tools.node.querySelector = () => fault;
  tools.send(form());
  assert.equal(tools.hear('title: 81 characters'), true);
  assert.equal(fault.textContent, 'title: 81 characters');
});
