// What the table has drawn on the map: fetched when the board says so, gone when its time is over.

import {combine} from './agency.js';

const POLL_MS = 30000;
const RETRY_MS = 2000;

/** Parse "lon lat,lon lat,..." into a closed ring. */
export function ring(text) {
  const places = text.split(',').map((pair) => pair.split(' ').map(Number));
  return [...places, places[0]];
}

/** Keeps the annotations of a view, and says which of them its map shows now. */
export class Annotations {
  constructor(view) {
    this.view = view;
    this.all = [];
    this.skew = 0;
    this.turn = 0;
    this.tries = 0;
    this.timer = setInterval(() => this.counter === undefined && this.read(), POLL_MS);
  }

  /** The page's script spoke: another moment's knowledge has other annotations. */
  update(before) {
    const {knownAt} = this.view.data;
    if (!before || before.knownAt !== knownAt) this.read();
    else this.draw();
  }

  /** Take note of the board's count of changes. */
  hear(counter) {
    if (counter === this.counter) return;
    this.counter = counter;
    this.read();
  }

  async read() {
    const {data} = this.view;
    if (!data?.annotations) return;
    const turn = ++this.turn;
    const known = data.knownAt ? `?known_at=${encodeURIComponent(data.knownAt)}` : '';
    try {
      const answer = await fetch(`${data.annotations.url}${known}`);
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      const answered = await answer.json();
      if (turn !== this.turn || this.view.stopped) return;
      this.all = answered.features;
      this.tries = 0;
      this.skew = Date.parse(answered.now) - Date.now();
      this.draw();
    } catch {
      if (turn === this.turn && !this.view.stopped) setTimeout(() => this.read(), Math.min(POLL_MS, RETRY_MS * 2 ** this.tries++));
    }
  }

  /** Return those whose time is not over. */
  live() {
    const now = Date.now() + this.skew;
    return this.all.filter(({properties: {valid_until: until}}) => !until || Date.parse(until) > now);
  }

  /** Draw what may be shown: what is marked higher than the page says waits until it says so. */
  draw() {
    const {view} = this;
    const {marking, ownMarking, markings} = view.data.annotations;
    const live = this.live();
    const all = combine([ownMarking, ...live.map(({properties}) => properties.marking)], markings);
    this.shown = live.filter(({properties}) => combine([marking, properties.marking], markings) === marking);
    if (all !== marking && this.asked !== `${all} ${marking}`) {
      this.asked = `${all} ${marking}`;
      view.askPage('marked', all);
    }
    const key = JSON.stringify([this.shown, this.filter(), view.data.theme]);
    if (key === this.key) return;
    this.key = key;
    this.stamp = (this.stamp ?? 0) + 1;
    view.drawDeck();
    view.note.heed(this.shown);
  }

  /** Return the area of the page's filter as text. */
  filter() {
    return this.view.data.wanted.find(([name]) => name === 'area')?.[1] ?? null;
  }

  /** Let annotations go whose time is over; the view calls this each second. */
  tick() {
    if (this.view.data && this.live().length !== this.heldAlive) {
      this.heldAlive = this.live().length;
      this.draw();
    }
  }

  /** Return deck.gl's description; texts of people go by a function, so that none is an expression. */
  layers() {
    const {view} = this;
    const area = this.filter();
    if (!this.shown?.length && !area) return [];
    const {purposes} = view.data.annotations;
    const size = view.data.wall ? parseFloat(getComputedStyle(view.nodes.panel).fontSize) : 13;
    const {shown} = this;
    return [
      {
        '@@type': 'AnnotationLayer',
        id: 'annotations',
        pickable: !view.data.wall,
        stamp: this.stamp ?? 0,
        read: () => ({shown, area: area && ring(area)}),
        colors: Object.fromEntries(purposes.map(({key, color}) => [key, color])),
        halo: view.data.theme === 'dark' ? [11, 17, 25, 235] : [255, 255, 255, 235],
        textSize: size,
      },
    ];
  }

  stop() {
    clearInterval(this.timer);
  }
}
