// Builders of nodes: text is never markup, absent attributes are left out, hatching keeps its phase.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {cut, el, hatch, svg} from '../../../cop/ui/timeline/asset/dom.js';
import {installDocument} from '../support/document.js';

installDocument();

test('text is text, true is an empty attribute, nothing is none', () => {
  const node = el('p', {text: '<b>', hidden: false, title: null, disabled: true, lang: undefined});
  assert.equal(node.textContent, '<b>');
  assert.equal(node.getAttribute('disabled'), '');
  for (const name of ['hidden', 'title', 'lang', 'text']) assert.equal(node.getAttribute(name), null);
});

test('children that are absent are left out', () => {
  const child = svg('rect');
  assert.deepEqual(svg('g', {}, null, child, false).children, [child]);
});

test('a cut shows its box in the same coordinates, and nothing of an empty one', () => {
  const box = cut([10, 30], 5, 9);
  assert.equal(box.getAttribute('viewBox'), '10 5 20 4');
  assert.equal(cut([10, 10], 5, 9), null);
  assert.equal(cut([10, 30], 9, 5), null);
});

test('the lines of a hatched box do not depend on where it begins', () => {
  const starts = (path) => [...path.matchAll(/M(-?\d+)/g)].map(([, x]) => Number(x));
  assert.ok(starts(hatch(3, 40, 0, 10, 6)).every((x) => x % 6 === 0));
  assert.ok(starts(hatch(5, 40, 0, 10, 6)).every((x) => x % 6 === 0));
  assert.equal(hatch(6, 6, 0, 0, 6), '');
});
