import assert from 'node:assert/strict';
import {test} from 'node:test';

import {age, counted, dtg, dtgLocal, el, latLon, number, signed, when, words} from '../../../cop/ui/map/asset/dom.js';
import {installDocument, send} from '../support/document.js';

const MINUS = '\u2212';

test('an element has what is given, and no attribute for what is not', () => {
  installDocument();
  let clicks = 0;
  const made = el('button', {class: 'a', disabled: true, title: null, hidden: false, onclick: () => (clicks += 1)}, null, 'x');
  send(made, 'click');
  assert.equal(clicks, 1);
  assert.deepEqual(made.attributes.map(({name}) => name), ['class', 'disabled']);
  assert.equal(made.textContent, 'x');
});

test('text of people stays text', () => {
  installDocument();
  assert.equal(el('b', {text: '<img src=x>'}).textContent, '<img src=x>');
});

test('a time is a date-time group, no finer than it is known', () => {
  const time = '2026-11-24T18:30:59Z';
  assert.equal(dtg(time), '241830Z NOV 26');
  assert.equal(dtg('nonsense'), '');
  assert.equal(when(time, 'minute'), '241830Z NOV 26');
  assert.equal(when(time, 'day'), '24 NOV 26 (day only)');
  assert.equal(when(time, 'week'), 'week of 24 NOV 26');
  assert.equal(when(time, 'month'), 'NOV 26 (month only)');
  assert.equal(when(time, 'year'), '2026 (year only)');
  assert.equal(when('', 'day'), '');
});

test('the local time stands beside a date-time group, with the day where it is another', () => {
  const before = process.env.TZ;
  process.env.TZ = 'America/Chicago';
  assert.equal(dtgLocal('2026-11-24T18:30:59Z'), '241830Z NOV 26 (12:30 CST)');
  assert.equal(dtgLocal('2026-11-24T03:05:00Z'), '240305Z NOV 26 (23 NOV 21:05 CST)');
  assert.equal(when('2026-11-24T18:30:59Z', 'minute'), '241830Z NOV 26 (12:30 CST)');
  assert.equal(when('2026-11-24T18:30:59Z', 'day'), '24 NOV 26 (day only)');
  process.env.TZ = 'UTC';
  assert.equal(dtgLocal('2026-11-24T18:30:59Z'), '241830Z NOV 26');
  assert.equal(dtgLocal('nonsense'), '');
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
});

test('an age is told in its two largest units', () => {
  const now = Date.parse('2026-11-24T18:30:00Z');
  const back = (minutes) => age(new Date(now - minutes * 60000), now);
  assert.equal(back(-5), 'in the future');
  assert.equal(back(0), 'just now');
  assert.equal(back(59), '59 min old');
  assert.equal(back(47 * 60 + 5), '47 h 5 min old');
  assert.equal(back(48 * 60), '2 d 0 h old');
  assert.equal(back(1000 * 1440), '2.7 years old');
});

test('a number has the decimals that its size bears', () => {
  assert.equal(number(1234567), '1,234,567');
  assert.equal(number(12.345), '12.3');
  assert.equal(number(-1.239), `${MINUS}1.24`);
  assert.equal(number(-0.001), '0');
  assert.equal(number(1.5, 0), '2');
});

test('a change has its sign, none has none', () => {
  assert.deepEqual([signed(12.4), signed(-3.25), signed(0.01)], ['+12%', `${MINUS}3.3%`, '0%']);
});

test('a position says its hemispheres', () => {
  assert.equal(latLon(32.2217, -110.9265), '32.2217° N, 110.9265° W');
  assert.equal(latLon(-1, 2, 1), '1.0° S, 2.0° E');
});

test('a value is told with its unit, and unknown is said', () => {
  assert.equal(counted(1, 'people'), '1 person');
  assert.equal(counted(2000, 'people'), '2,000 people');
  assert.deepEqual([words(null), words(''), words('NONE')], ['unknown', 'unknown', 'outside']);
  assert.equal(words('2026-11-24T18:30:00Z'), '241830Z NOV 26');
  assert.equal(words(0.254, 'share of days'), '25% of days');
  assert.equal(words(4.25, '%'), '4.3%');
  assert.equal(words('river'), 'river');
});
