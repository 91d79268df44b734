import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Player, frameAt, stepsFor, usualStep} from '../../../cop/ui/timeline/asset/player.js';
import {installDocument} from '../support/document.js';

installDocument();

const DAY = 86400000;
const WEEK = {start: 0, end: 7 * DAY};

test('the usual step makes at most sixty frames, whatever the length', () => {
  for (let length = 3600000; length < 4e11; length *= 1.9) {
    const frames = length / usualStep(length);
    assert.ok(frames <= 60.0001, `${frames} frames of ${length} ms`);
  }
  assert.deepEqual(stepsFor(1), [['whole', 1]]);
});

test('a frame is one step, some, or all from the start, and ends with the window', () => {
  assert.deepEqual(frameAt(WEEK, DAY, 1, 2), {from: 2 * DAY, to: 3 * DAY});
  assert.deepEqual(frameAt(WEEK, DAY, 3, 0), {from: 0, to: DAY});
  assert.deepEqual(frameAt(WEEK, DAY, 0, 4), {from: 0, to: 5 * DAY});
  assert.deepEqual(frameAt(WEEK, 3 * DAY, 1, 2), {from: 6 * DAY, to: 7 * DAY});
});

function playing() {
  const frames = [];
  globalThis.window.addEventListener('cop:frame', ({detail}) => frames.push(detail));
  const host = {commits: [], commit: (one) => host.commits.push(one), held: () => '', drawFrame: () => {}};
  const player = new Player(host);
  player.heed(WEEK);
  player.step = DAY;
  return {player, host, frames};
}

test('steps go on and back inside the window', () => {
  const {player, frames} = playing();
  player.move(1);
  player.move(1);
  player.move(-1);
  player.move(-1);
  assert.deepEqual(frames.map(({from}) => from / DAY), [0, 1, 0, 0]);
  assert.equal(frames[0].next.from, DAY);
});

test('the last frame has none after it', () => {
  const {player, frames} = playing();
  player.move(99);
  assert.deepEqual([frames[0].to, frames[0].next], [WEEK.end, null]);
});

test('stopping shows the whole window again, taking makes the frame the window', () => {
  const {player, host, frames} = playing();
  player.move(1);
  player.stop();
  assert.equal(frames.at(-1), null);
  player.move(1);
  player.take();
  assert.deepEqual(host.commits, [{start: 0, end: DAY}]);
});

test('another window ends what was played of the old one', () => {
  const {player, frames} = playing();
  player.move(1);
  player.heed({start: DAY, end: 3 * DAY});
  assert.equal(frames.at(-1), null);
  player.heed({start: DAY, end: 3 * DAY});
  assert.equal(frames.length, 2);
});

test('another step keeps the time that is shown', () => {
  const {player, frames} = playing();
  player.move(1);
  player.move(1);
  player.move(1);
  player.restep(3 * DAY);
  assert.deepEqual([player.index, frames.at(-1).to], [0, 3 * DAY]);
});

test('a frame waits until every map has drawn it', async () => {
  const {player, frames} = playing();
  let drawn;
  globalThis.window.addEventListener('cop:frame', ({detail}) => detail?.await(new Promise((resolve) => (drawn = resolve))), {once: true});
  let shown = false;
  const showing = player.show(0).then(() => (shown = true));
  await new Promise(setImmediate);
  assert.equal(shown, false);
  drawn();
  await showing;
  assert.equal(frames.length, 1);
});
