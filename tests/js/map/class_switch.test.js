// Classes hidden by a click in the legend: what is left out, and that it is said.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {ClassSwitch, shownOf} from '../../../cop/ui/map/asset/class_switch.js';
import {buildLegend} from '../../../cop/ui/map/asset/legend.js';
import {installDocument, node, send} from '../support/document.js';

installDocument();

const KINDS = {
  type: 'classes', property: 'kind',
  entries: [
    {value: 'rescue', label: 'Rescue', shape: 'area', color: '#1'},
    {value: 'drone', label: 'Drone', shape: 'area', color: '#2'},
    {value: null, label: 'Other', shape: 'area', color: '#3'},
  ],
};
const STATE = {type: 'classes', property: 'state', entries: [{value: 'outside', label: 'outside', shape: 'line', color: '#4'}]};
const EVENTS = {id: 'events', visible: true, measures: [], legend: [KINDS, {type: 'ramp'}], square: {markedBy: 'cell'}};
const SEGMENTS = {
  id: 'segments', visible: true, legend: [], measure: 'n',
  measures: [{key: 'n', legend: [STATE]}, {key: 'risk', legend: [{type: 'ramp'}]}],
};

function build(more = {}) {
  const refreshed = [];
  const view = {
    root: node(),
    layers: [EVENTS, SEGMENTS],
    data: {wall: false, deck: {layers: [{id: 'events', '@@type': 'MVTLayer'}, {id: 'segments', '@@type': 'MVTLayer', binary: false}, {id: 'relief', '@@type': 'TileLayer'}, {id: 'ground', '@@type': 'MVTLayer', binary: true}]}},
    refresh: () => refreshed.push(classes.draw()),
    ...more,
  };
  const classes = new ClassSwitch(view);
  return {view, classes, refreshed};
}

const of = (properties) => ({properties});
const FEATURES = [of({kind: 'rescue'}), of({kind: 'drone'}), of({kind: 'unheard of'}), of({}), of({cell: 1, kind: 'drone', n: 4})];
const left = (classes, features = FEATURES, layer = EVENTS) => shownOf(features, classes.filterOf(layer)).map((one) => features.indexOf(one));

test('nothing is left out until a class is hidden, and the tile stays the same list', () => {
  const {classes} = build();
  assert.equal(classes.filterOf(EVENTS), '');
  assert.equal(shownOf(FEATURES, ''), FEATURES);
  assert.equal(classes.node.hidden, true);
});

test('a hidden class is left out; a square counts every class and stays', () => {
  const {classes, refreshed} = build();
  classes.toggle(EVENTS, 'kind', 'drone');
  assert.deepEqual(left(classes), [0, 2, 3, 4]);
  assert.equal(refreshed.length, 1);
  classes.toggle(EVENTS, 'kind', null);
  assert.deepEqual(left(classes), [0, 4], 'the other class is whatever has no entry');
  classes.toggle(EVENTS, 'kind', 'drone');
  assert.deepEqual(left(classes), [0, 1, 4]);
});

test('the same tile with the same classes is filtered once', () => {
  const {classes} = build();
  classes.toggle(EVENTS, 'kind', 'drone');
  const filter = classes.filterOf(EVENTS);
  assert.equal(shownOf(FEATURES, filter), shownOf(FEATURES, classes.filterOf(EVENTS)));
  const binary = {points: {}};
  assert.equal(shownOf(binary, filter), binary);
  assert.equal(shownOf(null, filter), null);
});

test('numbers of a tile are the classes that the legend writes as text', () => {
  const levels = {id: 'events', visible: true, measures: [], legend: [{...KINDS, entries: [{value: 1, label: 'one'}, {value: '2', label: 'two'}]}]};
  const {classes} = build();
  classes.toggle(levels, 'kind', '2');
  classes.toggle(levels, 'kind', 1);
  assert.deepEqual(left(classes, [of({kind: 1}), of({kind: '1'}), of({kind: 2}), of({kind: 3})], levels), [3]);
});

test('what the legend of another measure does not show is not hidden there', () => {
  const {classes} = build();
  classes.toggle(SEGMENTS, 'state', 'outside');
  assert.notEqual(classes.filterOf(SEGMENTS), '');
  assert.equal(classes.filterOf({...SEGMENTS, measure: 'risk'}), '');
});

test('the map says what it leaves out while the layer is shown, and one click shows all', () => {
  const {view, classes} = build();
  classes.toggle(EVENTS, 'kind', 'drone');
  assert.deepEqual([classes.node.hidden, classes.node.children[0].textContent], [false, '1 class hidden on this map only: Drone']);
  classes.toggle(SEGMENTS, 'state', 'outside');
  assert.equal(classes.node.children[0].textContent, '2 classes hidden on this map only: Drone, outside');
  view.layers = [{...EVENTS, visible: false}, SEGMENTS];
  classes.draw();
  assert.equal(classes.node.children[0].textContent, '1 class hidden on this map only: outside');
  send(classes.node.children[1], 'click');
  assert.deepEqual([classes.node.hidden, classes.filterOf(EVENTS), classes.filterOf(SEGMENTS)], [true, '', '']);
});

test('images, the background and a wall have no switches', () => {
  const {view, classes} = build();
  assert.deepEqual(['events', 'segments', 'relief', 'ground', 'nothing'].map((id) => classes.canSwitch({id})), [true, true, false, false, false]);
  assert.equal(classes.act({...EVENTS, id: 'ground'}), null);
  view.data.wall = true;
  assert.equal(classes.canSwitch(EVENTS), false);
});

test('each entry of the legend is a button that is pressed while its class is shown', () => {
  const {classes} = build();
  const legend = () => buildLegend([KINDS], '#fff', classes.act(EVENTS));
  const pressed = () => legend().all('class').map((one) => one.getAttribute('aria-pressed'));
  assert.deepEqual(pressed(), ['true', 'true', 'true']);
  assert.deepEqual(legend().all('hidden-note'), []);
  send(legend().all('class')[1], 'click');
  assert.deepEqual(pressed(), ['true', 'false', 'true']);
  assert.equal(legend().all('class')[1].getAttribute('title'), 'Show Drone');
  const [note] = legend().all('hidden-note');
  assert.equal(note.children[0].textContent, '1 class hidden. Squares count all.');
  send(note.children[1], 'click');
  assert.deepEqual(pressed(), ['true', 'true', 'true']);
});
