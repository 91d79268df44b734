// Playing the window: frames of time go to the maps of the page, none of them to the server's script.

import {el, svg} from './dom.js';
import {range} from './words.js';

const HOUR = 3600000;
const STEPS = [
  ['1 h', HOUR], ['3 h', 3 * HOUR], ['6 h', 6 * HOUR], ['12 h', 12 * HOUR], ['1 d', 24 * HOUR],
  ['7 d', 168 * HOUR], ['30 d', 720 * HOUR], ['90 d', 2160 * HOUR],
];
const SPEEDS = [['0.5 / s', 0.5], ['1 / s', 1], ['2 / s', 2], ['4 / s', 4]];
const SPANS = [['each', 1], ['last 3', 3], ['from start', 0]];
const MOST_FRAMES = 60;
const LEAST_FRAMES = 2;
const OFFERED_FRAMES = 400;
const PATIENCE_MS = 10000;
const ICONS = {
  play: 'M4 2.5v11l9-5.5z', pause: 'M4 3h3v10H4zM9 3h3v10H9z', back: 'M11 3v10L5 8zM3.5 3H5v10H3.5z',
  on: 'M5 3v10l6-5zM11 3h1.5v10H11z', stop: 'M3.5 3.5h9v9h-9z', take: 'M6.4 12.6L2.2 8.4l1.4-1.4 2.8 2.8 6-6 1.4 1.4z',
};

/** Return the steps that cut a length into a number of frames one can follow. */
export function stepsFor(length) {
  const fitting = STEPS.filter(([, step]) => length / step >= LEAST_FRAMES && length / step <= OFFERED_FRAMES);
  return fitting.length ? fitting : [['whole', length]];
}

/** Return the usual step: the shortest of at most sixty frames. */
export function usualStep(length) {
  const steps = stepsFor(length);
  return (steps.find(([, step]) => length / step <= MOST_FRAMES) ?? steps.at(-1))[1];
}

/** Return a frame as {from, to}: `span` steps up to the end of step i, 0 of all from the start. */
export function frameAt({start, end}, step, span, i) {
  const to = Math.min(end, start + (i + 1) * step);
  return {from: span ? Math.max(start, start + (i + 1 - span) * step) : start, to};
}

const sleep = (wait) => new Promise((resolve) => setTimeout(resolve, wait));

/** The controls and the clock; the host has window(), commit(window), held(window), drawFrame(). */
export class Player {
  constructor(host) {
    this.host = host;
    this.index = -1;
    this.playing = false;
    this.turn = 0;
    this.speed = 2;
    this.span = 1;
    this.frame = null;
    const button = (name, label, call) => {
      const path = svg('path', {d: ICONS[name]});
      const node = el('button', {type: 'button', title: label, 'aria-label': label});
      node.append(svg('svg', {viewBox: '0 0 16 16', 'aria-hidden': 'true'}, path));
      node.addEventListener('click', call);
      return node;
    };
    this.buttons = {
      back: button('back', 'Step back', () => this.move(-1)),
      play: button('play', 'Play the window', () => (this.playing ? this.pause() : this.play())),
      on: button('on', 'Step forward', () => this.move(1)),
      stop: button('stop', 'Stop and show the whole window', () => this.stop()),
      take: button('take', 'Use this frame as the window', () => this.take()),
    };
    this.selects = {
      step: this.select('Step', (value) => this.restep(value)),
      span: this.select('Shown', (value) => this.set({span: value})),
      speed: this.select('Speed', (value) => this.set({speed: value})),
    };
    this.clock = el('span', {class: 'clock', role: 'timer'});
    const {back, play, on, stop, take} = this.buttons;
    const {step, span, speed} = this.selects;
    this.node = el('span', {class: 'player', role: 'group', 'aria-label': 'Play the window'},
      back, play, on, stop, take, step, span, speed, this.clock);
    this.draw();
  }

