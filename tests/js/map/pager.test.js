import assert from 'node:assert/strict';
import {test} from 'node:test';

import {fold, turn} from '../../../cop/ui/map/asset/pager.js';
import {installDocument, node} from '../support/document.js';

installDocument();

function show(box, size, now) {
  const root = node();
  root.append(box);
  Object.assign(box.children[0], {box: {width: 100, height: 50}, scrollWidth: 100, scrollHeight: 50, ...size});
  turn(root, now);
  const [body, dots] = box.children;
  return {body, dots, on: dots.children.findIndex((dot) => dot.classList.contains('on'))};
}

test('what fits is one page without dots', () => {
  const box = fold('list');
  const {body, dots} = show(box, {}, 8000);
  assert.deepEqual([box.dataset.pages, body.scrollTop, dots.hidden], [1, 0, true]);
});

test('pages take turns by the clock', () => {
  const box = fold('list');
  const seen = [0, 7999, 8000, 16000, 24000].map((now) => show(box, {scrollHeight: 150}, now));
  assert.deepEqual(seen.map(({on}) => on), [0, 0, 1, 2, 0]);
  assert.equal(seen.at(-2).dots.children.length, 3);
  assert.equal(box.dataset.pages, 3);
});

test('a box that is not laid out yet is one page', () => {
  const {dots} = show(fold('list'), {box: {width: 0, height: 0}, scrollHeight: 0}, 8000);
  assert.equal(dots.hidden, true);
});
