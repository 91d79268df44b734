// The agencies of a marking: read, drawn as boxes, and written as the server reads them.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {agenciesOf, drawAgencies, labelOf, readAgencies, writeMarking} from '../../../cop/ui/map/asset/agency.js';
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

test('each agency has a box, ticked where the marking names it', () => {
  const drawn = drawAgencies(VIEWER, 'TLP:AMBER//REL TO DPS');
  assert.match(drawn.textContent, /^Releasable toCBP Border patrolDPS State police/);
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

test('without agencies there is nothing to choose', () => {
  assert.equal(drawAgencies({agency: '', agencies: []}, 'TLP:GREEN'), null);
});

test('what is ticked is read', () => {
  const form = {querySelectorAll: () => [{value: 'CBP', checked: false}, {value: 'DPS', checked: true}]};
  assert.deepEqual(readAgencies(form), ['DPS']);
});
