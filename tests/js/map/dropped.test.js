// Files dropped on the page: handed on to the uploader, drawn here alone, and what went wrong with them.

import assert from 'node:assert/strict';
import {afterEach, test} from 'node:test';

import {installDocument, node} from '../support/document.js';

installDocument();
const {Dropped} = await import('../../../cop/ui/map/asset/dropped.js');

const MB = 1024 * 1024;
const layer = (token, more = {}) => ({token, title: token, n: 1, kinds: {Point: 1}, bounds: [-111, 31, -110, 32], warnings: [], fields: [], ...more});
const file = (id, ...layers) => ({id, name: `${id}.csv`, marking: 'TLP:AMBER', far: [], skipped: [], layers});
const DROP = {turn: 0, mostMb: 1, url: '/api/draft', header: 'X-Cop-Draft', upload: '/Upload', color: [1, 2, 3], files: [], notes: []};
const open = [];
const {fetch, DataTransfer} = globalThis;

class Carrier {
  constructor() {
    this.files = [];
    this.items = {add: (one) => this.files.push(one)};
  }
}

afterEach(() => {
  open.splice(0).forEach((one) => one.stop());
  Object.assign(globalThis, {fetch, DataTransfer});
});

function mount(change = {}) {
  const page = {input: Object.assign(node('input'), {files: []}), failed: null, sent: [], told: [], flown: [], asked: []};
  page.input.addEventListener('change', () => page.sent.push(page.input.files.map(({name}) => name)));
  globalThis.document.querySelector = (path) => (path.includes('input') ? page.input : page.failed);
  globalThis.document.body = node('body');
  globalThis.DataTransfer = Carrier;
  globalThis.fetch = async (url, {headers}) => {
    page.asked.push([url, headers['X-Cop-Draft']]);
    return page.answer ?? new Response(JSON.stringify({features: [{type: 'Feature', properties: {}}]}));
  };
  const view = {
    root: node(), data: {theme: 'dark', drop: {...DROP, ...change}}, nodes: {drops: node(), panel: {offsetWidth: 200}},
    runtime: {deck: {WebMercatorViewport: class { fitBounds([[west, south], [east, north]]) { return {longitude: (west + east) / 2, latitude: (south + north) / 2, zoom: 9}; }}}},
    session: {board: {name: 'Ana'}}, viewport: () => ({}), size: () => ({width: 900, height: 500}), fly: (camera) => page.flown.push(camera), drawDeck: () => (page.drawn = (page.drawn ?? 0) + 1),
    drawPanel: () => {}, askPage: (...said) => page.told.push(said), folded: true,
  };
  const dropped = new Dropped(view);
  view.dropped = dropped;
  open.push(dropped);
  dropped.update();
  const update = (more) => {
    view.data.drop = {...view.data.drop, ...more};
    dropped.update();
  };
  return {page, view, dropped, update, words: () => view.nodes.drops.textContent};
}

function drag(type, files = [], more = {}) {
  const event = Object.assign(new Event(type, {cancelable: true}), {dataTransfer: {types: ['Files'], files}, ...more});
  globalThis.window.dispatchEvent(event);
  return event;
}

const turnOfEvents = () => new Promise((done) => setImmediate(done));

test('a page that takes no files leaves what is dragged alone', () => {
  const {view} = mount();
  view.data.drop = null;
  assert.equal(drag('drop', [{name: 'a.csv', size: 1}]).defaultPrevented, false);
  assert.deepEqual([view.dropped.sections(), view.dropped.layers()], [[null, null], []]);
});

test('a file that is held over the page covers it, and text does not', () => {
  const {dropped} = mount();
  drag('dragenter', [], {dataTransfer: {types: ['text/plain'], files: []}});
  assert.equal(Boolean(dropped.sheet), false);
  assert.equal(drag('dragover').defaultPrevented, true);
  assert.equal(globalThis.document.body.children.length, 1);
  drag('dragleave', [], {relatedTarget: node()});
  assert.ok(dropped.sheet);
  drag('dragleave', [], {relatedTarget: null});
  assert.equal(dropped.sheet, null);
});

