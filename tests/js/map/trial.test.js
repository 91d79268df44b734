// What if from a sensor's card: the page gets its filter with one change more.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {trialActions, withTrial} from '../../../cop/ui/map/asset/trial.js';
import {installDocument, send} from '../support/document.js';

installDocument();

const LAYER = {id: 'sensors'};

function build(changes = {}) {
  const log = [];
  const view = {
    data: {wanted: [['sector', 'TCA']], wall: false, ...changes},
    card: {close: () => log.push('closed')},
    interaction: {
      pickOnce: (take, at) => {
        assert.deepEqual(at, [-110.9, 31.3]);
        log.push(take);
      },
    },
    selection: {lon: -110.9, lat: 31.3},
    session: {choose: (wanted) => log.push(['chosen', wanted])},
  };
  return {view, log};
}

const buttonOf = (box, text) => box.all('ends')[0].children.find((one) => one.textContent === text);

test('a change takes the place of an earlier one of its sort', () => {
  const before = [['whatif', 'raise:A@10'], ['whatif', 'off:AB'], ['kind', 'rescue']];
  assert.deepEqual(withTrial(before, 'raise', 'A', '20'), [['whatif', 'off:AB'], ['kind', 'rescue'], ['whatif', 'raise:A@20']]);
  assert.deepEqual(withTrial(before, 'off', 'A'), [...before, ['whatif', 'off:A']]);
  assert.deepEqual(withTrial([['whatif', 'off:A']], 'off', 'A'), [['whatif', 'off:A']]);
});

test('only a sensor offers it, and no wall', () => {
  const {view} = build();
  assert.equal(trialActions(view, {id: 'events'}, {sensor_id: 'A'}), null);
  assert.equal(trialActions(view, LAYER, {}), null);
  assert.equal(trialActions(build({wall: true}).view, LAYER, {sensor_id: 'A'}), null);
});

test('switching off, raising and moving ask the page', () => {
  const {view, log} = build();
  const box = trialActions(view, LAYER, {sensor_id: 'TCA-TWR-001', height_m: 24});
  send(buttonOf(box, 'Switch off'), 'click');
  assert.deepEqual(log, ['closed', ['chosen', [['sector', 'TCA'], ['whatif', 'off:TCA-TWR-001']]]]);
  send(buttonOf(box, 'Set height'), 'click');
  assert.deepEqual(log.at(-1)[1].at(-1), ['whatif', 'raise:TCA-TWR-001@24']);
  send(buttonOf(box, 'Move'), 'click');
  log.at(-1)({lon: -110.5, lat: 31.25});
  assert.deepEqual(log.at(-1)[1].at(-1), ['whatif', 'move:TCA-TWR-001@-110.500000,31.250000']);
});
