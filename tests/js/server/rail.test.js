// The rail's groups are groups to a screen reader, and stay so when they are drawn anew.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {groupLinks, watchRail} from '../../../cop/server/asset/rail.js';

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

test('it is done whenever the rail is drawn', (t) => {
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
  const page = node({first: list});
  watchRail(page);
  const [[call, target, what]] = watched;
  assert.deepEqual([target, what], [page, {childList: true, subtree: true}]);
  call();
  assert.equal(list.attributes.role, 'none');
});

test('a rail that is not there yet is no fault', () => {
  groupLinks(node());
});
