// The value of rasters under the pointer: asked for once it rests, shown with its unit.

import {el, fill, number} from './dom.js';

const REST_MS = 120;
const STILL_PX = 2;
const TIMEOUT_MS = 8000;
const DIGITS = 4;
const LARGE = 1e7;

/** Write a measured value with four digits, those before the point all of them. */
export function measured(value, unit) {
  const size = Math.abs(value);
  const decimals = size > 0 ? Math.min(8, Math.max(0, DIGITS - 1 - Math.floor(Math.log10(size)))) : 0;
  const text = size >= LARGE ? value.toExponential(DIGITS - 1) : number(value, decimals);
  return unit ? `${text} ${unit}` : text;
}

/** Write what a cell is expected to have. */
function expected({value, unit}) {
  const text = value > 0 && value < 0.01 ? '< 0.01' : number(value, value < 10 ? 2 : 0);
  return `${text} ${unit} expected`;
}

const WORDS = {unobserved: 'unobserved: unknown, not low', nodata: 'no data here'};

function row(found, layers) {
  const {layer, title, unit, value, state} = found;
  const synthetic = layers.find((one) => one.id === layer)?.synthetic;
  const forecast = 'low' in found;
  const words = () => (forecast ? expected(found) : measured(value, unit));
  const interval = forecast && state === 'value' ? `80% interval ${number(found.low, 0)} to ${number(found.high, 0)}` : '';
  return el(
    'div',
    {class: `held ${state}${forecast ? ' wide' : ''}`},
    el('strong', {text: WORDS[state] ?? words()}),
    interval ? el('span', {text: interval}) : null,
    synthetic ? el('span', {class: 'chip synthetic', text: 'SYNTHETIC'}) : null,
    el('span', {class: 'of', text: title}),
  );
}

/** Asks the server what the rasters that are shown have under the pointer. */
export class Values {
  constructor(view) {
    this.view = view;
    this.node = view.nodes.value;
    this.shown = [];
  }

  rasters() {
    return this.view.layers.filter((layer) => layer.visible && layer.hasValues);
  }

  /** Return the filter of a layer whose values depend on it, as its tiles ask for it. */
  filterOf(layers) {
    const filtered = layers.find((layer) => layer.probeTakesFilter);
    if (!filtered) return [];
    const pairs = new URLSearchParams(this.view.addressOf(filtered).split('?')[1]);
    return [...pairs].filter(([name]) => !['v', 'known_at'].includes(name));
  }

  /** The pointer is at a position, at a pixel of the map: ask there once it rests. */
  point({lon, lat}, [x, y]) {
    if (this.at && Math.hypot(x - this.at[0], y - this.at[1]) <= STILL_PX) return;
    this.leave();
    const layers = this.rasters();
    if (!layers.length) return;
    this.at = [x, y];
    this.timer = setTimeout(() => this.ask(lon, lat, layers), REST_MS);
  }

  async ask(lon, lat, layers) {
    const {data} = this.view;
    const asking = new AbortController();
    this.asking = asking;
    const pairs = [['lon', lon], ['lat', lat], ...layers.map(({id}) => ['layer', id]), ...this.filterOf(layers)];
    if (data.knownAt) pairs.push(['known_at', data.knownAt]);
    try {
      const signal = AbortSignal.any([asking.signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const response = await fetch(`${data.assets.values}?${new URLSearchParams(pairs)}`, {signal});
      if (!response.ok) throw new Error(response.statusText);
      const {values} = await response.json();
      if (!asking.signal.aborted) this.draw(values.filter(({state}) => state !== 'outside'));
    } catch {
      if (!asking.signal.aborted) this.fail();
    }
  }

  draw(values) {
    this.shown = values;
    if (!values.length) return;
    // As in the panel, what lies on top is named first.
    this.place(...values.toReversed().map((one) => row(one, this.view.layers)));
  }

  fail() {
    this.place(el('div', {class: 'held nodata'}, el('strong', {text: 'value unavailable'})));
  }

  place(...rows) {
    const {node, view} = this;
    const [x, y] = this.at;
    fill(node, ...rows);
    node.hidden = false;
    const {offsetWidth, offsetHeight} = node;
    // Above the pointer: below it stands the tooltip of a feature.
    const left = Math.max(4, Math.min(x + 14, view.root.clientWidth - offsetWidth - 8));
    const top = Math.max(8, y - offsetHeight - 16);
    node.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  /** The pointer left, or what lies under it changed. */
  leave() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = this.at = null;
    this.shown = [];
    this.node.hidden = true;
  }
}
