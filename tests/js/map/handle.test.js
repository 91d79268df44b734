// The ring that a place is dragged by: pointer, keys, and staying on its place.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Handle} from '../../../cop/ui/map/asset/handle.js';
import {installDocument, node} from '../support/document.js';

installDocument();

function build() {
  const taken = [];
  let shift = 0;
  const viewport = {width: 100, height: 100, project: ([x, y]) => [x + shift, y], unproject: ([x, y]) => [x - shift, y, 0]};
  const stage = node();
  stage.getBoundingClientRect = () => ({left: 10, top: 20});
  const root = node();
  const handle = new Handle({root, nodes: {stage}, viewport: () => viewport});
  handle.node.setPointerCapture = () => {};
  handle.node.focus = () => {};
  const fire = (name, more = {}) => {
    const event = Object.assign(new Event(name, {cancelable: true}), {button: 0, ...more});
    handle.node.dispatchEvent(event);
    return event;
  };
  handle.show([5, 6], (place) => taken.push(place));
  return {handle, root, taken, fire, pan: (by) => (shift = by)};
}

test('it stands on its place and goes where the map goes', () => {
  const {handle, root, pan} = build();
  assert.equal(root.children[0], handle.node);
  assert.equal(handle.node.hidden, false);
  assert.equal(handle.node.style.transform, 'translate(5.0px, 6.0px)');
  pan(40);
  handle.follow();
  assert.equal(handle.node.style.transform, 'translate(45.0px, 6.0px)');
  pan(400);
  handle.follow();
  assert.equal(handle.node.hidden, true);
});

test('a drag gives the place where it ends, once', () => {
  const {handle, taken, fire} = build();
  fire('pointermove', {clientX: 50, clientY: 50});
  fire('pointerdown');
  fire('pointermove', {clientX: 50, clientY: 60});
  assert.deepEqual(handle.at, [40, 40]);
  assert.deepEqual(taken, []);
  fire('pointerup');
  assert.deepEqual(taken, [{lon: 40, lat: 40}]);
  assert.equal(handle.node.hidden, true);
  fire('pointermove', {clientX: 70, clientY: 70});
  fire('pointerup');
  assert.equal(taken.length, 1);
});

test('a press that does not move is no drag, nor is another button', () => {
  const {taken, fire} = build();
  fire('pointerdown');
  fire('pointerup');
  fire('pointerdown', {button: 2});
  fire('pointermove', {clientX: 50, clientY: 60});
  fire('pointerup');
  assert.deepEqual(taken, []);
});

test('arrow keys move it, finely with Shift, and Enter takes it', () => {
  const {taken, fire} = build();
  assert.equal(fire('keydown', {key: 'ArrowRight'}).defaultPrevented, true);
  fire('keydown', {key: 'ArrowDown', shiftKey: true});
  assert.equal(fire('keydown', {key: 'a'}).defaultPrevented, false);
  fire('keydown', {key: 'Enter'});
  assert.deepEqual(taken, [{lon: 29, lat: 8}]);
});
