// One mounted timeline: keeps what Python said, what is being brushed, and the drawing in step.

import {Brush} from './brush.js';
import {el, svg} from './dom.js';
import {
  bars, barShapes, before, countAxis, figures, ground, handles, incomplete, pointed, present, silence, timeAxis,
} from './draw.js';
import {installHooks, removeHooks} from './test_hooks.js';
import {Player} from './player.js';
import {floorEdge, snapEdges, timeScale} from './scale.js';
import {length, range} from './words.js';

const NARROW_PX = 760;
const SLIM_PX = 480;
const capital = (word) => (word === 'kg' ? word : `${word[0].toUpperCase()}${word.slice(1)}`);

export class Timeline {
  constructor(root) {
    this.root = root;
    this.revision = 0;
    this.local = null;
    this.nodes = {
      unit: el('select', {class: 'unit', 'aria-label': 'What the bars count'}),
      title: el('span', {class: 'title'}),
      synthetic: el('span', {class: 'chip', text: 'SYNTHETIC'}),
      key: el('span', {class: 'key'}),
      summary: el('span', {class: 'summary'}),
      plot: svg('svg', {class: 'plot'}),
      tip: el('div', {class: 'tip', role: 'status', hidden: true}),
    };
    const {unit, title, synthetic, key, summary, plot, tip} = this.nodes;
    unit.addEventListener('change', () => this.choose(unit.value));
    this.player = new Player(this);
    root.replaceChildren(
      el('div', {class: 'head'}, el('span', {class: 'what'}, unit, title), synthetic, this.player.node, key, summary), plot, tip);
    this.brush = new Brush(plot, this);
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(root);
    installHooks(this);
  }

  // ---- data from Python ------------------------------------------------------------------

  /** Take what Python says; a window brushed after it spoke stays, an older one gives way. */
  update({data, setStateValue}) {
    if (data.session !== this.data?.session) {
      this.revision = 0;
      this.local = null;
    }
    this.take(data);
    this.tell = setStateValue;
    this.revision = Math.max(this.revision, data.seen);
    if (data.seen >= this.revision) this.local = null;
    this.bins = data.edges.map((seconds) => data.first + seconds * 1000);
    this.edges = snapEdges(this.bins, data.extent);
    this.extent = data.extent;
    this.root.style.height = `${data.height}px`;
    this.root.dataset.theme = data.theme;
    this.root.classList.toggle('wall', data.wall);
    this.pointer = null;
    this.player.node.hidden = data.wall || this.edges.length < 2;
    this.player.heed(this.window());
    this.draw();
  }

  /** Keep what Python said, with the heights of the unit that is chosen: units are never added. */
  take(data) {
    const units = Object.keys(data.series);
    const unit = units.includes(this.data?.unit) ? this.data.unit : units[0];
    this.data = {...data, unit, n: data.series[unit]};
    const {unit: node} = this.nodes;
    node.replaceChildren(...units.map((name) => el('option', {value: name, text: capital(name)})));
    node.value = unit;
    node.hidden = data.wall || units.length < 2;
  }

  /** Show another unit. */
  choose(unit) {
    this.data = {...this.data, unit, n: this.data.series[unit]};
    this.draw();
  }

  /** Return what the bars are, in words. */
  heading() {
    return `${capital(this.data.unit)} per ${this.data.step}`;
  }

  /** Return what is selected, an open side taken as the extent's. */
  window() {
    const [start, end] = this.selection();
    return {start: start ?? this.extent[0], end: end ?? this.extent[1]};
  }

  selection() {
    const chosen = this.drafted ?? this.local;
    return chosen ? [chosen.start, chosen.end] : this.data.window;
  }

  // ---- what the brush does ---------------------------------------------------------------

  draft(window) {
    this.drafted = window;
    this.pointer = null;
    this.draw();
  }

  commit(window) {
    this.drafted = null;
    this.local = window;
    this.player.heed(window);
    this.revision += 1;
    this.draw();
    this.tell('brush', {session: this.data.session, rev: this.revision, ...window});
  }

  hover(x) {
    const inside = x !== null && x >= this.scale.left && x <= this.scale.right;
    this.pointer = inside ? this.scale.time(x) : null;
    this.drawPointed();
  }

