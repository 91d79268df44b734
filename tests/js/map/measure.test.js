// Measuring: points are placed, figures follow, Escape ends, and nobody is told.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Measure} from '../../../cop/ui/map/asset/measure.js';
import {installDocument, node, send} from '../support/document.js';

installDocument();

/** A degree is a hundred pixels, north is up. */
const VIEWPORT = {project: ([lon, lat]) => [lon * 100, -lat * 100], unproject: ([x, y]) => [x / 100, -y / 100, 0]};

function build() {
  const log = [];
  const view = {
    root: node(),
    nodes: {measure: node('aside'), buttons: node(), stage: node()},
    viewport: () => VIEWPORT,
    session: {following: false},
    tools: {open: true, toggle: () => log.push('tools away')},
    card: {close: () => log.push('card away')},
  };
  view.nodes.measure.hidden = true;
  const measure = new Measure(view);
  const press = (x, y) => send(measure.sketch.node, 'pointerdown', {button: 0, clientX: x, clientY: y});
  const move = (x, y) => send(measure.sketch.node, 'pointermove', {clientX: x, clientY: y});
  const key = (name) => measure.key({key: name, preventDefault() {}});
  const button = (text) => measure.node.all('ends')[0].children.find((one) => one.textContent === text);
  return {view, measure, log, press, move, key, button, rows: () => Object.fromEntries(measure.rows())};
}

test('its button begins and ends it, and puts other tools away', () => {
  const {measure, log} = build();
  assert.equal(measure.button.getAttribute('aria-label'), 'Measure');
  send(measure.button, 'click');
  assert.deepEqual([log, measure.node.hidden, measure.active], [['tools away', 'card away'], false, true]);
  assert.equal(measure.button.getAttribute('aria-pressed'), 'true');
  send(measure.button, 'click');
  assert.deepEqual([measure.node.hidden, measure.active, measure.sketch.places], [true, false, []]);
  assert.equal(measure.button.getAttribute('aria-pressed'), 'false');
});

test('figures follow the pointer; what is placed is told', () => {
  const {measure, press, move, rows} = build();
  measure.begin();
  press(0, 0);
  move(100, 0);
  assert.deepEqual(rows(), {Distance: '111.3 km · 69.2 mi', 'Last leg': '111.3 km · 69.2 mi'});
  assert.match(measure.figures.textContent, /^Distance111\.3 km/);
  assert.equal(measure.said.textContent, '1 point. Distance 0 m · 0 ft');
  press(100, 0);
  move(100, -100);
  assert.deepEqual(rows(), {Distance: '221.9 km · 137.9 mi', 'Last leg': '110.6 km · 68.7 mi'});
  assert.equal(measure.said.textContent, '2 points. Distance 111.3 km · 69.2 mi');
});

test('a press on the first point closes an area, which stays while the map is moved', () => {
  const {measure, press, move, rows, button} = build();
  measure.begin();
  [[0, 0], [100, 0], [100, -100], [0, -100]].forEach(([x, y]) => press(x, y));
  press(3, 3);
  assert.deepEqual([measure.active, measure.sketch.places.length], [false, 4]);
  assert.deepEqual(rows(), {Area: '12,309 km² · 4,752 mi²', Perimeter: '443.8 km · 275.7 mi'});
  assert.match(measure.said.textContent, /^4 points\. Area 12,309 km²/);
  move(500, 500);
  assert.match(measure.figures.textContent, /^Area12,309 km²/);
  send(button('New'), 'click');
  assert.deepEqual([measure.active, measure.sketch.places], [true, []]);
});

test('two points close nothing, and sides that cross have no area', () => {
  const {measure, press, rows, button} = build();
  measure.begin();
  press(0, 0);
  press(100, 0);
  measure.rest('area');
  assert.equal(measure.active, true);
  assert.equal(button('Close area').getAttribute('disabled'), '');
  press(0, -100);
  press(100, -100);
  assert.equal(button('Close area').getAttribute('disabled'), null);
  send(button('Close area'), 'click');
  assert.equal(rows().Area, 'unknown: sides cross');
});

test('Enter finishes the line, Backspace takes a point back, Escape ends at any time', () => {
  const {measure, press, key, rows} = build();
  assert.equal(key('Escape'), false);
  measure.begin();
  [[0, 0], [100, 0], [200, 0]].forEach(([x, y]) => press(x, y));
  assert.equal(key('Backspace'), true);
  assert.equal(key('Enter'), true);
  assert.deepEqual([measure.active, rows().Distance], [false, '111.3 km · 69.2 mi']);
  assert.equal(key('x'), false);
  assert.equal(key('Escape'), true);
  assert.deepEqual([measure.node.hidden, measure.sketch.places], [true, []]);
  measure.begin();
  assert.equal(key('Escape'), true);
  assert.equal(measure.node.hidden, true);
});
