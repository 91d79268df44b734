// Whom the wheel serves: the page scrolls until the map is clicked or focused; Ctrl always zooms.

import {addStyle, el} from './dom.js';

const HINT = 'Click the map, or hold Ctrl, to zoom';
const HINT_MS = 1600;

export class Wheel {
  constructor(view) {
    this.view = view;
    this.on = false;
    this.node = el('div', {class: 'wheel-hint', 'aria-hidden': 'true', hidden: true, text: HINT});
    addStyle(view.root, 'wheel');
    view.root.append(this.node);
    this.heard = [
      [view.root, 'wheel', (event) => this.turn(event), {capture: true, passive: true}],
      [document, 'pointerdown', (event) => this.set(this.isMap(event)), {capture: true}],
      [view.root, 'focusin', (event) => this.isMap(event) && this.set(true)],
      [view.root, 'focusout', (event) => view.root.contains(event.relatedTarget) || this.set(false)],
      [document, 'keydown', (event) => event.key === 'Escape' && this.set(false)],
      [window, 'blur', () => this.set(false)],
    ];
    for (const [target, ...words] of this.heard) target.addEventListener(...words);
  }

  /** Whether the map itself is meant: its stage, or the sheet of somebody who draws on it. */
  isMap(event) {
    return event.composedPath().some((node) => node === this.view.nodes.stage || node.classList?.contains('sketch'));
  }

  /** Whether a turn of the wheel zooms. */
  zooms(event) {
    return this.on || event.ctrlKey || event.metaKey || this.view.data?.wheel !== 'focus';
  }

  set(on) {
    if (on === this.on) return;
    this.on = on;
    this.view.root.classList.toggle('zooms', on && this.view.data?.wheel === 'focus');
    if (on) this.node.hidden = true;
  }

  /** Keep a turn that is the page's from the map, which would take it, and say how to zoom. */
  turn(event) {
    if (!this.isMap(event) || this.zooms(event)) return;
    event.stopPropagation();
    this.node.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.node.hidden = true), HINT_MS);
  }

  stop() {
    clearTimeout(this.timer);
    for (const [target, ...words] of this.heard) target.removeEventListener(...words);
  }
}
