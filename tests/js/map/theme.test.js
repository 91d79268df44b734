// The viewer's theme: another than the page was drawn in asks for a run, once.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {installDocument, node} from '../support/document.js';

installDocument();

const {ThemeWatch} = await import('../../../cop/ui/map/asset/theme.js');

/** Watch a page of a theme; `choose` is what the viewer does. */
function open(first) {
  const app = node();
  const watched = [];
  globalThis.getComputedStyle = (of) => ({colorScheme: of.theme});
  globalThis.MutationObserver = class {
    constructor(call) {
      this.call = call;
    }

    observe(target, {attributes, attributeFilter}) {
      assert.deepEqual([target, attributes, attributeFilter], [app, true, ['class']]);
      watched.push(this.call);
    }

    disconnect() {
      watched.length = 0;
    }
  };
  app.theme = first;
  const asked = [];
  const watch = new ThemeWatch(app, (theme) => asked.push(theme));
  const choose = (theme) => {
    app.theme = theme;
    watched.forEach((call) => call());
  };
  return {watch, asked, choose};
}

test('a page that is drawn in the theme of its viewer asks for nothing', () => {
  const {watch, asked, choose} = open('dark');
  watch.update('dark');
  choose('dark');
  assert.deepEqual(asked, []);
});

test('another theme asks for one run, until the page is drawn in it', () => {
  const {watch, asked, choose} = open('dark');
  watch.update('dark');
  choose('light');
  choose('light');
  assert.deepEqual(asked, ['light']);
  watch.update('light');
  assert.deepEqual(asked, ['light']);
  choose('dark');
  assert.deepEqual(asked, ['light', 'dark']);
});

test('a page whose first run did not know the theme asks for it', () => {
  const {watch, asked} = open('light');
  watch.update('dark');
  assert.deepEqual(asked, ['light']);
});

test('a server that draws the same theme again is not asked without end', () => {
  const {watch, asked} = open('light');
  for (let run = 0; run < 3; run += 1) watch.update('dark');
  assert.deepEqual(asked, ['light']);
});

test('who changes back while the run is under way is shown the last choice', () => {
  const {watch, asked, choose} = open('dark');
  watch.update('dark');
  choose('light');
  choose('dark');
  watch.update('light');
  assert.deepEqual(asked, ['light', 'dark']);
});

test('a page that is left asks for nothing', () => {
  const {watch, asked, choose} = open('dark');
  watch.update('dark');
  watch.stop();
  choose('light');
  assert.deepEqual(asked, []);
});
