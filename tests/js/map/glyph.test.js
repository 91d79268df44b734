// Point symbols: cells of an atlas do not touch, symbols keep their proportions, legends hide them from readers.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {buildAtlas, drawGlyph, glyphCanvas} from '../../../cop/ui/map/asset/glyph.js';
import {installDocument} from '../support/document.js';

installDocument();
globalThis.Path2D = class {
  constructor(path) {
    this.path = path;
  }
};

function recorder() {
  const calls = [];
  const context = new Proxy({}, {
    get: (held, name) => held[name] ?? ((...values) => calls.push([name, ...values])),
    set: (held, name, value) => (held[name] = value) || true,
  });
  return {calls, context};
}

const GLYPHS = {a: ['circle', '#fff'], b: ['star', '#f00'], c: ['ring', '#0f0']};

test('the cells of an atlas have room between them', () => {
  const {iconAtlas, iconMapping} = buildAtlas(GLYPHS, '#000');
  assert.deepEqual(Object.keys(iconMapping), ['a', 'b', 'c']);
  const {a, b, c} = iconMapping;
  assert.ok(b.x >= a.x + a.width + 16);
  assert.ok(c.y >= a.y + a.height + 16);
  assert.ok(b.x + b.width <= iconAtlas.width && c.y + c.height <= iconAtlas.height);
  assert.equal(a.mask, false);
});

test('larger symbols have larger cells', () => {
  const wide = buildAtlas(GLYPHS, '#000', 1.5).iconMapping.a;
  assert.equal(wide.width, 96);
});

test('the canvas is put back as it was, and a ring has a hole', () => {
  for (const [shape, filled] of [['circle', 1], ['ring', 0], ['cross', 1], ['diamond', 1]]) {
    const {calls, context} = recorder();
    drawGlyph(context, shape, '#fff', '#000');
    const names = calls.map(([name]) => name);
    assert.equal(names.at(0), 'save');
    assert.equal(names.at(-1), 'restore');
    assert.equal(names.filter((name) => name === 'fill').length, filled, shape);
  }
});

test('a symbol is drawn in its own colors from below', () => {
  const painted = [];
  const context = {save() {}, restore() {}, translate() {}, fill: ({path}) => painted.push([context.fillStyle, path])};
  drawGlyph(context, {parts: [{fill: '#111', path: 'M0 0'}, {fill: '#222', path: 'M1 1'}]}, null, null);
  assert.deepEqual(painted, [['#111', 'M0 0'], ['#222', 'M1 1']]);
});

test('the small canvas of a symbol keeps its proportions and is no text', () => {
  const canvas = glyphCanvas({parts: [], box: [-20, -10, 20, 10]}, null, null, 20);
  assert.equal(canvas.width / canvas.height, 2);
  assert.equal(canvas.style.height, '26px');
  assert.equal(canvas.getAttribute('aria-hidden'), 'true');
  assert.equal(glyphCanvas('star', '#fff', '#000', 18).style.width, '18px');
});
