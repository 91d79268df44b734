import assert from 'node:assert/strict';
import {test} from 'node:test';

import {shaded} from '../../../cop/ui/map/asset/shade.js';

const FLAT = 181;
const STRENGTHS = [[1, 0.6], [1, 0.3]];

function shade(...pixels) {
  const image = {data: Uint8ClampedArray.from(pixels.flat())};
  globalThis.OffscreenCanvas = class {
    getContext = () => ({drawImage: () => {}, getImageData: () => image});
  };
  const {data} = shaded({width: pixels.length, height: 1}, STRENGTHS);
  return pixels.map((_, i) => [...data.slice(4 * i, 4 * i + 4)]);
}

const grey = (value, alpha = 255) => [value, value, value, alpha];

test('flat ground keeps the colour of the map', () => {
  assert.equal(shade(grey(FLAT))[0][3], 0);
});

test('a slope away from the light is black, one towards it white, the steeper the more', () => {
  const [deep, dark, light, bright] = shade(grey(0), grey(100), grey(220), grey(255));
  assert.deepEqual([deep[0], dark[0], light[0], bright[0]], [0, 0, 255, 255]);
  assert.ok(deep[3] > dark[3] && dark[3] > 0);
  assert.ok(bright[3] > light[3] && light[3] > 0);
});

test('no shadow is darker than the most, and where nothing is known nothing is drawn', () => {
  const [deep, bright, none] = shade(grey(0), grey(255), grey(0, 0));
  assert.ok(deep[3] < 255 * 0.6 && bright[3] < 255 * 0.3);
  assert.equal(none[3], 0);
});
