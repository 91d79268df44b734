// What does not fit is folded into pages that turn by the clock; nothing is ever made smaller.

import {el} from './dom.js';

const PAGE_MS = 8000;

/** Build a box whose content takes turns: line by line, or by columns where `across`. */
export function fold(name, {across = false} = {}) {
  const body = el('div', {class: `fold-body${across ? ' across' : ''}`});
  return el('div', {class: `fold ${name}`}, body, el('div', {class: 'fold-dots'}));
}

function pagesOf(body) {
  const across = body.classList.contains('across');
  const gap = across ? parseFloat(getComputedStyle(body).columnGap) || 0 : 0;
  // Not clientWidth, which is whole pixels: over many pages the rest adds up.
  const {width, height} = body.getBoundingClientRect();
  const [all, one] = across ? [body.scrollWidth, width] : [body.scrollHeight, height];
  return {across, step: one + gap, count: one ? Math.max(1, Math.round((all + gap) / (one + gap))) : 1};
}

/** Show the page whose turn it is in every fold below a node. */
export function turn(root, now = Date.now()) {
  for (const node of root.querySelectorAll('.fold')) {
    const [body, dots] = node.children;
    const {across, step, count} = pagesOf(body);
    const page = Math.floor(now / PAGE_MS) % count;
    body[across ? 'scrollLeft' : 'scrollTop'] = page * step;
    node.dataset.pages = count;
    if (dots.children.length !== count) dots.replaceChildren(...Array.from({length: count}, () => el('i')));
    dots.hidden = count < 2;
    [...dots.children].forEach((dot, i) => dot.classList.toggle('on', i === page));
  }
}
