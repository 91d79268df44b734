// The form of reports on one phone of several people: what is sent, by whom, and what waits.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {openForm} from '../support/phone.js';

const ANA = {id: 'local:ana', name: 'Ana', agency: 'JTF', origin: 'local'};
const BEN = {id: 'local:ben', name: 'Ben', agency: 'JTF', origin: 'local'};
const row = (id, writer, more = {}) => ({
  key: id, ...writer,
  report: {id, kind: 'death', count: 3, occurred_at: '2026-11-30T10:00:00Z', lon: -110.94, lat: 31.35, accuracy_m: 9, ...more},
});
const OF_ANA = {id: 'local:ana', who: 'JTF Ana'};

test('what somebody wrote is neither shown to another nor sent by them', async () => {
  const phone = await openForm({rows: [row('1', OF_ANA)], server: {session: BEN}});
  assert.deepEqual([phone.sent, phone.rows.length], [[], 1]);
  assert.deepEqual(phone.shown(), ['1 report of others waits on this phone.']);
  assert.equal(phone.state(), 'Connected as JTF Ben.');
});

test('a second account of the same name is another person', async () => {
  const server = {session: {...ANA, id: 'oidc:ana'}};
  const phone = await openForm({rows: [row('1', OF_ANA), row('2', OF_ANA)], kept: {'cop-report-who': 'JTF Ana'}, server});
  assert.deepEqual([phone.sent, phone.shown()], [[], ['2 reports of others wait on this phone.']]);
  server.session = ANA;
  await phone.refresh();
  assert.deepEqual([phone.sent, phone.rows], [['1', '2'], []]);
});

test('what was written before an id was known is sent by who has its agency and name', async () => {
  const server = {session: BEN};
  const phone = await openForm({rows: [row('1', {who: 'JTF Ana'}), row('2', {who: null})], server});
  assert.deepEqual(phone.sent, ['2']);
  server.session = ANA;
  await phone.refresh();
  assert.deepEqual([phone.sent, phone.rows], [['2', '1'], []]);
});

test('without a connection the phone lists what is of who was signed in last', async () => {
  const server = {away: true};
  const kept = {'cop-report-who': 'JTF Ben', 'cop-report-id': 'local:ben'};
  const phone = await openForm({rows: [row('1', OF_ANA), row('2', {id: 'local:ben', who: 'JTF Ben'})], kept, server});
  assert.match(phone.state(), /^No connection. 1 report waits on this phone/);
  assert.equal(phone.shown().length, 2);
  assert.match(phone.shown()[0], /Waits on this phone$/);
  assert.equal(phone.shown()[1], '1 report of others waits on this phone.');
});

test('who signs in next does not see what became of the reports of the one before', async () => {
  const server = {session: ANA, reports: [{...row('1').report, steps: [{words: 'Received'}]}]};
  const phone = await openForm({server});
  assert.match(phone.shown()[0], /Received$/);
  Object.assign(server, {session: BEN, lost: true});
  await phone.refresh();
  assert.deepEqual(phone.shown(), []);
});

test('with the room key a name is who somebody is, whatever the cookie', async () => {
  const server = {session: {...ANA, id: 'room:1', origin: 'room key'}, take: () => [503, {}]};
  const phone = await openForm({rows: [row('1', {id: 'room JTF Ana', who: 'JTF Ana'})], server});
  assert.equal(phone.kept['cop-report-id'], 'room JTF Ana');
  Object.assign(server, {session: {...server.session, id: 'room:2'}, take: undefined});
  const later = await openForm({rows: phone.rows, kept: phone.kept, server});
  assert.deepEqual([later.sent, later.rows], [['1'], []]);
});

const waiting = (n) => Array.from({length: n}, (_, at) => row(String(at), OF_ANA));

