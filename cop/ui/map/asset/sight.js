// Line of sight: a point shows what could be seen from there, a second one the profile between them.

import {addStyle, el, fill, icon, number} from './dom.js';
import {trace} from './geodesy.js';
import {mgrs} from './mgrs.js';
import {drawProfile, summary} from './profile.js';
import {Sketch} from './sketch.js';

const EYE = ['M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z', 'M8 6a2 2 0 100 4 2 2 0 000-4z'];
const HINT = 'Click a point to see what could be seen from there. Click a second point for the profile. Escape ends.';
const FIELDS = {
  height: {label: 'Height, m', value: 10, least: 0, most: 20000, step: 1},
  range: {label: 'Range, km', value: 15, least: 0.1, most: 150, step: 0.1},
  target: {label: 'Target height, m', value: 1.7, least: 0, most: 20000, step: 0.1},
};
const COLOR = {dark: [86, 180, 233], light: [0, 95, 160]};
const HALO = {dark: [10, 16, 23, 255], light: [255, 255, 255, 255]};
const BANDS = {seen: 'Seen', unsure: 'Perhaps seen', unknown: 'Unknown: no heights'};
const TIMEOUT_MS = 15000;

export class Sight {
  constructor(view) {
    this.view = view;
    this.node = view.nodes.sight;
    this.features = [];
    this.values = Object.fromEntries(Object.entries(FIELDS).map(([name, {value}]) => [name, value]));
    this.sketch = new Sketch(
      view,
      {
        onPlace: () => this.placed(),
        onEnd: () => this.end(),
        onCancel: () => this.end(),
        onClose: () => {},
        onMove: () => {},
      },
      {label: 'Line of sight on the map', between: trace},
    );
    this.button = el(
      'button',
      {type: 'button', title: 'Line of sight', 'aria-label': 'Line of sight', 'aria-pressed': 'false', onclick: () => this.toggle()},
      icon(...EYE),
    );
    this.said = el('p', {class: 'said', role: 'status'});
    this.found = el('div', {});
    addStyle(view.root, 'sight');
    view.root.append(this.sketch.node);
    view.nodes.buttons.append(this.button);
  }

  toggle() {
    if (this.node.hidden) this.begin();
    else this.end();
  }

  begin() {
    const {card, tools, measure} = this.view;
    if (tools.open) tools.toggle();
    measure.end();
    card.close();
    this.node.hidden = false;
    this.button.setAttribute('aria-pressed', 'true');
    this.sketch.resting = false;
    this.sketch.begin('measure');
    this.show([]);
    fill(this.found);
    this.draw();
  }

  end() {
    if (this.node.hidden) return;
    const within = this.node.contains(this.node.getRootNode().activeElement) || !this.sketch.resting;
    this.asking?.abort();
    this.sketch.end();
    this.node.hidden = true;
    this.button.setAttribute('aria-pressed', 'false');
    this.show([]);
    if (within) this.button.focus();
  }

  /** Take a key while the tool is out; true where it was for that. */
  key(event) {
    if (this.node.hidden) return false;
    if (this.sketch.key(event)) return true;
    if (event.key !== 'Escape') return false;
    this.end();
    return true;
  }

  placed() {
    const {places} = this.sketch;
    if (places.length > 1) this.sketch.rest();
    this.draw();
    if (places.length) this.ask();
  }

