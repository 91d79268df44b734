import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Brush} from '../../../cop/ui/timeline/asset/brush.js';
import {timeScale} from '../../../cop/ui/timeline/asset/scale.js';
import {installDocument, node, send} from '../support/document.js';

installDocument();

/** Ten bins of ten from 0 to 100, ten pixels each; the window is 30 to 60. */
function brushed(window = {start: 30, end: 60}) {
  const plot = node('svg');
  const host = {
    scale: timeScale([0, 100], 0, 100), edges: Array.from({length: 11}, (_, i) => i * 10), extent: [0, 100],
    drafts: [], commits: [], window: () => host.commits.at(-1) ?? window,
    draft: (one) => host.drafts.push(one), commit: (one) => host.commits.push(one), hover: (x) => (host.hovered = x),
  };
  const brush = new Brush(plot, host);
  const pointer = (type, x) => send(plot, type, {clientX: x, button: 0, pointerId: 1});
  const drag = (from, to) => {
    pointer('pointerdown', from);
    pointer('pointermove', to);
    pointer('pointerup', to);
    return host.commits.at(-1);
  };
  const press = (key, more = {}) => send(plot, 'keydown', {key, ...more});
  return {brush, host, plot, pointer, drag, press};
}

test('what lies under the pointer is an edge, the middle or open ground', () => {
  const {brush} = brushed();
  assert.deepEqual([10, 25, 30, 45, 58, 66, 90].map((x) => brush.zone(x)), ['new', 'start', 'start', 'move', 'end', 'end', 'new']);
  assert.equal(brushed({start: 0, end: 100}).brush.zone(50), 'new', 'a window of everything is drawn anew');
});

test('a drag over open ground is a window of whole bins', () => {
  assert.deepEqual(brushed().drag(72, 95), {start: 70, end: 100});
  assert.deepEqual(brushed().drag(95, 72), {start: 70, end: 100});
});

test('a drag of the middle moves the window and stops at the end', () => {
  assert.deepEqual(brushed().drag(45, 57), {start: 40, end: 70});
  assert.deepEqual(brushed().drag(45, 200), {start: 70, end: 100});
});

test('a drag of an edge resizes; past the other edge it is that one', () => {
  assert.deepEqual(brushed().drag(30, 12), {start: 10, end: 60});
  assert.deepEqual(brushed().drag(30, 88), {start: 60, end: 90});
  assert.deepEqual(brushed().drag(30, 60), {start: 50, end: 60}, 'one bin is the least');
});

test('a press that hardly moves is none', () => {
  assert.equal(brushed().drag(72, 74), undefined);
});

test('a drag that is broken off leaves the window', () => {
  const {host, pointer} = brushed();
  pointer('pointerdown', 72);
  pointer('pointermove', 95);
  pointer('pointercancel', 95);
  pointer('pointerup', 95);
  assert.deepEqual([host.drafts.at(-1), host.commits], [null, []]);
});

test('keys move the window by a bin, with Shift they resize it', () => {
  const {host, plot, press} = brushed();
  press('ArrowLeft');
  send(plot, 'blur');
  assert.deepEqual(host.commits, [{start: 20, end: 50}]);
  press('ArrowRight', {shiftKey: true});
  send(plot, 'blur');
  press('End');
  send(plot, 'blur');
  assert.deepEqual(host.commits.slice(1), [{start: 20, end: 60}, {start: 60, end: 100}]);
});

test('a key with Control is the browser\'s', () => {
  const {host, plot, press} = brushed();
  press('ArrowLeft', {ctrlKey: true});
  send(plot, 'blur');
  assert.deepEqual(host.commits, []);
});

test('a double click takes everything, Escape gives the draft up', () => {
  const {host, plot, press} = brushed();
  press('ArrowLeft');
  press('Escape');
  send(plot, 'blur');
  assert.deepEqual(host.commits, []);
  send(plot, 'dblclick');
  assert.deepEqual(host.commits, [{start: 0, end: 100}]);
});

test('keys that are let go finish the window after a rest', (context) => {
  context.mock.timers.enable({apis: ['setTimeout']});
  const {host, plot, press} = brushed();
  press('ArrowLeft');
  send(plot, 'keyup', {key: 'ArrowLeft'});
  context.mock.timers.tick(249);
  assert.equal(host.commits.length, 0);
  context.mock.timers.tick(1);
  assert.deepEqual(host.commits, [{start: 20, end: 50}]);
});

test('without bins there is nothing to brush', () => {
  const {host, drag, plot} = brushed();
  host.edges = [];
  assert.equal(drag(72, 95), undefined);
  send(plot, 'dblclick');
  assert.deepEqual(host.commits, []);
});