test('what is too much for an hour waits as long as the server says, and is sent then', async (t) => {
  t.mock.timers.enable({apis: ['Date'], now: 0});
  let taken = 0;
  const take = () => ((taken += 1) > 60 ? [429, {error: '60 reports came within an hour'}, {'Retry-After': '600'}] : [201, {}]);
  const server = {session: ANA, take};
  const phone = await openForm({rows: waiting(62), server});
  assert.deepEqual([phone.sent.length, phone.rows.length], [61, 2]);
  assert.match(phone.state(), /^Connected as JTF Ana. 2 reports wait on this phone and will be sent: 60 reports came/);
  assert.ok(phone.shown().every((shown) => shown.endsWith('Waits on this phone')));
  t.mock.timers.tick(599_000);
  await phone.refresh();
  assert.equal(phone.sent.length, 61);
  assert.match(phone.state(), /2 reports wait/);
  t.mock.timers.tick(1_000);
  server.take = undefined;
  await phone.refresh();
  assert.deepEqual(phone.rows, []);
  assert.equal(phone.state(), 'Connected as JTF Ana.');
});

test('one person waits, and another on the same phone does not', async () => {
  const server = {session: ANA, take: () => [429, {error: 'wait'}, {'Retry-After': '600'}]};
  const phone = await openForm({rows: [row('1', OF_ANA), row('2', {id: 'local:ben', who: 'JTF Ben'})], server});
  Object.assign(server, {session: BEN, take: undefined});
  await phone.refresh();
  assert.deepEqual(phone.sent, ['1', '2']);
  assert.equal(phone.state(), 'Connected as JTF Ben.');
});

test('what is not taken for a while is not refused for good', async (t) => {
  t.mock.timers.enable({apis: ['Date'], now: 0});
  for (const status of [200, 403, 408, 500, 503]) {
    const server = {session: ANA, take: () => [status, {error: 'why'}]};
    const phone = await openForm({rows: waiting(2), server});
    assert.deepEqual([phone.sent, phone.rows.length], [['0'], 2], status);
    assert.ok(phone.rows.every(({refused}) => refused === undefined));
    t.mock.timers.tick(60_000);
    server.take = undefined;
    await phone.refresh();
    assert.deepEqual(phone.rows, [], status);
  }
});

test('a refused report can be looked at, and is sent again after a press alone', async () => {
  const server = {session: ANA, take: () => [422, {error: 'note: a number'}]};
  const rows = [row('1', OF_ANA, {note: 'call me', photo: 'AAAA'}), row('2', OF_ANA)];
  const phone = await openForm({rows, server});
  assert.deepEqual(phone.sent, ['1', '2']);
  assert.match(phone.shown()[0], /Not taken: note: a number . Place: 31.35000, -110.94000, within 9 m . Note: call me/);
  const image = phone.find('sent').children[0].children.find(({src}) => src);
  assert.equal(image.src, 'data:image/jpeg;base64,AAAA');
  server.take = undefined;
  await phone.refresh();
  assert.deepEqual(phone.sent, ['1', '2']);
  await phone.press('Send again');
  assert.deepEqual([phone.sent, phone.rows.length], [['1', '2', '1'], 1]);
  await phone.press('Remove');
  assert.deepEqual([phone.sent.length, phone.rows], [3, []]);
});

test('a report that takes long is not sent twice meanwhile', async () => {
  const server = {session: ANA, take: () => [503, {}]};
  const phone = await openForm({server});
  let answer;
  const asked = new Promise((reached) => {
    server.take = () => new Promise((resolve) => {
      answer = resolve;
      reached();
    });
  });
  phone.rows.push(row('1', OF_ANA));
  const first = phone.refresh();
  await asked;
  await phone.refresh();
  answer([201, {}]);
  await first;
  assert.deepEqual([phone.sent, phone.rows], [['1'], []]);
});

test('the map is drawn in the theme of the phone, anew when that changes', async () => {
  const phone = await openForm({server: {session: ANA}});
  assert.equal(phone.map().get('theme'), 'dark');
  phone.scheme.matches = false;
  phone.scheme.hear();
  assert.equal(phone.map().get('theme'), 'light');
});
