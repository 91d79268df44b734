import assert from 'node:assert/strict';
import {test} from 'node:test';

import {dtg, length, number, range, short, tickWords} from '../../../cop/ui/timeline/asset/words.js';

const HOUR = 3600000;
const DAY = 24 * HOUR;
const at = (text) => Date.parse(`${text}Z`);

test('a range says its month once', () => {
  assert.equal(dtg(at('2026-11-24T18:30')), '241830Z NOV 26');
  assert.equal(range(at('2026-11-24'), at('2026-11-25')), '240000Z – 250000Z NOV 26');
  assert.equal(range(at('2026-10-31'), at('2026-11-25')), '310000Z OCT 26 – 250000Z NOV 26');
  assert.equal(range(null, at('2026-11-25')), 'until 250000Z NOV 26');
  assert.equal(range(at('2026-11-25'), null), 'from 250000Z NOV 26');
  assert.equal(range(null, null), 'all time');
});

test('a length is said in the unit that suits it', () => {
  assert.deepEqual(
    [HOUR / 2, 72 * HOUR, 7 * DAY, 3 * 8766 * HOUR].map((ms) => length(0, ms)),
    ['30 min', '72 h', '7 d', '3 years'],
  );
  assert.equal(length(null, 5), '');
});

test('numbers of an axis take little room', () => {
  assert.equal(number(12345.6), '12,346');
  assert.deepEqual([800, 1500, 20000, 3e6].map(short), ['800', '1.5k', '20k', '3M']);
});

const said = (time, unit, first = false) => {
  const {text, major} = tickWords(at(time), unit, first);
  return major ? `${text}!` : text;
};

test('a tick that begins a larger unit says it', () => {
  assert.equal(said('2026-01-01', 'year'), '2026');
  assert.deepEqual([said('2026-01-01', 'month'), said('2026-03-01', 'month'), said('2026-03-01', 'month', true)], ['2026!', 'MAR', 'MAR 2026!']);
  assert.deepEqual([said('2026-01-01', 'day'), said('2026-03-02', 'day'), said('2026-03-02', 'day', true)], ['01 JAN 26!', '02 MAR', '02 MAR 26!']);
  assert.deepEqual(
    [said('2026-03-02T06:00', 'hour'), said('2026-03-02', 'hour'), said('2026-01-01', 'hour')],
    ['06:00', '02 MAR!', '01 JAN 26!'],
  );
  assert.deepEqual([said('2026-03-02T06:00', 'hour', true), said('2026-03-02', 'hour', true)], ['06:00 02 MAR!', '02 MAR 26!']);
});
