import assert from 'node:assert/strict';
import {test} from 'node:test';

import {staleExtensions} from '../../../cop/ui/map/asset/stale.js';

class LayerExtension {
  constructor(opts) {
    this.opts = opts;
  }
}

const deck = {LayerExtension};
const codeOf = ([extension]) => extension.getShaders(extension).inject['fs:DECKGL_FILTER_COLOR'];

test('a fresh layer has no extension', () => assert.deepEqual(staleExtensions(deck, 0, 12), []));

test('a stale layer is grey, a very stale one hatched too', () => {
  assert.doesNotMatch(codeOf(staleExtensions(deck, 1, 12)), /mod\(/);
  assert.match(codeOf(staleExtensions(deck, 2, 12)), /12\.0\) < 5\.4\) color\.a/);
});

test('the same staleness is the same object, so that nothing is compiled again', () => {
  assert.equal(staleExtensions(deck, 2, 12), staleExtensions(deck, 2, 12));
  assert.notEqual(staleExtensions(deck, 2, 12), staleExtensions(deck, 2, 24));
});