test('a file goes to the uploader of the page, and the next one when that is read', () => {
  const {page, update, words} = mount();
  drag('drop', [{name: 'a.csv', size: 5}, {name: 'b.csv', size: 5}]);
  assert.deepEqual(page.sent, [['a.csv', 'b.csv']]);
  assert.equal(words(), 'Reading a.csv, b.csv\u2026');
  drag('drop', [{name: 'c.csv', size: 5}]);
  assert.equal(page.sent.length, 1, 'it waits');
  update({turn: 1});
  assert.deepEqual(page.sent[1], ['c.csv']);
  update({turn: 2});
  assert.equal(words(), '');
});

test('what is too large, or cannot be sent, is named at once', () => {
  const {page, dropped, view, words} = mount();
  drag('drop', [{name: 'big.csv', size: 2 * MB}]);
  assert.equal(words(), 'big.csv: 2 MB; at most 1 MB can be dropped here. Open Upload');
  assert.deepEqual(page.sent, []);
  view.pulse = {goneSince: 'now'};
  drag('drop', [{name: 'a.csv', size: 1}]);
  assert.match(words(), /^a\.csv: not sent, as the connection is lost/);
  view.pulse = null;
  drag('drop', [{name: 'a.csv', size: 1}]);
  page.failed = node();
  dropped.look();
  assert.match(words(), /^a\.csv: could not be sent/);
  assert.equal(dropped.reading, null);
});

test('a draft is fetched once by its token and drawn; the map goes there and lists it', async () => {
  const {page, view, dropped, update} = mount();
  update({files: [file('f', layer('t1'), layer('t2'))], turn: 1});
  update({notes: []});
  await turnOfEvents();
  assert.deepEqual(page.asked, [['/api/draft', 't1'], ['/api/draft', 't2']]);
  assert.deepEqual([page.flown, view.folded], [[{lon: -110.5, lat: 31.5, zoom: 9}], false]);
  assert.deepEqual(dropped.layers().map(({id, n, read}) => [id, n, read().length]), [['draft-f-0', 1, 1], ['draft-f-1', 1, 1]]);
  assert.equal(dropped.find('draft-f-1').title, 't2 (draft)');
  assert.equal(dropped.find('events'), null);
  update({files: []});
  assert.deepEqual([dropped.layers(), dropped.features.size], [[], 0]);
});

test('drafts that are there when the map is mounted do not move it', () => {
  const {page, dropped} = mount({files: [file('f', layer('t1'))]});
  assert.deepEqual(page.flown, []);
  assert.equal(dropped.list().length, 1);
});

test('a draft that cannot be fetched is said', async () => {
  const {page, update, words} = mount();
  page.answer = new Response('', {status: 404});
  update({files: [file('f', layer('t1'))]});
  await turnOfEvents();
  assert.match(words(), /A draft cannot be drawn: the server answered 404/);
});

test('pressing tells the page what, as whom, and whether it may be far', () => {
  const {page, dropped, update} = mount({files: [file('f', layer('t1'))]});
  dropped.press('publish', 'f');
  assert.equal(dropped.state.waits.get('f'), 'publish');
  dropped.agree('f', true);
  dropped.press('publish', 'f');
  assert.deepEqual(page.told.map(([name, said]) => [name, said.what, said.by, said.agreed]), [
    ['draft', 'publish', 'Ana', false], ['draft', 'publish', 'Ana', true],
  ]);
  update({notes: [{id: 1, text: 'Published f', bad: false}]});
  assert.equal(dropped.state.waits.size, 0);
});

test('a note is shown until it is closed', () => {
  const {dropped, words} = mount({notes: [{id: 7, text: 'a.csv: empty', bad: true}]});
  assert.equal(words(), 'a.csv: empty. Open Upload');
  dropped.closed.add(7);
  dropped.draw();
  assert.equal(words(), '');
});

test('a file can be chosen where none can be dropped', () => {
  const {page, dropped, words} = mount();
  let clicked = 0;
  page.input.click = () => (clicked += 1);
  dropped.choose();
  assert.equal(clicked, 1);
  page.input.files = [{name: 'a.csv'}];
  page.input.dispatchEvent(new Event('change'));
  assert.equal(words(), 'Reading a.csv\u2026');
});
