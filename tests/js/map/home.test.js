import assert from 'node:assert/strict';
import {test} from 'node:test';

import {boundsAt, fitHome, fitWhole} from '../../../cop/ui/map/asset/home.js';

const told = [];
const deck = {
  WebMercatorViewport: class {
    constructor(size) {
      Object.assign(this, size);
    }

    getBounds() {
      return [this.longitude, this.latitude, this.width, this.height];
    }

    fitBounds(bounds, options) {
      told.push({size: [this.width, this.height], bounds, ...options});
      return {longitude: 1, latitude: 2, zoom: 3};
    }
  },
};
const nodes = {stage: {clientWidth: 1000, clientHeight: 600}, panel: {offsetWidth: 270}, search: {offsetHeight: 40}};

test('the bounds are those of the stage at a camera', () => {
  assert.deepEqual(boundsAt(deck, nodes.stage, {lon: -100, lat: 30, zoom: 6}), [-100, 30, 1000, 600]);
});

test('home lies beside the panel and below the search bar', () => {
  assert.deepEqual(fitHome(deck, nodes, [-110, 30, -100, 33]), {lon: 1, lat: 2, zoom: 3});
  const {size, bounds, padding, maxZoom} = told.pop();
  assert.deepEqual([size, bounds, maxZoom], [[1000, 600], [[-110, 30], [-100, 33]], 12]);
  assert.deepEqual(padding, {left: 310, right: 54, top: 68, bottom: 56});
  fitHome(deck, {...nodes, stage: {clientWidth: 400, clientHeight: 200}}, [-110, 30, -100, 33]);
  assert.deepEqual(told.pop().padding, {left: 24, right: 54, top: 28, bottom: 56});
});

test('on a phone home lies below the line of the board too', () => {
  fitHome(deck, {...nodes, stage: {clientWidth: 358, clientHeight: 458}}, [-110, 30, -100, 33]);
  assert.deepEqual(told.pop().padding, {left: 24, right: 54, top: 144, bottom: 56});
});

test('above the strip of a wall home has the whole width', () => {
  fitHome(deck, {...nodes, panel: {offsetWidth: 1000, offsetHeight: 110}, search: null}, [-110, 30, -100, 33]);
  assert.deepEqual(told.pop().padding, {left: 24, right: 54, top: 83, bottom: 166});
});

test('the whole of what a presenter sees reaches the edges beside the legend', () => {
  fitWhole(deck, nodes, [-110, 30, -100, 33]);
  assert.deepEqual(told.pop().padding, {left: 270, right: 0, top: 0, bottom: 0});
});