  /** Draw what changes from frame to frame. */
  drawFrame() {
    if (this.data && this.scale) this.draw();
  }

  // ---- the drawing -----------------------------------------------------------------------

  measure() {
    const {data, root} = this;
    const text = data.wall ? Math.max(18, window.innerWidth * 0.0105) : 10.5;
    const head = data.wall ? text * 1.7 : 27;
    root.style.setProperty('--text', `${text}px`);
    root.style.setProperty('--head', `${head}px`);
    const height = data.height - head - 2;
    const box = {top: data.wall ? text * 0.4 : 5, bottom: Math.round(height - text * 1.75)};
    const scale = timeScale(data.extent, Math.round(text * 3.9), root.clientWidth - (data.wall ? 22 : 14));
    return {text, box, scale, height};
  }

  draw() {
    if (!this.data || this.root.clientWidth < 80) return;
    const {data} = this;
    Object.assign(this, this.measure());
    const {text, box, scale, height} = this;
    const shapes = barShapes(data, this.bins, scale, box);
    this.shapes = shapes;
    const spans = this.spans();
    const late = incomplete(shapes, spans.incomplete, box);
    const quiet = data.newest === null ? 'no records' : 'no records yet';
    const {plot} = this.nodes;
    plot.setAttribute('height', height);
    plot.setAttribute('width', this.root.clientWidth);
    const layers = [
      svg('g', {}, ...(spans.previous ? ground('field before', spans.previous, box) : [])),
      svg('g', {}, ...ground('field', spans.window, box)),
      svg('g', {}, ...silence(spans.silence, spans.window, box, text, quiet)),
      svg('g', {}, ...spans.missing.flatMap((span) => silence(span, spans.window, box, text, 'unknown'))),
      svg('g', {}, ...countAxis(shapes, scale, text), ...timeAxis(scale, box, text)),
      svg('g', {}, ...late.below, ...bars(shapes, spans, scale, box), ...late.above),
      svg('g', {}, ...(spans.previous ? before(spans.previous, box) : [])),
      svg('g', {}, ...present(data.now, scale, box, text, data.present)),
      svg('g', {}, ...(spans.frame ? ground('frame', spans.frame, box) : [])),
      svg('g', {}, ...handles(this.window(), scale, box, data.wall)),
      (this.mark = svg('g')),
    ];
    plot.replaceChildren(...layers);
    this.drawHead(spans);
    this.describe();
    this.drawPointed();
  }

  /** Return the pixels of the times that are marked, each cut to the extent. */
  spans() {
    const {data, scale} = this;
    const pixels = (start, end) => [scale.within(start ?? scale.start), scale.within(end ?? scale.end)];
    const {start, end} = this.window();
    const {frame} = this.player;
    return {
      window: pixels(start, end),
      frame: frame && pixels(frame.from, frame.to),
      previous: data.previous && !this.drafted && !this.local ? pixels(...data.previous) : null,
      silence: pixels(data.newest, Math.max(data.newest ?? scale.start, data.now)),
      incomplete: data.incompleteAfter === null ? null : pixels(...this.late()),
      missing: this.missing().map((span) => pixels(...span)),
    };
  }

  /** Return the times of the bins whose records are in quarantine, neighbors as one. */
  missing() {
    const found = [];
    this.data.n.forEach((n, i) => {
      if (n !== null) return;
      if (found.at(-1)?.[1] === this.bins[i]) found.at(-1)[1] = this.bins[i + 1];
      else found.push([this.bins[i], this.bins[i + 1]]);
    });
    return found;
  }

  /** Return the time of whole bins whose reports are still coming in, up to the newest record's. */
  late() {
    const {bins} = this;
    const {newest, now, incompleteAfter} = this.data;
    const last = newest ?? now;
    const from = bins.length ? Math.min(incompleteAfter, bins[floorEdge(bins, incompleteAfter)]) : incompleteAfter;
    return [from, Math.max(from, bins.find((edge) => edge > last) ?? last)];
  }

