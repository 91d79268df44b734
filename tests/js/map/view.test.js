// One mounted map: what the page says, what the viewer chooses, and what the map says of itself.

import assert from 'node:assert/strict';
import {afterEach, test} from 'node:test';

import {installDocument, node} from '../support/document.js';

installDocument();
Object.assign(globalThis.document, {addEventListener: () => {}, removeEventListener: () => {}});
const {MapView} = await import('../../../cop/ui/map/asset/view.js');

const layer = (id, more = {}) => ({
  id, title: id, group: 'picture', held: true, visible: true, opacity: 1, measure: null, measures: [], legend: [],
  status: 'ok', statusNote: '', marking: 'TLP:GREEN', credits: [`Maker of ${id}`], ...more,
});
const DATA = {
  theme: 'dark', knownAt: null, height: '500px', wall: false, assets: {search: '/api/search', health: '/healthz'},
  layers: [layer('a'), layer('b', {visible: false})], alerts: [], wanted: [], choices: 0, cameraNonce: 0, camera: null,
  home: [-118, 25, -96, 34], attribution: ['Ground', '© Land'], emptyNote: '', link: null, board: null, seen: 0,
  annotations: {url: '/api/annotations', marking: 'TLP:GREEN', ownMarking: 'TLP:GREEN', markings: ['TLP:GREEN'], purposes: [], shapes: {}},
  deck: {
    initialViewState: {minZoom: 2, maxZoom: 16},
    layers: [{id: 'a', data: '/tiles/a', updateTriggers: {getColor: 1}}, {id: 'b', data: '/tiles/b'}],
  },
};

const open = [];
const {fetch} = globalThis;
afterEach(() => {
  open.splice(0).forEach((view) => view.stop());
  globalThis.fetch = fetch;
});

function mount(change = {}) {
  globalThis.fetch = async () => new Response(JSON.stringify({features: []}));
  const told = [];
  const view = new MapView(node());
  open.push(view);
  const update = (more = {}) =>
    view.update({data: {...DATA, ...change, ...more}, setStateValue: (...words) => told.push(words), setTriggerValue: () => {}});
  update();
  return {view, told, update};
}

/** A deck.gl with tile layers of the given accounts, looking at one place. */
function start(view, accounts = []) {
  const props = [];
  const viewport = {longitude: -110, latitude: 31, zoom: 7, getBounds: () => [-111, 30, -109, 32], project: () => [0, 0]};
  const layers = accounts.map((account, i) => ({id: `t${i}`, tileAccount: () => account, retry: () => props.push('retry')}));
  const deck = {
    isInitialized: true, layerManager: {getLayers: () => layers}, getViewports: () => [viewport],
    setProps: (given) => props.push(given), needsRedraw: () => false, finalize: () => props.push('finalized'),
  };
  Object.assign(view, {deck, runtime: {updateDeck: ({layers: drawn}) => (view.drawn = drawn)}});
  view.scheduler = {isShown: () => true};
  view.pulse = {goneSince: null, ask: async () => {}, stop: () => {}};
  return props;
}

test('the layers that are shown are drawn, each with its measure', () => {
  const measures = [{key: 'm', title: 'm', legend: [], patch: {getFillColor: 'red', updateTriggers: {getFillColor: 'm'}}}];
  const {view} = mount({layers: [layer('a', {measures, measure: 'm', opacity: 0.5}), layer('b', {visible: false})]});
  const [drawn, ...rest] = view.deckLayers();
  assert.deepEqual(rest, []);
  assert.deepEqual([drawn.id, drawn.data, drawn.opacity, drawn.getFillColor], ['a', '/tiles/a', 0.5, 'red']);
  assert.deepEqual(drawn.updateTriggers, {getColor: 1, getFillColor: 'm'});
});

test('a choice on the map holds against the page that does not know it yet', (t) => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const {view, told, update} = mount();
  view.set('b', {visible: true});
  assert.deepEqual(view.deckLayers().map(({id}) => id), ['a', 'b']);
  update();
  assert.equal(view.layers[1].visible, true);
  assert.deepEqual(told, []);
  t.mock.timers.tick(300);
  assert.deepEqual(told.map(([name, {changes}]) => [name, changes.b.visible]), [['layers', true]]);
  view.forget();
  assert.equal(view.layers[1].visible, false);
});

test('credits are those of the layers shown, the ones with a sign first', () => {
  const {view} = mount();
  assert.deepEqual(view.nodes.attribution.children.map((one) => one.textContent), ['© Land', 'Maker of a', 'Ground']);
});

