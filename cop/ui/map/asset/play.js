// The frame of time that is played: put into tile addresses, fetched ahead, and said on the map.

import {tileUrl} from './tile_errors.js';
import {dtg, el} from './dom.js';

const MVT = 'application/vnd.mapbox-vector-tile';
const LOOK_MS = 50;
const AHEAD = 4;

const moment = (time) => `${new Date(time).toISOString().slice(0, 19)}Z`;

/** Return a tile address with another window, in those of its ends that it has. */
export function retimed(url, {from, to}) {
  const [path, query] = url.split('?');
  const pairs = new URLSearchParams(query);
  if (pairs.has('from')) pairs.set('from', moment(from));
  if (pairs.has('to')) pairs.set('to', moment(to));
  return `${path}?${pairs}`;
}

/** Listens to the timeline's frames; the view draws its layers with the addresses given here. */
export class Played {
  constructor(view) {
    this.view = view;
    this.frame = null;
    this.node = el('div', {class: 'played', role: 'timer', hidden: true});
    view.root.append(this.node);
    this.hear = ({detail}) => this.show(detail);
    window.addEventListener('cop:frame', this.hear);
  }

  /** Return a layer's tile address for the frame; trends and standing layers keep the window's. */
  retime(url, layer, frame = this.frame) {
    return frame && layer.followsTime ? retimed(url, frame) : url;
  }

  show(frame) {
    this.frame = frame;
    this.node.hidden = !frame;
    if (frame) this.node.textContent = `${dtg(frame.from)} \u2013 ${dtg(frame.to)}`;
    this.view.drawDeck();
    frame?.await?.(this.drawn().then(() => this.prefetch(frame)));
  }

  /** Wait until the tiles of the frame are there, so that no frame is passed over unseen. */
  async drawn() {
    const {view, frame} = this;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    let quiet = 0;
    while (!view.stopped && this.frame === frame && quiet < 2) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      quiet = view.isLoading() || !view.scheduler?.isShown() ? 0 : quiet + 1;
    }
  }

  /** Ask for the tiles of the next frame, so that the browser holds them when it is shown. */
  async prefetch({next}) {
    if (!next || !this.frame) return;
    const wanted = this.view.tileLayers().flatMap((drawn) => {
      const layer = this.view.layers.find(({id}) => id === drawn.id);
      if (!layer?.followsTime) return [];
      const url = this.retime(this.view.addressOf(layer), layer, next);
      const tiles = drawn.state?.tileset?.selectedTiles ?? [];
      return tiles.map(({index}) => tileUrl(url, index));
    });
    const ask = async () => {
      while (wanted.length) {
        const url = wanted.shift();
        await fetch(url, {headers: {accept: MVT}}).then((answer) => answer.arrayBuffer(), () => null);
      }
    };
    this.ahead = Promise.all(Array.from({length: AHEAD}, ask));
    await this.ahead;
  }

  stop() {
    window.removeEventListener('cop:frame', this.hear);
    this.node.remove();
  }
}
