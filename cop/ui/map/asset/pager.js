// What does not fit is folded into pages that turn by the clock; nothing is ever made smaller.

import {el} from './dom.js';

const PAGE_MS = 8000;

/** Build a box whose content takes turns, line by line. */
export function fold(name) {
  return el('div', {class: `fold ${name}`}, el('div', {class: 'fold-body'}), el('div', {class: 'fold-dots'}));
}

/** Show the page whose turn it is in every fold below a node. */
export function turn(root, now = Date.now()) {
  for (const node of root.querySelectorAll('.fold')) {
    const [body, dots] = node.children;
    // Not clientHeight, which is whole pixels: over many pages the rest adds up.
    const {height} = body.getBoundingClientRect();
    const count = height ? Math.max(1, Math.round(body.scrollHeight / height)) : 1;
    const page = Math.floor(now / PAGE_MS) % count;
    body.scrollTop = page * height;
    node.dataset.pages = count;
    if (dots.children.length !== count) dots.replaceChildren(...Array.from({length: count}, () => el('i')));
    dots.hidden = count < 2;
    [...dots.children].forEach((dot, i) => dot.classList.toggle('on', i === page));
  }
}