  drawHead(spans) {
    const {data, nodes} = this;
    const width = this.root.clientWidth;
    const seen = (span, least = 1) => span && span[1] - span[0] >= least;
    const entries = [
      [seen(spans.window), 'chosen', 'window'],
      [seen(spans.previous), 'before', 'previous period'],
      [seen(spans.incomplete), 'incomplete', 'reports incomplete'],
      [seen(spans.silence, 2), 'silent', data.newest === null ? 'no records' : 'no records yet'],
      [spans.missing.length, 'silent', 'unknown: records in quarantine'],
    ];
    const words = entries
      .filter(([there]) => there)
      .map(([, name, text]) => el('span', {class: 'entry'}, el('i', {class: name}), el('span', {text})));
    nodes.title.textContent = nodes.unit.hidden ? this.heading() : `per ${data.step}`;
    nodes.synthetic.hidden = !data.synthetic;
    nodes.key.replaceChildren(...words);
    const played = Boolean(this.player.frame);
    nodes.key.hidden = played || width < NARROW_PX;
    nodes.summary.textContent = this.summary();
    nodes.summary.hidden = played || width < SLIM_PX;
    nodes.summary.classList.toggle('drafted', Boolean(this.drafted));
  }

  /** Describe the window, and what it holds where it holds whole bins only. */
  summary() {
    const [start, end] = this.selection();
    return [range(start, end), length(start, end), this.held()].filter(Boolean).join(' · ');
  }

  held({start, end} = this.window()) {
    const {n, newest, unit} = this.data;
    if (newest === null || start > newest) return newest === null ? 'no records' : 'no records yet';
    const [from, to] = [this.bins.indexOf(start), this.bins.indexOf(end)];
    if (from < 0 || to <= from) return '';
    if (n.slice(from, to).includes(null)) return 'unknown';
    return figures(n.slice(from, to).reduce((total, value) => total + value, 0), unit);
  }

  describe() {
    const {plot} = this.nodes;
    const {data, edges} = this;
    const active = !data.wall && edges.length > 1;
    const words = active
      ? {
          role: 'slider', tabindex: 0, 'aria-roledescription': 'time window',
          'aria-label': `${this.heading()}. Arrow keys move the window by one ${data.step}, with Shift they resize it.`,
          'aria-valuemin': 0, 'aria-valuemax': edges.length - 1,
          'aria-valuenow': floorEdge(edges, this.window().start), 'aria-valuetext': this.summary(),
        }
      : {role: 'img', 'aria-label': `${this.heading()}, window ${this.summary()}`};
    const kept = ['class', 'width', 'height', 'style'];
    for (const {name} of [...plot.attributes]) {
      if (!kept.includes(name) && !(name in words)) plot.removeAttribute(name);
    }
    for (const [name, value] of Object.entries(words)) plot.setAttribute(name, value);
  }

  drawPointed() {
    const {tip} = this.nodes;
    const i = this.pointer === null || !this.bins.length ? -1 : floorEdge(this.bins, this.pointer);
    const there = i >= 0 && i < this.data.n.length && this.pointer >= this.bins[0];
    tip.hidden = !there;
    if (!there) {
      this.mark?.replaceChildren();
      return;
    }
    const [from, to] = [this.scale.within(this.bins[i]), this.scale.within(this.bins[i + 1])];
    this.mark.replaceChildren(...pointed([from, to], this.box));
    const [words, doubt] = this.binWords(i);
    tip.replaceChildren(
      el('b', {text: range(this.bins[i], this.bins[i + 1])}),
      el('span', {text: words}),
      doubt && el('span', {class: 'doubt', text: doubt}),
    );
    const room = this.root.clientWidth - tip.offsetWidth - 6;
    tip.style.left = `${Math.max(6, Math.min(room, (from + to - tip.offsetWidth) / 2))}px`;
  }

  binWords(i) {
    const {n, unit, newest, now, incompleteAfter} = this.data;
    const [start, end] = [this.bins[i], this.bins[i + 1]];
    if (start >= now) return ['in the future', ''];
    if (n[i] === null) return ['unknown', 'records in quarantine'];
    if (!n[i] && (newest === null || start > newest)) return ['', newest === null ? 'no records' : 'no records yet'];
    const late = incompleteAfter !== null && end > incompleteAfter;
    return [figures(n[i], unit), late ? 'reports incomplete' : ''];
  }

  stop() {
    if (this.player.frame) this.player.stop();
    this.brush.stop();
    this.sizes.disconnect();
    removeHooks(this);
  }
}
