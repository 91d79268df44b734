// Links before the page's first control that lead past the rest: to the map and to its board.

import {el} from './dom.js';

const BOARD = '.board:not([hidden]) button:not(.crowd), .board:not([hidden]) button';

/** Put them there for a map that is operated, where there are none; give what takes them away. */
export function addSkips(root, data, body = document.body) {
  if (data.wall || body.querySelector('.cop-skip')) return () => {};
  const link = (text, css) =>
    el('button', {type: 'button', text, onclick: () => (root.querySelector(css) ?? root.querySelector('.panel .bar'))?.focus()});
  const links = [link('Skip to the map', '.panel .bar'), data.board ? link('Skip to the board', BOARD) : null];
  const node = el('nav', {class: 'cop-skip', 'aria-label': 'Skip links'}, ...links);
  body.prepend(node);
  return () => node.remove();
}
