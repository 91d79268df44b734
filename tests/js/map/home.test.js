import assert from 'node:assert/strict';
import {test} from 'node:test';

import {boundsAt, drawnSize, fitHome, fitWhole} from '../../../cop/ui/map/asset/home.js';

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
const size = {width: 1000, height: 600};
const nodes = {panel: {offsetWidth: 270}, search: {offsetHeight: 40}};

test('the bounds are those of the map at a camera', () => {
  assert.deepEqual(boundsAt(deck, size, {lon: -100, lat: 30, zoom: 6}), [-100, 30, 1000, 600]);
});

test('a map draws in the size that deck.gl has, where its stage has lost less than a pixel since', () => {
  const stage = {clientWidth: 1920, clientHeight: 723};
  assert.deepEqual(drawnSize(stage, null), {width: 1920, height: 723});
  assert.deepEqual(drawnSize(stage, {width: 1920, height: 724, zoom: 5}), {width: 1920, height: 724});
  assert.deepEqual(drawnSize(stage, {width: 1920, height: 640}), {width: 1920, height: 723});
});

test('home lies beside the panel and below the search bar', () => {
  assert.deepEqual(fitHome(deck, size, nodes, [-110, 30, -100, 33]), {lon: 1, lat: 2, zoom: 3});
  const {size: within, bounds, padding, maxZoom} = told.pop();
  assert.deepEqual([within, bounds, maxZoom], [[1000, 600], [[-110, 30], [-100, 33]], 12]);
  assert.deepEqual(padding, {left: 310, right: 54, top: 68, bottom: 56});
  fitHome(deck, {width: 400, height: 200}, nodes, [-110, 30, -100, 33]);
  assert.deepEqual(told.pop().padding, {left: 24, right: 54, top: 28, bottom: 56});
});

test('on a phone home lies below the line of the board too', () => {
  fitHome(deck, {width: 358, height: 458}, nodes, [-110, 30, -100, 33]);
  assert.deepEqual(told.pop().padding, {left: 24, right: 54, top: 144, bottom: 56});
});

test('above the strip of a wall home has the whole width', () => {
  fitHome(deck, size, {...nodes, panel: {offsetWidth: 1000, offsetHeight: 110}, search: null}, [-110, 30, -100, 33]);
  assert.deepEqual(told.pop().padding, {left: 24, right: 54, top: 83, bottom: 166});
});

test('the whole of what a presenter sees reaches the edges beside the legend', () => {
  fitWhole(deck, size, nodes, [-110, 30, -100, 33]);
  assert.deepEqual(told.pop().padding, {left: 270, right: 0, top: 0, bottom: 0});
});
