import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Sketch} from '../../../cop/ui/map/asset/sketch.js';
import {installDocument, node, send} from '../support/document.js';

installDocument();

/** A degree is ten pixels, north is up. */
const VIEWPORT = {project: ([lon, lat]) => [lon * 10, -lat * 10], unproject: ([x, y]) => [x / 10, -y / 10, 0]};

function draw(kind) {
  const heard = {places: 0, ends: 0, cancels: 0};
  const view = {viewport: () => VIEWPORT, session: {following: false}, nodes: {stage: node()}};
  const sketch = new Sketch(view, {
    onPlace: () => (heard.places += 1), onEnd: () => (heard.ends += 1), onCancel: () => (heard.cancels += 1),
  });
  const press = (x, y) => send(sketch.node, 'pointerdown', {button: 0, clientX: x, clientY: y});
  const key = (name) => sketch.key({key: name, preventDefault: () => {}});
  sketch.begin(kind);
  return {sketch, view, heard, press, key, tags: () => sketch.node.children.map(({tagName}) => tagName)};
}

test('each press is a place in degrees', () => {
  const {sketch, heard, press} = draw('line');
  press(10, 20);
  press(30, 20);
  assert.deepEqual(sketch.places, [[1, -2], [3, -2]]);
  assert.equal(heard.places, 2);
});

test('the second press of a double click is no place', () => {
  const {sketch, heard, press} = draw('line');
  press(10, 20);
  press(12, 21);
  send(sketch.node, 'dblclick');
  assert.deepEqual([sketch.places.length, heard.ends], [1, 1]);
});

test('a point has one place, an area a hundred', () => {
  for (const [kind, most] of [['point', 1], ['text', 1], ['area', 100]]) {
    const {sketch, press} = draw(kind);
    for (let i = 0; i < 120; i++) press(i * 10, 0);
    assert.equal(sketch.places.length, most, kind);
  }
});

test('another button than the first draws nothing', () => {
  const {sketch} = draw('line');
  send(sketch.node, 'pointerdown', {button: 2, clientX: 1, clientY: 1});
  assert.deepEqual(sketch.places, []);
});

test('keys end, cancel and take back; others are the map\'s', () => {
  const {sketch, heard, press, key} = draw('line');
  press(10, 20);
  assert.deepEqual(['Enter', 'Escape', 'Backspace', 'x'].map(key), [true, true, true, false]);
  assert.deepEqual([heard.ends, heard.cancels, sketch.places.length], [1, 1, 0]);
  sketch.end();
  assert.equal(key('Enter'), false);
});

test('a sketch that rests stays as it is until its words are written', () => {
  const {sketch, press, key, tags} = draw('area');
  press(0, 0);
  press(50, 0);
  send(sketch.node, 'pointermove', {clientX: 50, clientY: 50});
  assert.deepEqual(tags(), ['polygon', 'polyline', 'circle', 'circle']);
  assert.match(sketch.node.children[0].getAttribute('points'), /50\.0,50\.0$/);
  sketch.rest();
  press(90, 90);
  assert.equal(key('Escape'), false);
  assert.deepEqual([sketch.places.length, tags()], [2, ['polygon', 'circle', 'circle']]);
  sketch.end();
  assert.deepEqual([tags(), sketch.node.hidden], [[], true]);
});

test('arrow keys move a cross from the middle and a space places there, while the sheet has the focus', () => {
  const {sketch, key, tags} = draw('line');
  sketch.node.getBoundingClientRect = () => ({left: 0, top: 0, width: 200, height: 100});
  assert.equal(key('ArrowRight'), false);
  sketch.node.getRootNode = () => ({activeElement: sketch.node});
  key(' ');
  key('ArrowRight');
  key('ArrowUp');
  assert.ok(tags().includes('path'));
  key(' ');
  assert.deepEqual(sketch.places, [[10, -5], [12.4, -2.6]]);
  for (let i = 0; i < 20; i += 1) key('ArrowLeft');
  assert.deepEqual(sketch.cursor, [0, 26]);
});
