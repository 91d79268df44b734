// The fixed parts of the map: every control has a name, and the buttons do what they say.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {frame, nameParts} from '../../../cop/ui/map/asset/frame.js';
import {installDocument, node, send} from '../support/document.js';

installDocument();

function build() {
  const done = [];
  const root = node();
  const search = node();
  const nodes = frame(root, search, {zoom: (by) => done.push(by), home: () => done.push('home')});
  return {done, root, search, nodes};
}

test('the buttons zoom in, out and to the full extent', () => {
  const {done, nodes} = build();
  const [plus, minus, home] = nodes.buttons.children;
  for (const button of [plus, minus, home]) send(button, 'click');
  assert.deepEqual(done, [1, -1, 'home']);
  assert.deepEqual(
    [plus, minus, home].map((button) => button.getAttribute('aria-label')),
    ['Zoom in', 'Zoom out', 'Zoom to full extent'],
  );
});

test('the search box stands between the panel and the column of board, notes, drawing and details', () => {
  const {root, search, nodes} = build();
  const [corner] = root.all('corner');
  const [side] = root.all('side');
  assert.deepEqual(corner.children, [nodes.panel, search, side]);
  assert.deepEqual(side.children, [nodes.board, nodes.drops, nodes.tools, nodes.measure, nodes.sight, nodes.card]);
  assert.equal(nodes.search, search);
});

test('what has nothing to say yet is hidden, and faults are announced', () => {
  const {nodes} = build();
  for (const name of ['loading', 'board', 'empty', 'trouble', 'tools', 'measure', 'sight', 'card', 'tip', 'value']) assert.equal(nodes[name].hidden, true, name);
  assert.equal(nodes.trouble.getAttribute('role'), 'alert');
  assert.equal(nodes.card.getAttribute('aria-live'), 'polite');
});

test('on a page of several maps each part is called by the map it is of', () => {
  const {nodes} = build();
  const names = () => ['panel', 'search', 'stage'].map((part) => nodes[part].getAttribute('aria-label'));
  assert.deepEqual(names(), ['Layers', 'Search', 'Map']);
  nameParts(nodes, 'left map');
  assert.deepEqual(names(), ['Layers of the left map', 'Search of the left map', 'Map of the left map']);
});
