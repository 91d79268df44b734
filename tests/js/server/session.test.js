// A page whose session is over is reloaded; one whose server is away stays as it is.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {checkSession, watchSession} from '../../../cop/server/asset/session.js';

const reloads = async (fetching) => {
  let n = 0;
  await checkSession(fetching, () => (n += 1));
  return n;
};

test('a session that is over reloads the page, nothing else does', async () => {
  assert.equal(await reloads(async () => ({status: 401})), 1);
  for (const status of [200, 403, 429, 500, 503]) {
    assert.equal(await reloads(async () => ({status})), 0);
  }
  assert.equal(await reloads(async () => { throw new TypeError('away'); }), 0);
});

test('it is asked from time to time, and not while nobody looks', () => {
  const asked = [];
  let tick = null;
  const heard = {};
  const page = {hidden: false, addEventListener: (name, hear) => (heard[name] = hear)};
  const fetching = async (address) => { asked.push(address); return {status: 200}; };
  watchSession(page, {fetching, reload: () => {}, every: (call) => (tick = call)});
  tick();
  page.hidden = true;
  tick();
  assert.deepEqual(asked, ['/api/session']);
  page.hidden = false;
  heard.visibilitychange();
  assert.equal(asked.length, 2);
});
