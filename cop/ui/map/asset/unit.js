// Own units on this map alone: read while they are switched on, gone as each is stale.

import {combine} from './agency.js';
import {addStyle, el} from './dom.js';
import {UnitList, ago, describe, nameOf} from './unit_list.js';

const POLL_MS = 2000;
const WAIT_MS = 8000;
const LABEL_STEP_S = 5;
const HALO = {dark: [11, 17, 25, 235], light: [255, 255, 255, 235]};
const INK = {dark: [190, 238, 255, 255], light: [0, 62, 105, 255]};
const CLOSEST = 12;

export class Units {
  constructor(view) {
    this.view = view;
    this.on = false;
    this.shown = [];
    this.forget();
  }

  get offer() {
    return this.view.data?.units ?? null;
  }

  /** The page's script spoke: it may offer units no more, or of other records. */
  update() {
    const {offer} = this;
    if (offer && !this.list) this.build();
    if (!offer) this.set(false);
    else if (this.list && !this.heard) this.set(offer.on);
    else if (this.on && offer.records !== this.records) this.begin();
    this.heard = Boolean(offer);
    if (this.list) this.draw();
  }

  build() {
    const visit = ({lon, lat}) => this.view.fly({lon, lat, zoom: Math.max(CLOSEST, this.view.camera()?.zoom ?? 0)});
    this.list = new UnitList({toggle: (on) => this.toggle(on), visit});
    this.chip = el('div', {class: 'units-shown', role: 'note', hidden: true});
    addStyle(this.view.root, 'unit');
    this.view.root.append(this.chip);
  }

  toggle(on) {
    this.set(on);
    this.told = null;
    this.draw();
  }

  set(on) {
    if (on === this.on) return;
    this.on = on;
    if (on) this.begin();
    else this.forget();
  }

  begin() {
    this.forget();
    this.records = this.offer.records;
    this.read();
  }

  forget() {
    clearTimeout(this.timer);
    this.turn = (this.turn ?? 0) + 1;
    this.all = [];
    this.servers = [];
    this.skew = 0;
  }

  /** Read what is fresh, and again soon; while nothing answers each goes as it is stale. */
  async read() {
    const turn = this.turn;
    try {
      const signal = AbortSignal.timeout(WAIT_MS);
      const answer = await fetch(`${this.offer.url}?records=${encodeURIComponent(this.records)}`, {cache: 'no-store', signal});
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      const {now, units, servers} = await answer.json();
      if (turn !== this.turn) return;
      Object.assign(this, {all: units, servers, skew: Date.parse(now) - Date.now()});
      this.draw();
    } catch {
      if (turn !== this.turn) return;
    }
    this.timer = setTimeout(() => this.read(), POLL_MS);
  }

  ageOf({at}) {
    return (Date.now() + this.skew - Date.parse(at)) / 1000;
  }

  /** Return what stands beside a unit; its age goes on in steps, as each draws the map anew. */
  labelOf(unit) {
    const seconds = this.ageOf(unit);
    return `${nameOf(unit)} · ${ago(seconds - (seconds % LABEL_STEP_S))}`;
  }

  /** Draw those that are fresh; what is marked higher than the page says waits until it says so. */
  draw() {
    const {view} = this;
    const {marking, markings} = view.data.annotations;
    const now = Date.now() + this.skew;
    const live = this.all.filter(({until}) => Date.parse(until) > now);
    const own = live.length ? combine(live.map((unit) => unit.marking), markings) : '';
    this.tell(own);
    this.shown = live
      .filter((unit) => combine([marking, unit.marking], markings) === marking)
      .map((unit) => ({...unit, ago: ago(this.ageOf(unit)), label: this.labelOf(unit)}));
    const words = describe(this.servers.length ? this.servers : (this.offer?.servers ?? []), this.shown.length);
    this.list.draw({on: this.on, words, units: this.shown, marking: this.shown.length ? own : ''});
    this.chip.hidden = !this.on;
    if (this.chip.textContent !== words) this.chip.textContent = words;
    const key = JSON.stringify([this.shown.map(({lon, lat, label}) => [lon, lat, label]), view.data.theme]);
    if (key === this.key) return;
    this.key = key;
    this.stamp = (this.stamp ?? 0) + 1;
    view.drawDeck();
  }

  /** Tell the page whether units are on and how they are marked, where that has changed. */
  tell(marking) {
    const state = JSON.stringify([this.on, marking]);
    if (state === this.told || (!this.on && !this.offer?.on && this.told !== null)) return;
    this.told = state;
    this.view.tell('units', {on: this.on, marking});
  }

  /** Ages go on, and what is stale goes; the view calls this each second. */
  tick() {
    if (this.on) this.draw();
  }

  /** Return deck.gl's description; callsigns go by a function, so that none is an expression. */
  layers() {
    if (!this.on || !this.shown.length) return [];
    const {theme} = this.view.data;
    const {shown} = this;
    return [{'@@type': 'UnitLayer', id: 'own-units', pickable: false, stamp: this.stamp, read: () => shown, halo: HALO[theme], ink: INK[theme]}];
  }

  /** Return what the panel lists; null where no units are offered. */
  section() {
    return this.offer ? (this.list?.node ?? null) : null;
  }

  stop() {
    this.on = false;
    this.forget();
  }
}