  /** Ask what is seen from the first point, or along the line to the second. */
  async ask() {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const [[lon, lat], to] = this.sketch.places;
    const {height, range, target} = this.values;
    const asked = to
      ? {lon, lat, height, to_lon: to[0], to_lat: to[1], to_height: target}
      : {lon, lat, height, range};
    const {assets, knownAt} = this.view.data;
    const pairs = new URLSearchParams({...asked, ...(knownAt ? {known_at: knownAt} : {})});
    fill(this.found, el('div', {class: 'skeleton', 'aria-label': 'Loading'}));
    try {
      const signal = AbortSignal.any([asking.signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const response = await fetch(`${assets.sight}?${pairs}`, {signal});
      const body = await response.json();
      if (!response.ok) throw new Error(body.error ?? response.statusText);
      if (!asking.signal.aborted) this.hear(body, Boolean(to));
    } catch (error) {
      if (!asking.signal.aborted) this.tell(`Cannot compute: ${error.message}`);
    }
  }

  hear(body, along) {
    if (along) {
      fill(this.found, body.distance_m ? drawProfile(body) : null, el('p', {text: summary(body)}));
      this.said.textContent = summary(body);
      return;
    }
    this.show(body.features);
    const rows = body.features.map(({properties}) => [BANDS[properties.band], `${number(properties.area_km2, 1)} km²`]);
    const note = body.terrain === 'none' ? 'No terrain: range alone.' : null;
    fill(
      this.found,
      el('dl', {}, ...rows.flatMap(([name, value]) => [el('dt', {text: name}), el('dd', {text: value})])),
      note ? el('p', {text: note}) : null,
    );
    this.said.textContent = rows.map((row) => row.join(' ')).join('. ');
  }

  tell(words) {
    fill(this.found, el('p', {class: 'note error', text: words}));
    this.said.textContent = words;
  }

  /** Paint the ground that is seen. */
  show(features) {
    if (!features.length && !this.features.length) return;
    this.features = features;
    this.turn = (this.turn ?? 0) + 1;
    this.view.drawDeck();
  }

  /** Return deck.gl's description of what is seen. */
  layers() {
    const seen = this.features.filter(({properties}) => properties.band === 'seen');
    if (!seen.length) return [];
    const {theme} = this.view.data;
    return [{'@@type': 'DroppedLayer', id: 'sight', pickable: false, read: () => seen, n: this.turn, color: COLOR[theme], halo: HALO[theme]}];
  }

  field(name) {
    const {label, least, most, step} = FIELDS[name];
    const input = el('input', {type: 'number', min: least, max: most, step, value: this.values[name]});
    input.addEventListener('change', () => {
      const value = Number(input.value);
      if (!(value >= least && value <= most)) {
        this.tell(`${label}: use ${least} to ${most}.`);
        return;
      }
      this.values[name] = value;
      if (this.sketch.places.length) this.ask();
    });
    return el('label', {}, el('span', {text: label}), input);
  }

  /** Try a sensor at the first point: the page's what-if takes it. */
  attempt() {
    const [[lon, lat]] = this.sketch.places;
    const {wanted} = this.view.data;
    const names = new Set(wanted.filter(([name]) => name === 'whatif').map(([, text]) => /^add:(.*)@/.exec(text)?.[1]));
    let turn = 1;
    while (names.has(`New-${turn}`)) turn += 1;
    const text = `add:New-${turn}@${lon.toFixed(6)},${lat.toFixed(6)},${this.values.height},${Math.round(1000 * this.values.range)}`;
    this.end();
    this.view.session.choose([...wanted, ['whatif', text]]);
  }

  draw() {
    const [first] = this.sketch.places;
    const button = (text, onclick, main) => el('button', {type: 'button', class: main ? 'main' : null, text, onclick});
    fill(
      this.node,
      el('div', {class: 'fields'}, this.field('height'), this.field('range'), this.field('target')),
      first ? el('p', {text: `From ${mgrs(first[1], first[0], 4)}`}) : el('p', {class: 'hint', text: HINT}),
      this.found,
      this.said,
      el(
        'div',
        {class: 'ends'},
        first ? button('New', () => this.begin(), true) : null,
        first && !this.view.data.wall ? button('Try a sensor here', () => this.attempt()) : null,
        button('End', () => this.end()),
      ),
      el('p', {class: 'of', text: 'Over the loaded terrain. Not stored, not shared.'}),
    );
  }
}