test('a note stands over an empty map, and why there is none before it', () => {
  const {view, update} = mount();
  assert.equal(view.nodes.empty.hidden, true);
  update({emptyNote: 'No real records loaded'});
  assert.deepEqual([view.nodes.empty.hidden, view.nodes.empty.textContent], [false, 'No real records loaded']);
  view.fail(new Error('no WebGL 2'));
  assert.equal(view.nodes.empty.textContent, 'Cannot draw the map: no WebGL 2');
  assert.ok(view.nodes.empty.classList.contains('failure'));
});

test('the camera moves when the page asks for it anew, within the zooms of the map', () => {
  const {view, update} = mount();
  const props = start(view);
  const camera = {lon: -111, lat: 32, zoom: 40};
  update({camera});
  assert.deepEqual(props, []);
  update({camera, cameraNonce: 1});
  const {longitude, latitude, zoom, transitionDuration} = props[0].initialViewState;
  assert.deepEqual([longitude, latitude, zoom, transitionDuration], [-111, 32, 16, 300]);
  view.zoomBy(1);
  assert.equal(props[1].initialViewState.zoom, 8);
});

test('two looks at the same place are two views', () => {
  const {view} = mount();
  const props = start(view);
  view.look({lon: 1, lat: 2, zoom: 3});
  view.look({lon: 1, lat: 2, zoom: 3});
  const [one, other] = props.map(({initialViewState}) => initialViewState);
  assert.notDeepEqual(one, other);
});

test('a follower tells where the map rests, so that the table below it follows; a wall has none', (t) => {
  t.mock.timers.enable({apis: ['setTimeout']});
  for (const [wall, following, told] of [[false, true, ['camera']], [true, true, []], [false, false, []]]) {
    const one = mount();
    start(one.view);
    one.view.data.wall = wall;
    Object.defineProperty(one.view.session, 'following', {get: () => following});
    one.view.look({lon: 1, lat: 2, zoom: 3});
    t.mock.timers.tick(600);
    one.view.look({lon: 2, lat: 2, zoom: 3});
    t.mock.timers.tick(600);
    assert.deepEqual(one.told, [], 'not while the presenter moves');
    t.mock.timers.tick(500);
    assert.deepEqual(one.told.map(([name]) => name), told);
    if (told.length) assert.deepEqual(one.told[0][1].bounds, [-111, 30, -109, 32]);
  }
});

test('a selection is highlighted and told without its identifier', () => {
  const {view, told} = mount();
  start(view);
  view.select({layer: 'a', id: 'f1', lon: 1, lat: 2});
  assert.equal(view.drawn[0].highlightedFeatureId, 'f1');
  view.select(null);
  assert.deepEqual(told, [['click', {layer: 'a', lon: 1, lat: 2}], ['click', null]]);
});

test('tiles of all layers are one account, and failed ones are said until they are asked for again', (t) => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const {view, told} = mount();
  const failed = [{status: 500, reason: 'broken', offline: false}];
  const props = start(view, [{wanted: 4, loaded: 4, failed}, {wanted: 2, loaded: 1, failed: []}]);
  assert.deepEqual([view.tileAccount().wanted, view.tileAccount().loaded], [6, 5]);
  assert.ok(view.isLoading());
  view.tick();
  assert.match(view.nodes.trouble.textContent, /1 tile failed/);
  assert.equal(view.nodes.zoom.textContent, 'z 7.0');
  t.mock.timers.tick(300);
  assert.deepEqual(told.map(([name]) => name), ['camera']);
  view.retry();
  assert.deepEqual(props.filter((one) => one === 'retry').length, 2);
});

test('a map is quiet once everything is loaded and drawn', () => {
  const {view} = mount();
  start(view, [{wanted: 2, loaded: 2, failed: []}]);
  view.drawDeck();
  for (const quiet of [1, 2]) {
    view.tick();
    assert.equal(view.quiet, quiet);
  }
  assert.equal(view.nodes.loading.hidden, true);
});

test('a server that is not there is asked for once at a time', async () => {
  const {view} = mount();
  start(view, [{wanted: 1, loaded: 1, failed: [{offline: true}]}]);
  let asked = 0;
  let answer;
  view.pulse.ask = () => new Promise((resolve) => ((asked += 1), (answer = resolve)));
  view.tick();
  view.tick();
  assert.equal(asked, 1);
  answer();
  await new Promise(setImmediate);
  view.tick();
  assert.equal(asked, 2);
  answer();
});

test('a map that is closed gives up its deck and starts none', () => {
  const {view} = mount();
  const props = start(view);
  view.stop();
  assert.equal(props.at(-1), 'finalized');
  view.start({createDeck: () => assert.fail('a closed map draws nothing')});
});
