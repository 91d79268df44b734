import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';

import {FrameScheduler} from '../../../cop/ui/map/asset/frame_scheduler.js';

let clock = 0;
let frames = [];
globalThis.performance.now = () => clock;
globalThis.requestAnimationFrame = (call) => frames.push(call);

beforeEach(() => {
  clock = 1000;
  frames = [];
});

/** Let the browser come to its next two frames. */
function pass(ms) {
  clock += ms;
  for (let i = 0; i < 2; i++) frames.splice(0).forEach((call) => call());
}

const viewAt = (longitude, zoom = 8) => ({
  longitude, latitude: 31, zoom, width: 100, height: 80, pitch: 0, bearing: 0,
  project: ([lon]) => [50 + (lon - longitude) * 10, 40],
});

function start({loading = false, gpuType = 'discrete'} = {}) {
  const canvas = {style: {}, parentElement: {getBoundingClientRect: () => 'of the stage'}};
  const deck = {
    drawn: 0, asked: 0, view: viewAt(0),
    device: {info: {gpuType}},
    setProps: ({_customRender}) => (deck.render = _customRender),
    getViewports: () => [deck.view],
    getCanvas: () => canvas,
    layerManager: {setNeedsRedraw: () => (deck.asked += 1)},
    _drawLayers: () => (deck.drawn += 1),
  };
  const state = {loading, slides: 0};
  const scheduler = new FrameScheduler(deck, () => state.loading, () => (state.slides += 1));
  return {deck, canvas, state, scheduler};
}

test('cheap frames are drawn at once', () => {
  const {deck, scheduler} = start();
  deck.render('moved');
  assert.equal(scheduler.isShown(), false);
  pass(10);
  assert.equal(scheduler.isShown(), true);
  deck.view = viewAt(1);
  deck.render('moved');
  assert.deepEqual([deck.drawn, deck.asked], [2, 0]);
});

test('a dear frame waits while tiles are awaited, but not for ever', () => {
  const {deck, state} = start({loading: true});
  deck.render('first');
  pass(400);
  deck.render('tile');
  assert.deepEqual([deck.drawn, deck.asked], [1, 1]);
  clock += 1199;
  deck.render('tile');
  assert.deepEqual([deck.drawn, deck.asked], [1, 2]);
  clock += 1;
  deck.render('tile');
  assert.equal(deck.drawn, 2);
  state.loading = false;
  deck.render('last');
  assert.equal(deck.drawn, 3);
});

test('a moving view slides what was drawn, and is drawn once it rests', () => {
  const {deck, canvas, state} = start();
  deck.render('first');
  pass(400);
  deck.view = viewAt(2, 9);
  deck.render('moved');
  assert.equal(canvas.style.transform, 'translate(-20px, 0px) scale(2)');
  assert.equal(canvas.getBoundingClientRect(), 'of the stage');
  assert.deepEqual([deck.drawn, state.slides], [1, 1]);
  clock += 120;
  deck.render('rests');
  assert.deepEqual([deck.drawn, canvas.style.transform], [2, '']);
});

test('what is no plain move is drawn', () => {
  const {deck, state} = start();
  deck.render('first');
  pass(400);
  deck.view = {...viewAt(2), width: 200};
  deck.render('resized');
  assert.deepEqual([deck.drawn, state.slides], [2, 0]);
});

test('where a processor draws, the first picture waits for its tiles and what follows them', () => {
  const {deck, state} = start({gpuType: 'cpu'});
  deck.render('empty');
  assert.equal(deck.drawn, 1);
  pass(10);
  state.loading = true;
  deck.render('tile');
  clock += 900;
  deck.render('tile');
  assert.equal(deck.drawn, 1);
  state.loading = false;
  clock += 50;
  deck.render('labels');
  assert.equal(deck.drawn, 1);
  clock += 60;
  deck.render('labels');
  assert.equal(deck.drawn, 2);
});

test('tiles that do not come hold up the first picture of a processor for a while only', () => {
  const {deck} = start({gpuType: 'cpu', loading: true});
  deck.render('first');
  clock += 1499;
  deck.render('first');
  assert.equal(deck.drawn, 0);
  clock += 1;
  deck.render('first');
  assert.equal(deck.drawn, 1);
  pass(10);
  clock += 3000;
  deck.render('tile');
  clock += 30;
  deck.render('tile');
  assert.equal(deck.drawn, 2, 'later the time of a frame is known');
});
