import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Played, retimed} from '../../../cop/ui/map/asset/play.js';
import {installDocument, node, send} from '../support/document.js';

installDocument();

const FRAME = {from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 10, 2)};

test('a tile address has the window of the frame, in the ends that it has', () => {
  const url = '/tiles/events/{z}/{x}/{y}?from=2020&to=2021&sector=TCA';
  assert.equal(
    retimed(url, FRAME),
    '/tiles/events/{z}/{x}/{y}?from=2026-11-01T00%3A00%3A00Z&to=2026-11-02T00%3A00%3A00Z&sector=TCA',
  );
  assert.equal(retimed('/t?to=2021', FRAME), '/t?to=2026-11-02T00%3A00%3A00Z');
});

function played() {
  const view = {root: node(), drawn: 0, drawDeck: () => (view.drawn += 1)};
  return {view, played: new Played(view)};
}

test('layers of the time that is played are retimed, standing ones are not', () => {
  const {played: player} = played();
  const url = '/t?from=1&to=2';
  assert.equal(player.retime(url, {followsTime: true}), url);
  player.frame = FRAME;
  assert.notEqual(player.retime(url, {followsTime: true}), url);
  assert.equal(player.retime(url, {}), url);
});

test('the frame is said on the map until it stops', () => {
  const {view, played: player} = played();
  send(globalThis.window, 'cop:frame', {detail: FRAME});
  assert.equal(player.node.textContent, '010000Z NOV 26 – 020000Z NOV 26');
  assert.equal(player.node.hidden, false);
  send(globalThis.window, 'cop:frame', {detail: null});
  assert.equal(player.node.hidden, true);
  assert.equal(view.drawn, 2);
  player.stop();
  send(globalThis.window, 'cop:frame', {detail: FRAME});
  assert.equal(view.drawn, 2);
});
