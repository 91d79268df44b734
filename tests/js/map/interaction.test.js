// Hovering, clicking and keys on the map.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Interaction} from '../../../cop/ui/map/asset/interaction.js';
import {installDocument, node} from '../support/document.js';

installDocument();
globalThis.Element ??= class {};
Object.assign(globalThis.document, {addEventListener() {}, removeEventListener() {}, body: node('body')});

const EVENTS = {id: 'events', idProperty: 'event_id', title: 'Events', legend: [], measures: [], fields: []};

function build({wall = false, picked = null} = {}) {
  const log = [];
  const view = {
    data: {wall, assets: {position: '/api/position'}},
    layers: [EVENTS],
    root: node(),
    nodes: {stage: node(), tip: node(), cursor: node(), card: node()},
    deck: {pickObject: ({x, y}) => log.push(['pick', x, y]) && picked},
    viewport: () => ({project: ([x, y]) => [x, y], unproject: ([x, y]) => [x, y], zoom: 6}),
    select: (what) => log.push(['select', what?.id ?? null]),
    card: {close: () => log.push(['close']), show: (layer) => log.push(['show', layer.id]), showPosition: (at, url) => log.push(['position', at, url])},
    note: {show: () => log.push(['note'])},
    search: {focus: () => log.push(['search']), clear: () => log.push(['clear'])},
    marker: {at: null, show: ({title}, clicked) => log.push(['mark', title, clicked]), follow() {}, closed: () => log.push(['unmark'])},
    session: {key() {}, point: (at) => log.push(['point', at])},
    tools: {sketch: {key: () => false}},
    measure: {key: () => false},
    sight: {key: () => false},
    values: {leave() {}, point() {}},
  };
  return {view, log, hand: new Interaction(view)};
}

const pointer = (name, [clientX, clientY], button = 0) => Object.assign(new Event(name), {clientX, clientY, button});

const press = ({nodes}, {to = [5, 5], button = 0} = {}) => {
  nodes.stage.dispatchEvent(pointer('pointerdown', [5, 5], button));
  nodes.stage.dispatchEvent(pointer('pointerup', to));
};

const PICKED = {object: {properties: {event_id: 'e1'}}, layer: {id: 'events'}, coordinate: [1, 2]};

test('a click on a feature selects it and opens its card', () => {
  const {hand, log} = build();
  hand.click(PICKED);
  assert.deepEqual(log, [['unmark'], ['select', 'e1'], ['show', 'events']]);
});

test('a click on nothing tells the position and marks it until its details are closed, but not on a wall', () => {
  const {hand, log, view} = build();
  view.nodes.card.hidden = true;
  hand.click(null, {lon: -106.4, lat: 31.75});
  assert.deepEqual(log, [['mark', '13R CR 67399 13578', true], ['position', {lon: -106.4, lat: 31.75}, '/api/position']]);
  view.select = () => log.push(['select']);
  hand.closed();
  assert.deepEqual(log.slice(2), [['unmark'], ['select']]);
  const wall = build({wall: true});
  wall.view.nodes.card.hidden = true;
  wall.hand.click(null, {lon: 0, lat: 0});
  assert.deepEqual(wall.log, [['close']]);
});

test('a click on nothing closes the card, one on an annotation opens its own', () => {
  const {hand, log} = build();
  hand.click(null);
  hand.click({layer: {id: 'annotations'}, object: {}});
  assert.deepEqual(log, [['close'], ['note']]);
});

test('a press and release at one place picks there', () => {
  const {view, log} = build({picked: PICKED});
  press(view);
  assert.deepEqual(log, [['pick', 5, 5], ['unmark'], ['select', 'e1'], ['show', 'events']]);
});

test('a drag is no click, and a press of another button neither', () => {
  const {view, log} = build({picked: PICKED});
  press(view, {to: [50, 5]});
  press(view, {button: 2});
  assert.deepEqual(log.filter(([what]) => what === 'pick'), []);
});

const key = (name, more = {}) => ({key: name, composedPath: () => [globalThis.document.body], preventDefault() {}, ...more});

test('a slash goes to the search, but not on a wall', () => {
  const here = build();
  here.hand.key(key('/'));
  assert.deepEqual(here.log, [['search']]);
  const wall = build({wall: true});
  wall.hand.key(key('/'));
  assert.deepEqual(wall.log, []);
});

test('Escape closes the card first, then clears the marker', () => {
  const {hand, log, view} = build();
  hand.key(key('Escape'));
  view.nodes.card.hidden = true;
  view.marker.at = [1, 2];
  hand.key(key('Escape'));
  assert.deepEqual(log, [['close'], ['clear']]);
});

test('the pointer that leaves takes tooltip and position along', () => {
  const {hand, log, view} = build();
  hand.leave();
  assert.equal(view.nodes.tip.hidden, true);
  assert.deepEqual(log, [['point', null]]);
});

test('a place is picked once, by a click or by dragging the ring', () => {
  const {hand, log} = build();
  const taken = [];
  for (const pick of [() => hand.click(PICKED, {lon: 3, lat: 4}), () => hand.handle.take({lon: 5, lat: 6})]) {
    hand.pickOnce((place) => taken.push(place), [1, 2]);
    assert.deepEqual(hand.handle.at, [1, 2]);
    pick();
    assert.equal(hand.handle.at, null);
  }
  assert.deepEqual(taken, [{lon: 3, lat: 4}, {lon: 5, lat: 6}]);
  hand.pickOnce(() => assert.fail('closing ends it'), [1, 2]);
  hand.closed();
  assert.equal(hand.handle.at, null);
  hand.click(PICKED);
  assert.deepEqual(log.at(-1), ['show', 'events']);
});
