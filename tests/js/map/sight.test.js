// Line of sight: one point asks what is seen, two ask for the profile, and a sensor can be tried there.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Sight} from '../../../cop/ui/map/asset/sight.js';
import {installDocument, node, send} from '../support/document.js';

installDocument();

const VIEWPORT = {project: ([lon, lat]) => [lon * 100, -lat * 100], unproject: ([x, y]) => [x / 100, -y / 100, 0]};
const SEEN = {
  terrain: 'full',
  features: [
    {type: 'Feature', geometry: null, properties: {band: 'seen', area_km2: 12.34}},
    {type: 'Feature', geometry: null, properties: {band: 'unsure', area_km2: 5}},
  ],
};
const ALONG = {
  known: true, blocked_m: 4000, chance: 0.15, error_m: 18,
  distance_m: [0, 4000, 8000], ground_m: [100, 300, 90], line_m: [110, 101, 92], height_m: [100, 301, 95],
};

function build(answers, wanted = []) {
  const asked = [];
  globalThis.fetch = async (url) => {
    asked.push(url);
    const body = answers.shift();
    return {ok: !body.error, statusText: 'Bad', json: async () => body};
  };
  const log = [];
  const view = {
    root: node(),
    nodes: {sight: node('aside'), buttons: node(), stage: node()},
    viewport: () => VIEWPORT,
    data: {assets: {sight: '/api/sight'}, theme: 'dark', wanted, wall: false, knownAt: '2026-01-01T00:00:00Z'},
    session: {following: false, choose: (value) => log.push(['chosen', value])},
    tools: {open: false},
    measure: {end: () => log.push('measure away')},
    card: {close: () => log.push('card away')},
    drawDeck: () => log.push('drawn'),
  };
  view.nodes.sight.hidden = true;
  const sight = new Sight(view);
  const press = (x, y) => send(sight.sketch.node, 'pointerdown', {button: 0, clientX: x, clientY: y});
  const button = (text) => sight.node.all('ends')[0].children.find((one) => one.textContent === text);
  return {view, sight, log, asked, press, button};
}

const settle = () => new Promise((done) => setTimeout(done, 5));

test('a point asks what is seen from there and paints it', async () => {
  const {sight, log, asked, press} = build([SEEN]);
  send(sight.button, 'click');
  assert.deepEqual([log, sight.node.hidden], [['measure away', 'card away'], false]);
  press(0, -100);
  await settle();
  const url = new URL(asked[0], 'http://x');
  assert.deepEqual(Object.fromEntries(url.searchParams), {lon: '0', lat: '1', height: '10', range: '15', known_at: '2026-01-01T00:00:00Z'});
  assert.equal(sight.said.textContent, 'Seen 12.3 km². Perhaps seen 5 km²');
  const [layer] = sight.layers();
  assert.equal(layer['@@type'], 'DroppedLayer');
  assert.deepEqual(layer.read().map(({properties}) => properties.band), ['seen']);
});

test('a second point asks for the profile, and the sketch rests', async () => {
  const {sight, asked, press} = build([SEEN, ALONG]);
  sight.begin();
  press(0, 0);
  press(100, 0);
  await settle();
  assert.match(asked[1], /to_lon=1&to_lat=0&to_height=1\.7/);
  assert.equal(sight.sketch.resting, true);
  assert.equal(sight.said.textContent, 'Blocked after 4 of 8 km; 15% likely clear with heights known to ± 18 m.');
  assert.equal(sight.found.children[0].getAttribute('role'), 'img');
});

test('what the server refuses is said, and the tool goes on', async () => {
  const {sight, press} = build([{error: 'the ends are 900 km apart'}, SEEN]);
  sight.begin();
  press(0, 0);
  await settle();
  assert.equal(sight.said.textContent, 'Cannot compute: the ends are 900 km apart');
  sight.begin();
  press(0, 0);
  await settle();
  assert.match(sight.said.textContent, /^Seen/);
});

test('a sensor is tried at the first point under a name of its own', async () => {
  const {sight, log, press, button} = build([SEEN], [['sector', 'TCA'], ['whatif', 'add:New-1@1,2,3,4']]);
  sight.begin();
  press(-10, -20);
  await settle();
  send(button('Try a sensor here'), 'click');
  assert.deepEqual(log.at(-1), [
    'chosen',
    [['sector', 'TCA'], ['whatif', 'add:New-1@1,2,3,4'], ['whatif', 'add:New-2@-0.100000,0.200000,10,15000']],
  ]);
  assert.equal(sight.node.hidden, true);
});

test('Escape ends it and takes what is painted away', async () => {
  const {sight, press} = build([SEEN]);
  sight.begin();
  press(0, 0);
  await settle();
  assert.equal(sight.layers().length, 1);
  assert.equal(sight.key({key: 'Escape', preventDefault() {}}), true);
  assert.deepEqual([sight.node.hidden, sight.layers()], [true, []]);
  assert.equal(sight.key({key: 'Escape', preventDefault() {}}), false);
});
