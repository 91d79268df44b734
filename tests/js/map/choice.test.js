import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Choice} from '../../../cop/ui/map/asset/choice.js';

const layer = (id, more = {}) => ({id, visible: true, opacity: 1, measure: null, group: 'data', held: true, ...more});
const LAYERS = [layer('base', {group: 'background'}), layer('a'), layer('b')];
const ids = (layers) => layers.map(({id}) => id);

function heard(layers = LAYERS) {
  const choice = new Choice();
  choice.hear(layers, 0);
  return choice;
}

test('what the user chose is laid over what the page says', () => {
  const choice = heard();
  choice.set('a', {visible: false});
  choice.set('a', {opacity: 0.5});
  const [, a] = choice.apply(LAYERS);
  assert.deepEqual([a.visible, a.opacity], [false, 0.5]);
  assert.deepEqual(choice.report(choice.apply(LAYERS)).changes.a, {visible: false, opacity: 0.5, measure: null});
});

test('a later, other word of the page wins over the choice', () => {
  const choice = heard();
  choice.set('a', {visible: false, opacity: 0.5});
  const told = [LAYERS[0], layer('a', {opacity: 0.8}), LAYERS[2]];
  choice.hear(told, choice.rev);
  const [, a] = choice.apply(told);
  assert.deepEqual([a.visible, a.opacity], [false, 0.8]);
});

test('a page that has not seen the choice yet does not undo it', () => {
  const choice = heard();
  choice.set('a', {opacity: 0.5});
  const told = [LAYERS[0], layer('a', {opacity: 0.8}), LAYERS[2]];
  choice.hear(told, choice.rev - 1);
  assert.equal(choice.apply(told)[1].opacity, 0.5);
});

test('a layer swaps places with its neighbour of the group only', () => {
  const choice = heard();
  choice.move(LAYERS, 'a', -1);
  assert.deepEqual(ids(choice.apply(LAYERS)), ['base', 'a', 'b']);
  choice.move(LAYERS, 'a', 1);
  assert.deepEqual(ids(choice.apply(LAYERS)), ['base', 'b', 'a']);
});

test('the order that was chosen gives way to an other one of the page', () => {
  const choice = heard();
  choice.move(LAYERS, 'a', 1);
  const told = [...LAYERS, layer('c')];
  choice.hear(told, choice.rev);
  assert.deepEqual(ids(choice.apply(told)), ['base', 'a', 'b', 'c']);
});

test('the board is taken over: its layers in its order, all others off', () => {
  const choice = heard();
  choice.adopt(LAYERS, [{id: 'b', opacity: 0.4, measure: 'm'}, {id: 'base', opacity: 1}]);
  const shown = choice.apply(LAYERS);
  assert.deepEqual(ids(shown), ['b', 'a', 'base']);
  assert.deepEqual(shown.map(({visible}) => visible), [true, false, true]);
  assert.deepEqual([shown[0].opacity, shown[0].measure], [0.4, 'm']);
});

test('a layer without data is not switched on by the board', () => {
  const layers = [layer('a', {held: false})];
  const choice = heard(layers);
  choice.adopt(layers, [{id: 'a', opacity: 1}]);
  assert.equal(choice.apply(layers)[0].visible, false);
});