  select(label, choose) {
    const node = el('select', {'aria-label': label, title: label});
    node.addEventListener('change', () => choose(Number(node.value)));
    return node;
  }

  /** Take the window that is played; a new one ends what was played of the old. */
  heed(window) {
    const {start, end} = this.window ?? {};
    if (window.start === start && window.end === end) return;
    if (this.frame) this.stop();
    this.window = window;
    this.step = usualStep(window.end - window.start);
    this.draw();
  }

  get frames() {
    return Math.max(1, Math.ceil((this.window.end - this.window.start) / this.step));
  }

  at(i) {
    return i < this.frames ? frameAt(this.window, this.step, this.span, i) : null;
  }

  async play() {
    const turn = ++this.turn;
    this.playing = true;
    if (this.index + 1 >= this.frames) this.index = -1;
    while (this.playing && turn === this.turn && this.index + 1 < this.frames) {
      const began = performance.now();
      await this.show(this.index + 1);
      await sleep(Math.max(0, 1000 / this.speed - (performance.now() - began)));
    }
    if (turn === this.turn) this.pause();
  }

  pause() {
    this.turn += 1;
    this.playing = false;
    this.draw();
  }

  move(by) {
    this.pause();
    this.show(Math.min(this.frames - 1, Math.max(0, this.index + by)));
  }

  /** Leave the frames: the maps show the whole window again. */
  stop() {
    this.pause();
    this.index = -1;
    this.frame = null;
    this.tell(null);
    this.draw();
    this.host.drawFrame();
  }

  take() {
    const {from, to} = this.frame;
    this.stop();
    this.host.commit({start: from, end: to});
  }

  set(change) {
    Object.assign(this, change);
    if (this.frame) this.show(this.index);
  }

  /** Keep the time that is shown when the step is another. */
  restep(step) {
    const shown = this.frame ? this.frame.to : this.window.start;
    this.step = step;
    this.index = Math.max(0, Math.ceil((shown - this.window.start) / step) - 1);
    if (this.frame) this.show(this.index);
  }

  /** Show a frame and wait until every map of the page has drawn it. */
  async show(i) {
    this.index = i;
    this.frame = this.at(i);
    this.draw();
    this.host.drawFrame();
    const awaited = [];
    this.tell({...this.frame, next: this.at(i + 1), await: (drawn) => awaited.push(drawn)});
    await Promise.race([Promise.all(awaited), sleep(PATIENCE_MS)]);
  }

  tell(detail) {
    window.dispatchEvent(new CustomEvent('cop:frame', {detail}));
  }

  draw() {
    const {play, back, on, stop, take} = this.buttons;
    const held = Boolean(this.frame);
    const label = this.playing ? 'Pause' : 'Play the window';
    play.title = label;
    play.setAttribute('aria-label', label);
    play.querySelector('path').setAttribute('d', this.playing ? ICONS.pause : ICONS.play);
    back.disabled = !held || this.index <= 0;
    on.disabled = !this.window || this.index + 1 >= this.frames;
    for (const node of [stop, take, this.clock, ...Object.values(this.selects)]) node.hidden = !held;
    if (!held) return;
    this.fill(this.selects.step, stepsFor(this.window.end - this.window.start), this.step, 'step ');
    this.fill(this.selects.span, SPANS, this.span, '');
    this.fill(this.selects.speed, SPEEDS, this.speed, '');
    const {from, to} = this.frame;
    const counted = this.host.held({start: from, end: to});
    const words = [range(from, to), `${this.index + 1} of ${this.frames}`, counted].filter(Boolean);
    this.clock.replaceChildren(
      el('b', {text: words.join(' \u00b7 ')}), el('span', {text: 'figures for the whole window'}));
  }

  fill(node, entries, chosen, before) {
    const key = `${entries.map(([, value]) => value)}`;
    if (node.dataset.key !== key) {
      node.dataset.key = key;
      node.replaceChildren(...entries.map(([text, value]) => el('option', {value, text: before + text})));
    }
    node.value = String(chosen);
  }
}
