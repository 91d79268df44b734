// The bar of a lost server: said in our words, taken away when the line is back, else loaded anew.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {installDocument, node} from '../support/document.js';

installDocument();
const START = Date.parse('2026-11-27T18:30:00Z');
const DATA = {health: '/healthz', theme: 'dark'};
const STATE = 'data-test-connection-state';

const {default: render} = await import('../../../cop/ui/map/asset/connection.js');

/** Mount it in a page whose line has a state, over a server that answers or not. */
function open(t, first = 'CONNECTED') {
  t.mock.timers.enable({apis: ['setInterval', 'setTimeout', 'Date'], now: START});
  const page = {there: true, reloaded: 0, watchers: [], dialogs: [], asked: 0, theme: 'dark', runs: []};
  t.mock.method(globalThis, 'fetch', async () => {
    page.asked += 1;
    if (!page.there) throw new TypeError('refused');
    return {status: 200};
  });
  globalThis.getComputedStyle = () => ({colorScheme: page.theme});
  globalThis.location = {reload: () => (page.reloaded += 1)};
  globalThis.MutationObserver = class {
    constructor(call) {
      this.call = call;
      page.watchers.push(this);
    }

    observe(target) {
      this.target = target;
    }

    disconnect() {
      this.target = null;
    }
  };
  const app = node();
  app.setAttribute(STATE, first);
  const body = node('body');
  Object.assign(globalThis.document, {
    body, documentElement: node('html'), querySelector: () => app, querySelectorAll: () => page.dialogs,
  });
  const setTriggerValue = (...words) => page.runs.push(words);
  const close = render({data: DATA, parentElement: {querySelector: () => body}, setTriggerValue});
  t.after(close);
  const told = (target) => page.watchers.filter((one) => one.target === target).forEach((one) => one.call());
  const line = (state) => {
    app.setAttribute(STATE, state);
    told(app);
  };
  return {page, close, line, body, bar: body.children[0], changed: () => told(body)};
}

/** Let time pass second by second, and answers to what was asked come in. */
async function pass(t, seconds) {
  for (let second = 0; second < seconds; second += 1) {
    t.mock.timers.tick(1000);
    for (let turn = 0; turn < 6; turn += 1) await Promise.resolve();
  }
}

test('nothing is shown while the server is there', async (t) => {
  const {bar, page} = open(t);
  await pass(t, 40);
  assert.equal(bar.hidden, true);
  assert.equal(page.asked, 2);
  assert.equal(bar.dataset.theme, 'dark');
});

test('another theme of the viewer asks for a run of the page', (t) => {
  const {page, line} = open(t);
  page.theme = 'light';
  line('CONNECTED');
  assert.deepEqual(page.runs, [['theme', 'light']]);
});

test('a lost server is said in our words with its time, and taken away when the line is back', async (t) => {
  const {bar, line, page} = open(t);
  page.there = false;
  line('PINGING_SERVER');
  await pass(t, 30);
  assert.equal(bar.hidden, false);
  assert.equal(bar.textContent, 'Connection to the server lost at 271830Z NOV 26. The page shows what was known then. Reconnecting\u2026');
  assert.ok(globalThis.document.documentElement.classList.contains('cop-disconnected'));
  page.there = true;
  line('CONNECTED');
  await pass(t, 4);
  assert.equal(bar.hidden, true);
  assert.equal(globalThis.document.documentElement.classList.contains('cop-disconnected'), false);
  assert.equal(page.reloaded, 0);
});

test('a line that is back at once is not announced', async (t) => {
  const {bar, line} = open(t);
  line('PINGING_SERVER');
  assert.equal(bar.hidden, true);
  line('CONNECTED');
  await pass(t, 15);
  assert.equal(bar.hidden, true);
});

test('where the server answers and the line stays lost, the page is loaded anew', async (t) => {
  const {line, page} = open(t);
  page.there = false;
  line('PINGING_SERVER');
  await pass(t, 60);
  assert.equal(page.reloaded, 0, 'not while nobody answers');
  page.there = true;
  await pass(t, 9);
  assert.equal(page.reloaded, 0, 'the line has its chance');
  await pass(t, 6);
  assert.ok(page.reloaded >= 1);
});

test('a server that is not reached is said though the line has not noticed', async (t) => {
  const {bar, page} = open(t);
  page.there = false;
  await pass(t, 16);
  assert.equal(bar.hidden, false);
  assert.match(bar.textContent, /^Connection to the server lost at 271830Z NOV 26/);
  page.there = true;
  await pass(t, 4);
  assert.equal(bar.hidden, true);
});

test('the dialog about the viewer\u2019s internet is closed at once, any other stays', async (t) => {
  const {line, page, changed} = open(t);
  const dialog = (title) => {
    const made = {style: {}, closed: 0};
    made.querySelector = (css) => (css === 'h2' ? {textContent: title} : {click: () => (made.closed += 1)});
    return made;
  };
  page.dialogs = [dialog('Connection error'), dialog('Picture')];
  changed();
  assert.deepEqual(page.dialogs.map(({closed}) => closed), [0, 0], 'only while the line is lost');
  line('PINGING_SERVER');
  changed();
  assert.deepEqual(page.dialogs.map(({closed}) => closed), [1, 0]);
  assert.deepEqual(page.dialogs.map(({style}) => style.display), ['none', undefined]);
  line('CONNECTED');
  changed();
  assert.equal(page.dialogs[0].closed, 1);
});

test('a page that is drawn after its line was lost says so and closes the dialog', async (t) => {
  const {bar, page, changed} = open(t, 'PINGING_SERVER');
  const made = {style: {}, querySelector: () => ({textContent: 'Connection error', click: () => {}})};
  page.there = false;
  page.dialogs = [made];
  changed();
  assert.equal(made.style.display, 'none');
  await pass(t, 2);
  assert.equal(bar.hidden, false);
});

test('it goes with the page', (t) => {
  const {bar, close, page} = open(t);
  close();
  assert.equal(bar.removed, true);
  assert.ok(page.watchers.every(({target}) => !target));
});
