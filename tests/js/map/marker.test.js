// The marker: a place that was searched for stays, one that was clicked goes with its details.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Marker} from '../../../cop/ui/map/asset/marker.js';
import {installDocument, node} from '../support/document.js';

installDocument();

const PLACE = {lon: -106.4, lat: 31.7, title: 'El Paso', position: '31.7 N', mgrs: '13R CR 6 1'};
const viewport = (at) => ({project: () => at, width: 100, height: 100});

test('a place has its name, position and grid, none of them twice', () => {
  const marker = new Marker(node());
  marker.show(PLACE);
  assert.equal(marker.node.textContent, 'El Paso31.7 N13R CR 6 1');
  marker.show({...PLACE, title: PLACE.mgrs, position: undefined});
  assert.ok(!marker.node.textContent.includes('13R CR 6 113R CR 6 1'));
});

test('it stays on its position while the map moves, and is hidden beside the map', () => {
  const marker = new Marker(node());
  marker.show(PLACE);
  marker.follow(viewport([12, 34]));
  assert.deepEqual([marker.node.hidden, marker.node.style.transform], [false, 'translate(12.0px, 34.0px)']);
  marker.follow(viewport([120, 34]));
  assert.equal(marker.node.hidden, true);
});

test('only a place that was clicked goes when its details are closed', () => {
  const marker = new Marker(node());
  marker.show(PLACE);
  marker.closed();
  assert.deepEqual(marker.at, [PLACE.lon, PLACE.lat]);
  marker.show(PLACE, true);
  marker.closed();
  assert.deepEqual([marker.at, marker.node.hidden], [null, true]);
});
