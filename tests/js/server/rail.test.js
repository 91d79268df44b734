// The rail's groups are groups to a screen reader, and a key that opens a popover leads into it.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {enterPopover, groupLinks, watchPage} from '../../../cop/server/asset/rail.js';

const node = (children = {}) => {
  const attributes = {};
  return {
    attributes, children: children.children ?? [],
    getAttribute: (name) => attributes[name] ?? null,
    setAttribute: (name, value) => (attributes[name] = value),
    querySelector: () => children.first ?? null,
    querySelectorAll: () => children.entries ?? [],
  };
};

test('each group has its name, and its entries claim no list', () => {
  const entries = [node(), node()];
  const group = node({first: {textContent: 'Watch'}, entries});
  const list = node({children: [group]});
  groupLinks(node({first: list}));
  assert.equal(list.attributes.role, 'none');
  assert.deepEqual(group.attributes, {role: 'group', 'aria-label': 'Watch'});
  assert.deepEqual(entries.map((one) => one.attributes.role), ['none', 'none']);
});

test('the focus goes along into a popover that a key has opened, once', () => {
  const open = (byKey) => {
    const popover = {focused: 0, setAttribute: (name) => (popover.tabbed = name), focus: () => (popover.focused += 1)};
    const page = {
      querySelector: (css) => (css.includes('focus-visible') ? (byKey ? {} : null) : popover.tabbed ? null : popover),
    };
    enterPopover(page);
    enterPopover(page);
    return popover.focused;
  };
  assert.deepEqual([open(true), open(false)], [1, 0]);
});

test('it is done whenever the page has changed', (t) => {
  const watched = [];
  t.after(() => delete globalThis.MutationObserver);
  globalThis.MutationObserver = class {
    constructor(call) {
      this.call = call;
    }

    observe(...what) {
      watched.push([this.call, ...what]);
    }
  };
  const list = node();
  const page = {querySelector: (css) => (css.includes('NavItems') ? list : null)};
  watchPage(page);
  const [[call, target, what]] = watched;
  assert.deepEqual([target, what], [page, {childList: true, subtree: true}]);
  call();
  assert.equal(list.attributes.role, 'none');
});

test('a rail that is not there yet is no fault', () => {
  groupLinks(node());
});
