// The layer panel: each shown layer with age, state and measure; missing layers with what would load them.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {drawPanel} from '../../../cop/ui/map/asset/panel.js';
import {installDocument, node, send} from '../support/document.js';

installDocument();

const layer = (id, more = {}) => ({
  id, title: id, note: '', group: 'picture', visible: true, opacity: 1, held: true, status: 'ok', statusNote: '',
  marking: 'TLP:GREEN', measures: [], legend: [], source: 'Source of records', ...more,
});

function draw(layers, state = {}) {
  const panel = node();
  const log = [];
  const act = Object.fromEntries(['set', 'move', 'toggle', 'section', 'fold'].map((name) => [name, (...values) => log.push([name, ...values])]));
  drawPanel(panel, layers, {open: new Set(), sections: new Map(), folded: false, wall: false, halo: '#000', ...state}, act);
  return {panel, log};
}

const find = (panel, label) => {
  let found = null;
  const walk = (one) => {
    if (one.getAttribute?.('aria-label') === label) found = one;
    one.children?.forEach(walk);
  };
  walk(panel);
  return found;
};

test('a layer says its state and marking, and that it has no records yet', () => {
  const {panel} = draw([layer('Events', {status: 'unknown', statusNote: 'no sensors loaded', synthetic: true, stale: true})]);
  for (const text of ['no records yet', 'UNKNOWN', 'STALE', 'SYNTHETIC', 'TLP:GREEN', 'no sensors loaded']) assert.ok(panel.textContent.includes(text), text);
});

test('the switch and the measures set the layer', () => {
  const measures = [{key: 'n', title: 'Events', note: '', legend: []}, {key: 'risk', title: 'Risk', note: '', legend: []}];
  const {panel, log} = draw([layer('Segments', {measures, measure: 'n'})]);
  send(find(panel, 'Color Segments by').children[1], 'click');
  assert.deepEqual(log.at(-1), ['set', 'Segments', {measure: 'risk'}]);
  const box = Object.assign(find(panel, 'Show Segments'), {checked: false});
  send(box, 'change');
  assert.deepEqual(log.at(-1).slice(0, 2), ['set', 'Segments']);
});

test('an open layer has its source and opacity', () => {
  const {panel} = draw([layer('Events', {opacity: 0.45})], {open: new Set(['Events'])});
  assert.ok(panel.textContent.includes('Source: Source of records'));
  assert.ok(panel.textContent.includes('45%'));
});

test('what is not loaded is listed apart and says what would load it', () => {
  const missing = layer('Ports', {held: false, visible: false, statusNote: 'Run `cop ingest`'});
  const closed = draw([layer('Events'), missing]).panel.textContent;
  assert.ok(closed.includes('No data (1)'));
  assert.ok(!closed.includes('cop ingest'));
  const open = draw([layer('Events'), missing], {sections: new Map([['absent', true]])}).panel.textContent;
  assert.ok(open.includes('Ports'));
  assert.ok(open.includes('cop ingest'));
});
