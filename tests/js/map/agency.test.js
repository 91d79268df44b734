// The agencies of a marking: read, drawn as boxes, and written as the server reads them.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {agenciesOf, combine, drawAgencies, labelOf, readAgencies, writeMarking} from '../../../cop/ui/map/asset/agency.js';
import {installDocument} from '../support/document.js';

installDocument();

const VIEWER = {agency: 'DPS', agencies: [{code: 'CBP', title: 'Border patrol'}, {code: 'DPS', title: 'State police'}]};

const below = (one) => [one, ...(one.children ?? []).flatMap(below)];
const boxes = (drawn) => below(drawn).filter((one) => one.getAttribute?.('type') === 'checkbox');
const ticked = (drawn) => boxes(drawn).filter((one) => one.getAttribute('checked') !== null).map((one) => one.getAttribute('value'));

test('a marking is read as its label and its agencies', () => {
  for (const [marking, label, agencies] of [
    ['TLP:CLEAR', 'TLP:CLEAR', []],
    ['TLP:AMBER+STRICT//REL TO CBP, DPS', 'TLP:AMBER+STRICT', ['CBP', 'DPS']],
    ['TLP:AMBER//NOT RELEASABLE', 'TLP:AMBER', null],
  ]) {
    assert.equal(labelOf(marking), label);
    assert.deepEqual(agenciesOf(marking), agencies);
  }
});

test('a marking is written as the server writes it', () => {
  assert.equal(writeMarking('TLP:AMBER', []), 'TLP:AMBER');
  assert.equal(writeMarking('TLP:AMBER', ['DPS', 'CBP']), 'TLP:AMBER//REL TO CBP, DPS');
});

test('things together have the highest label and are for the agencies that may read each', () => {
  const labels = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER'];
  for (const [markings, together] of [
    [[], 'TLP:CLEAR'],
    [['TLP:CLEAR', 'TLP:AMBER', 'TLP:GREEN'], 'TLP:AMBER'],
    [['TLP:AMBER', 'TLP:CLEAR//REL TO CBP, DPS'], 'TLP:AMBER//REL TO CBP, DPS'],
    [['TLP:CLEAR//REL TO CBP, DPS', 'TLP:GREEN//REL TO DPS, JTF'], 'TLP:GREEN//REL TO DPS'],
    [['TLP:CLEAR//REL TO CBP', 'TLP:CLEAR//REL TO DPS'], 'TLP:CLEAR//NOT RELEASABLE'],
    [['TLP:CLEAR//NOT RELEASABLE', 'TLP:CLEAR//REL TO DPS'], 'TLP:CLEAR//NOT RELEASABLE'],
    [['TLP:CLEAR', 'TLP:CLEAR//NOT RELEASABLE'], 'TLP:CLEAR//NOT RELEASABLE'],
  ]) {
    assert.equal(combine(markings, labels), together);
  }
});

test('each agency has a box, ticked where the marking names it', () => {
  const drawn = drawAgencies(VIEWER, 'TLP:AMBER//REL TO DPS');
  assert.match(drawn.textContent, /^Releasable toCBPDPSAll agencies if none is chosen/);
  assert.deepEqual(boxes(drawn).map((one) => one.getAttribute('aria-label')), ['CBP Border patrol', 'DPS State police']);
  assert.deepEqual(ticked(drawn), ['DPS']);
  assert.deepEqual(ticked(drawAgencies(VIEWER, 'TLP:GREEN')), []);
});

test('an agency that the policy no longer knows stays named', () => {
  const drawn = drawAgencies(VIEWER, 'TLP:AMBER//REL TO DPS, OLD');
  assert.deepEqual(ticked(drawn), ['DPS', 'OLD']);
});

test('where a page is releasable to nobody the own agency comes first', () => {
  assert.deepEqual(ticked(drawAgencies(VIEWER, 'TLP:AMBER//NOT RELEASABLE')), ['DPS']);
});

test('whoever names a first agency names their own with it, until they take it back', () => {
  const drawn = drawAgencies(VIEWER, 'TLP:GREEN');
  const [border, state] = boxes(drawn);
  const listed = drawn.children[1];
  listed.querySelectorAll = () => [border, state];
  Object.assign(border, {value: 'CBP', checked: true});
  Object.assign(state, {value: 'DPS', checked: false});
  const change = Object.assign(new Event('change'), {});
  Object.defineProperty(change, 'target', {value: border});
  listed.dispatchEvent(change);
  assert.equal(state.checked, true);
  state.checked = false;
  const back = new Event('change');
  Object.defineProperty(back, 'target', {value: state});
  listed.dispatchEvent(back);
  assert.equal(state.checked, false);
});

test('without agencies there is nothing to choose', () => {
  assert.equal(drawAgencies({agency: '', agencies: []}, 'TLP:GREEN'), null);
});

test('what is ticked is read', () => {
  const form = {querySelectorAll: () => [{value: 'CBP', checked: false}, {value: 'DPS', checked: true}]};
  assert.deepEqual(readAgencies(form), ['DPS']);
});
