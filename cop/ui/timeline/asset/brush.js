// The brush: pointer and keys become a draft of a window, and a finished window when released.

import {ceilEdge, floorEdge, nearestEdge} from './scale.js';

const STILL_PX = 4;
const OUTER_PX = 7;
const INNER_PX = 6;
const REST_MS = 250;
const KEYS = ['ArrowLeft', 'ArrowRight', 'Home', 'End'];
const CURSORS = {start: 'ew-resize', end: 'ew-resize', move: 'grab', new: 'crosshair'};

/** Listens on the plot; the host has scale, edges, window(), draft(window|null), commit(window). */
export class Brush {
  constructor(plot, host) {
    this.plot = plot;
    this.host = host;
    this.drag = null;
    this.timer = null;
    const on = (name, call) => plot.addEventListener(name, call);
    on('pointerdown', (event) => this.press(event));
    on('pointermove', (event) => this.move(event));
    on('pointerup', (event) => this.release(event));
    on('pointercancel', () => this.cancel());
    on('pointerleave', () => host.hover(null));
    on('dblclick', () => this.clear());
    on('keydown', (event) => this.key(event));
    on('keyup', (event) => KEYS.includes(event.key) && this.rest());
    on('blur', () => this.flush());
  }

  get busy() {
    return Boolean(this.drag || this.keyed);
  }

  at(event) {
    return event.clientX - this.plot.getBoundingClientRect().left;
  }

  /** Name what lies under x: an edge of the window, its middle, or open ground. */
  zone(x) {
    const {scale} = this.host;
    const {start, end} = this.host.window();
    const [a, b] = [scale.x(start), scale.x(end)];
    const inner = Math.min(INNER_PX, (b - a) / 4);
    if (a >= scale.left - 1 && x > a - OUTER_PX && x < a + inner) return 'start';
    if (b <= scale.right + 1 && x < b + OUTER_PX && x > b - inner) return 'end';
    const whole = a <= scale.left + 1 && b >= scale.right - 1;
    return !whole && x > a && x < b ? 'move' : 'new';
  }

  press(event) {
    if (event.button !== 0 || this.host.edges.length < 2) return;
    this.flush();
    const x = this.at(event);
    const {scale} = this.host;
    const outside = x < scale.left - OUTER_PX || x > scale.right + OUTER_PX;
    if (outside) return;
    this.plot.setPointerCapture(event.pointerId);
    this.drag = {zone: this.zone(x), x, from: this.host.window(), moved: false};
    if (this.drag.zone === 'move') this.plot.style.cursor = 'grabbing';
    this.host.hover(null);
  }

  move(event) {
    const x = this.at(event);
    const {drag} = this;
    if (!drag) {
      this.plot.style.cursor = CURSORS[this.zone(x)];
      this.host.hover(x);
      return;
    }
    if (!drag.moved && Math.abs(x - drag.x) < STILL_PX) return;
    drag.moved = true;
    drag.window = this.dragged(drag, x);
    this.host.draft(drag.window);
  }

  dragged({zone, x: pressed, from}, x) {
    const {scale, edges} = this.host;
    if (zone === 'new') {
      const [low, high] = [Math.min(pressed, x), Math.max(pressed, x)].map(scale.time);
      return this.span(floorEdge(edges, low), ceilEdge(edges, high));
    }
    if (zone === 'move') {
      const [i, j] = this.indices(from);
      const wanted = edges[i] + scale.time(x) - scale.time(pressed);
      return this.shifted(i, j, nearestEdge(edges, wanted) - i);
    }
    const fixed = zone === 'start' ? from.end : from.start;
    const moved = zone === 'start' ? from.start : from.end;
    const i = nearestEdge(edges, moved + scale.time(x) - scale.time(pressed));
    if (edges[i] === fixed) return this.beside(i, zone);
    return {start: Math.min(edges[i], fixed), end: Math.max(edges[i], fixed)};
  }

  /** One bin is the least: an edge pushed onto the other stays one bin away. */
  beside(i, zone) {
    const last = this.host.edges.length - 1;
    const start = zone === 'start' ? Math.max(0, i - 1) : Math.min(last - 1, i);
    return this.span(start, start + 1);
  }

  indices({start, end}) {
    const {edges} = this.host;
    const last = edges.length - 1;
    const i = Math.min(nearestEdge(edges, start), last - 1);
    return [i, Math.max(i + 1, nearestEdge(edges, end))];
  }

  span(i, j) {
    const {edges} = this.host;
    const last = edges.length - 1;
    const start = Math.min(i, last - 1);
    return {start: edges[start], end: edges[Math.min(last, Math.max(start + 1, j))]};
  }

  shifted(i, j, by) {
    const last = this.host.edges.length - 1;
    const step = Math.max(-i, Math.min(last - j, by));
    return this.span(i + step, j + step);
  }

  release(event) {
    const {drag} = this;
    if (!drag) return;
    this.drag = null;
    this.plot.style.cursor = CURSORS[this.zone(this.at(event))];
    if (drag.window) this.host.commit(drag.window);
  }

  cancel() {
    clearTimeout(this.timer);
    this.drag = null;
    this.keyed = null;
    this.host.draft(null);
  }

  clear() {
    if (this.host.edges.length < 2) return;
    this.cancel();
    const [start, end] = this.host.extent;
    this.host.commit({start, end});
  }

  key(event) {
    if (event.key === 'Escape') this.cancel();
    if (!KEYS.includes(event.key) || this.drag || this.host.edges.length < 2) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    clearTimeout(this.timer);
    this.keyed = this.stepped(event.key, event.shiftKey);
    this.host.draft(this.keyed);
  }

  stepped(key, resize) {
    const last = this.host.edges.length - 1;
    const [i, j] = this.indices(this.host.window());
    const by = {ArrowLeft: -1, ArrowRight: 1, Home: -last, End: last}[key];
    if (!resize) return this.shifted(i, j, by);
    return this.span(i, Math.max(i + 1, j + by));
  }

  /** A released key finishes the window once no further one follows. */
  rest() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), REST_MS);
  }

  stop() {
    clearTimeout(this.timer);
  }

  flush() {
    clearTimeout(this.timer);
    const {keyed} = this;
    this.keyed = null;
    if (keyed) this.host.commit(keyed);
  }
}
