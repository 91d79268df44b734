// The viewer's name: bounded, kept in storage and cookie, told once, heard from the board and other tabs.

import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';

import {CHANGED, NameKeeper, keepName, readName, tidy} from '../../../cop/ui/map/asset/name.js';

let cookies = [];
let kept = new Map();

beforeEach(() => {
  cookies = [];
  kept = new Map();
  const events = new EventTarget();
  Object.assign(globalThis, {
    window: events, location: {protocol: 'http:'},
    dispatchEvent: (event) => events.dispatchEvent(event),
    document: {set cookie(text) { cookies.push(text); }},
    localStorage: {
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => kept.set(name, value),
      removeItem: (name) => kept.delete(name),
    },
  });
});

function open(name = '', told = 0) {
  const heard = [];
  const keeper = new NameKeeper((given) => heard.push(given));
  keeper.update({name, told});
  return {keeper, heard};
}

test('a name is one line of at most 40 characters', () => {
  assert.equal(tidy('  A\t\u202e B\n'), 'A B');
  assert.equal([...tidy('\u{1f600}'.repeat(99))].length, 40);
  assert.equal(tidy(null), '');
});

test('a name is kept in this browser alone and told to the page', () => {
  const heard = [];
  globalThis.window.addEventListener(CHANGED, ({detail}) => heard.push(detail));
  keepName(' Ana; Path=/x ');
  assert.equal(readName(), 'Ana; Path=/x');
  assert.match(cookies[0], /^cop-name=Ana%3B%20Path%3D%2Fx; Max-Age=31536000; Path=\/; SameSite=Strict$/);
  keepName('Ana; Path=/x');
  assert.deepEqual(heard, ['Ana; Path=/x']);
  globalThis.location.protocol = 'https:';
  keepName('');
  assert.equal(readName(), '');
  assert.match(cookies.at(-1), /^cop-name=; Max-Age=0; .*; Secure$/);
});

test('a browser that refuses storage has no name and no fault', () => {
  globalThis.localStorage = {getItem() { throw new Error('refused'); }, setItem() { throw new Error('refused'); }};
  assert.equal(readName(), '');
  keepName('Ana');
});

test('what is typed is kept; what is remembered is told to a page that does not know it', () => {
  const typed = open('Ana', 1);
  assert.equal(readName(), 'Ana');
  assert.deepEqual(typed.heard, []);
  assert.deepEqual(open('', 0).heard, ['Ana']);
  assert.deepEqual(open('Ana', 0).heard, []);
  typed.keeper.update({name: '', told: 2});
  assert.equal(readName(), '');
});

test('the board and other tabs are heard until it is stopped', () => {
  const {keeper, heard} = open('Ana', 1);
  keepName('Ben');
  keepName('Ben');
  const stored = new Event('storage');
  globalThis.window.dispatchEvent(Object.assign(stored, {key: 'cop-board-name', newValue: 'Cleo'}));
  globalThis.window.dispatchEvent(Object.assign(new Event('storage'), {key: 'other', newValue: 'Dan'}));
  assert.deepEqual(heard, ['Ben', 'Cleo']);
  keeper.stop();
  keepName('Eve');
  assert.deepEqual(heard, ['Ben', 'Cleo']);
});
