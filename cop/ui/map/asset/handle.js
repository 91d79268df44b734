// The ring that a place is dragged by: with the pointer, or with the arrow keys and Enter.

import {el} from './dom.js';

const LABEL = 'New place: drag, or arrow keys and Enter';
const STEP_PX = 24;
const FINE_PX = 2;
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

export class Handle {
  constructor(view) {
    this.view = view;
    this.node = el('button', {type: 'button', class: 'handle', 'aria-label': LABEL, title: LABEL, hidden: true});
    this.at = null;
    this.node.addEventListener('pointerdown', (event) => this.grab(event));
    this.node.addEventListener('pointermove', (event) => this.drag(event));
    this.node.addEventListener('pointerup', (event) => this.drop(event));
    this.node.addEventListener('keydown', (event) => this.key(event));
    view.root.append(this.node);
  }

  /** Put the ring at a place in degrees; `take` gets the place that it is dragged to. */
  show(at, take) {
    this.at = at;
    this.take = take;
    this.follow();
  }

  clear() {
    this.at = null;
    this.dragging = false;
    this.node.hidden = true;
  }

  /** Stay on the place while the map moves. */
  follow() {
    const viewport = this.view.viewport();
    if (!this.at || !viewport) return;
    const [x, y] = viewport.project(this.at);
    this.node.hidden = x < 0 || y < 0 || x > viewport.width || y > viewport.height;
    this.node.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  }

  grab(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.node.setPointerCapture(event.pointerId);
    this.node.focus();
    this.dragging = true;
    this.moved = false;
  }

  drag(event) {
    if (!this.dragging) return;
    const box = this.view.nodes.stage.getBoundingClientRect();
    this.put([event.clientX - box.left, event.clientY - box.top]);
    this.moved = true;
  }

  drop() {
    if (!this.dragging) return;
    this.dragging = false;
    if (this.moved) this.done();
  }

  key(event) {
    if (event.key in ARROWS) {
      const [dx, dy] = ARROWS[event.key];
      const step = event.shiftKey ? FINE_PX : STEP_PX;
      const [x, y] = this.view.viewport().project(this.at);
      this.put([x + dx * step, y + dy * step]);
    } else if (event.key === 'Enter') this.done();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  put(pixel) {
    this.at = this.view.viewport().unproject(pixel).slice(0, 2);
    this.follow();
  }

  done() {
    const [lon, lat] = this.at;
    this.clear();
    this.take({lon, lat});
  }
}
