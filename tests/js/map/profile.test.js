// The profile of a line of sight: where it is blocked, in words and as drawn.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {drawProfile, summary} from '../../../cop/ui/map/asset/profile.js';
import {installDocument} from '../support/document.js';

installDocument();

const FOUND = {
  known: true, blocked_m: null, chance: 1, error_m: 12,
  distance_m: [0, 1000, 2000], ground_m: [10, 5, 10], line_m: [20, 18, 16], height_m: [10, 5, 10],
};

test('it says clear, blocked or unknown', () => {
  assert.equal(summary(FOUND), 'Clear over 2 km; 100% likely clear with heights known to ± 12 m.');
  assert.match(summary({...FOUND, blocked_m: 1000, chance: 0.25}), /^Blocked after 1 of 2 km; 25% likely/);
  assert.match(summary({...FOUND, known: false}), /^Unknown over 2 km: heights are missing/);
  assert.equal(summary({known: false}), 'Unknown: no heights at one of the ends.');
});

test('the line is drawn clear up to where it is blocked, and marked there', () => {
  const clear = drawProfile(FOUND);
  assert.deepEqual(clear.children.map((child) => child.getAttribute('class')), ['ground', 'clear', 'blocked']);
  assert.equal(clear.children[1].getAttribute('points').split(' ').length, 3);
  const blocked = drawProfile({...FOUND, blocked_m: 1000});
  assert.equal(blocked.children[1].getAttribute('points').split(' ').length, 2);
  assert.equal(blocked.children.length, 4);
});

test('ground without a height is left out of the drawing', () => {
  const drawn = drawProfile({...FOUND, ground_m: [10, null, 10]});
  assert.equal(drawn.children[0].getAttribute('points').split(' ').length, 4);
});
