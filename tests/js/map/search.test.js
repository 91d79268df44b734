import assert from 'node:assert/strict';
import {afterEach, test} from 'node:test';

import {Search} from '../../../cop/ui/map/asset/search.js';
import {installDocument} from '../support/document.js';

installDocument();

const {fetch} = globalThis;
const PLACES = ['Nogales', 'Nogales, Son.'].map((title) => ({title, detail: 'town', lon: 1, lat: 2}));

afterEach(() => (globalThis.fetch = fetch));

function open({results = PLACES, message = null, ok = true, error} = {}) {
  const asked = [];
  globalThis.fetch = async (url) => {
    asked.push(url);
    if (error) throw new Error(error);
    return {ok, json: async () => (ok ? {results, message} : {error: 'too long'})};
  };
  const chosen = [];
  const search = new Search({onChoose: ({title}) => chosen.push(title), onClear: () => chosen.push(null)});
  search.url = '/api/search';
  const press = (key) => search.pressed({key, target: search.input, stopPropagation() {}, preventDefault() {}});
  const write = (text) => {
    search.input.value = text;
    search.typed();
  };
  return {search, asked, chosen, press, write};
}

const settled = () => new Promise(setImmediate);

test('the server is asked once the typing rests', (context) => {
  context.mock.timers.enable({apis: ['setTimeout']});
  const {asked, write} = open();
  write('nog');
  context.mock.timers.tick(100);
  write(' nogales ');
  context.mock.timers.tick(140);
  assert.deepEqual(asked, ['/api/search?q=nogales']);
});

test('Enter asks at once and goes to the first place', async () => {
  const {asked, chosen, press, write} = open();
  write('nogales');
  press('Enter');
  await settled();
  assert.deepEqual([asked.length, chosen], [1, ['Nogales']]);
});

test('arrows choose among the places, round and round', async () => {
  const {search, chosen, press, write} = open();
  write('nogales');
  await search.ask('nogales');
  press('ArrowUp');
  assert.equal(search.active, 1);
  press('ArrowDown');
  press('ArrowDown');
  assert.equal(search.list.children[1].getAttribute('aria-selected'), 'true');
  press('Enter');
  assert.deepEqual(chosen, ['Nogales, Son.']);
  assert.equal(search.input.value, 'Nogales, Son.');
  assert.equal(search.drop.hidden, true);
});

test('an answer that came too late is not shown', async () => {
  const {search, write} = open();
  const first = search.ask('old');
  write('');
  await first;
  assert.deepEqual(search.results, []);
});

test('what is not found, refused or not answered is said', async () => {
  for (const [given, said] of [
    [{results: [], message: 'Nothing found'}, 'Nothing found'],
    [{ok: false}, 'too long'],
    [{error: 'gone'}, 'Search failed: gone'],
  ]) {
    const {search} = open(given);
    await search.ask('x');
    assert.equal(search.say.textContent, said);
    assert.equal(search.drop.hidden, false);
  }
});

test('Escape closes the list, then clears the field', async () => {
  const {search, chosen, press, write} = open();
  write('nogales');
  await search.ask('nogales');
  press('Escape');
  assert.deepEqual([search.drop.hidden, search.input.value], [true, 'nogales']);
  press('Escape');
  assert.deepEqual([search.input.value, chosen], ['', [null]]);
  search.stop();
});
