// The links that lead past the page: to the map, to the board, and none on a wall.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {addSkips} from '../../../cop/ui/map/asset/skip.js';
import {installDocument, send} from '../support/document.js';

installDocument();

function page(held = null) {
  const put = [];
  return {put, querySelector: () => held, prepend: (node) => put.unshift(node)};
}

function map(found) {
  return {querySelector: (css) => (css in found ? found[css] : Object.entries(found).find(([name]) => css.includes(name))?.[1] ?? null)};
}

const click = (nav, i) => send(nav.children[i], 'click');

test('the links lead to the map and to the board of a map that has one', () => {
  const focused = [];
  const root = map({'.board': {focus: () => focused.push('board')}, '.panel .bar': {focus: () => focused.push('map')}});
  const body = page();
  const remove = addSkips(root, {board: {}}, body);
  const [nav] = body.put;
  assert.deepEqual(nav.children.map((one) => one.textContent), ['Skip to the map', 'Skip to the board']);
  click(nav, 0);
  click(nav, 1);
  assert.deepEqual(focused, ['map', 'board']);
  remove();
  assert.ok(nav.removed);
});

test('while the board is away its link leads to the map', () => {
  const focused = [];
  const body = page();
  addSkips(map({'.panel .bar': {focus: () => focused.push('map')}}), {board: {}}, body);
  click(body.put[0], 1);
  assert.deepEqual(focused, ['map']);
});

test('a map without a board has one link, a wall and a second map none', () => {
  const alone = page();
  addSkips(map({}), {board: null}, alone);
  assert.equal(alone.put[0].children.length, 1);
  for (const [data, body] of [[{wall: true, board: {}}, page()], [{board: {}}, page({})]]) {
    addSkips(map({}), data, body)();
    assert.equal(body.put.length, 0);
  }
});
