// Whom the wheel serves: the page until the map is clicked or focused.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Wheel} from '../../../cop/ui/map/asset/wheel.js';
import {installDocument, node} from '../support/document.js';

installDocument();
globalThis.document = Object.assign(new EventTarget(), globalThis.document);

function build(wheel = 'focus') {
  const view = {root: node(), nodes: {stage: node()}, data: {wheel}};
  const made = new Wheel(view);
  const say = (target, type, path, more = {}) => {
    const event = Object.assign(new Event(type, {cancelable: true}), {composedPath: () => path, ...more});
    let stopped = false;
    event.stopPropagation = () => (stopped = true);
    target.dispatchEvent(event);
    return stopped;
  };
  const map = [view.nodes.stage, view.root];
  return {
    view, made,
    turn: (more, path = map) => say(view.root, 'wheel', path, more),
    click: (path = map) => say(globalThis.document, 'pointerdown', path),
    key: (key) => say(globalThis.document, 'keydown', [], {key}),
    focus: (type, more, path = map) => say(view.root, type, path, more),
  };
}

test('a turn over a map without the focus is the page\'s, and the map says how to zoom', (t) => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const {made, turn} = build();
  assert.equal(made.node.hidden, true);
  assert.equal(turn(), true);
  assert.deepEqual([made.node.hidden, made.node.textContent], [false, 'Click the map, or hold Ctrl, to zoom']);
  t.mock.timers.tick(1600);
  assert.equal(made.node.hidden, true);
  made.stop();
});

test('with Ctrl it zooms, and so it does where the setting says always', () => {
  const one = build();
  assert.equal(one.turn({ctrlKey: true}), false);
  assert.equal(one.made.node.hidden, true);
  const other = build('always');
  assert.equal(other.turn(), false);
  other.click();
  assert.equal(other.view.root.classList.contains('zooms'), false, 'no edge: nothing has changed');
  [one, other].forEach(({made}) => made.stop());
});

test('a turn over the panel is not the map\'s affair', () => {
  const {made, turn, view} = build();
  assert.equal(turn({}, [node(), view.root]), false);
  assert.equal(made.node.hidden, true);
  made.stop();
});

test('a click on the map or its focus gives it the wheel; leaving it gives it back', () => {
  const {made, view, turn, click, key, focus} = build();
  const leaves = {
    Escape: () => key('Escape'),
    'a click elsewhere': () => click([node(), view.root]),
    'the focus elsewhere': () => focus('focusout', {relatedTarget: node()}),
    'another window': () => globalThis.window.dispatchEvent(new Event('blur')),
  };
  for (const [name, leave] of Object.entries(leaves)) {
    for (const enter of [() => click(), () => focus('focusin')]) {
      enter();
      assert.deepEqual([turn(), view.root.classList.contains('zooms')], [false, true], name);
      leave();
      assert.deepEqual([turn(), view.root.classList.contains('zooms')], [true, false], name);
    }
  }
  made.stop();
});

test('the sheet of a drawing is the map, and other keys leave the wheel there', () => {
  const {made, view, turn, click, key} = build();
  const sheet = node('svg');
  sheet.setAttribute('class', 'sketch');
  click([sheet, view.root]);
  key('a');
  assert.equal(turn(), false);
  made.stop();
  click([node()]);
  assert.equal(made.on, true, 'a map that is closed hears nothing');
});
