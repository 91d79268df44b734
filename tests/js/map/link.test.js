import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Link} from '../../../cop/ui/map/asset/link.js';
import {installDocument} from '../support/document.js';

installDocument();

function mapOf(group) {
  const view = {data: {link: group}, moves: [], viewState: (camera) => camera};
  const link = new Link(view);
  view.onDeck = (_name, {lon, lat, zoom}) => link.tell({longitude: lon, latitude: lat, zoom});
  view.deck = {setProps: ({initialViewState}) => view.moves.push(initialViewState)};
  return {view, link};
}

test('maps of one group move together, and none answers for ever', () => {
  const [one, two, alone, other] = [mapOf('pair'), mapOf('pair'), mapOf(null), mapOf('else')];
  one.link.tell({longitude: 1, latitude: 2, zoom: 3});
  assert.deepEqual(two.view.moves, [{lon: 1, lat: 2, zoom: 3}]);
  assert.deepEqual([one, alone, other].map(({view}) => view.moves.length), [0, 0, 0]);
  two.link.stop();
  one.link.tell({longitude: 4, latitude: 5, zoom: 6});
  assert.equal(two.view.moves.length, 1);
});
