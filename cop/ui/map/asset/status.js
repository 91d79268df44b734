// What the map says about itself: scale, position, zoom, loading, failed tiles, a lost server.

import {dtg, el, fill, icon, latLon} from './dom.js';
import {mgrsForPixel} from './mgrs.js';

const RETRY = 'M13 8a5 5 0 11-1.5-3.6M13 2v3h-3';
const EARTH_M = 40075016.686;

/** Return the meters that one pixel spans at a latitude and zoom (512 px tiles). */
export function metersPerPixel(lat, zoom) {
  return (EARTH_M * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** zoom);
}

function niceBelow(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [5, 2, 1].map((step) => step * power).find((step) => step <= value);
}

function bar(meters, unit, unitMeters, perPixel, small, smallMeters) {
  const long = meters / unitMeters >= 1;
  const value = niceBelow(meters / (long ? unitMeters : smallMeters));
  const width = (value * (long ? unitMeters : smallMeters)) / perPixel;
  return el('div', {class: 'rule', style: {width: `${width.toFixed(1)}px`}, text: `${value.toLocaleString('en-US')} ${long ? unit : small}`});
}

/** Draw the scale in kilometers and miles, at most so many pixels long. */
export function drawScale(node, camera, pixels) {
  const perPixel = metersPerPixel(camera.lat, camera.zoom);
  const room = perPixel * pixels;
  fill(node, bar(room, 'km', 1000, perPixel, 'm', 1), bar(room, 'mi', 1609.344, perPixel, 'ft', 0.3048));
}

/** Credit the background, and of the layers those that are shown. */
export function drawCredits(node, layers, background) {
  const own = layers.filter((layer) => layer.visible).flatMap((layer) => layer.credits ?? []);
  const words = [...new Set([...own, ...background])];
  // Only the first of them have room: the makers whose terms ask for it by the sign.
  words.sort((a, b) => b.includes('©') - a.includes('©'));
  fill(node, ...words.map((text) => el('span', {text})));
}

/** Draw scale and zoom of a map that has moved. */
export function drawZoom(view, {latitude, zoom}) {
  const shown = `${latitude.toFixed(3)} ${zoom.toFixed(3)}`;
  if (shown === view.shown) return;
  view.shown = shown;
  drawScale(view.nodes.scale, {lat: latitude, zoom}, view.data.wall ? view.root.clientWidth / 5 : 96);
  view.nodes.zoom.textContent = `z ${zoom.toFixed(1)}`;
}

/** Write the pointer's position as latitude and longitude and as MGRS, no finer than a pixel. */
export function drawCursor(node, at, zoom) {
  if (!at) {
    node.replaceChildren();
    return;
  }
  const perPixel = metersPerPixel(at.lat, zoom);
  const decimals = Math.max(1, Math.min(5, Math.round(5 - Math.log10(perPixel))));
  const grid = mgrsForPixel(at.lat, at.lon, perPixel);
  fill(
    node,
    el('span', {text: latLon(at.lat, at.lon, decimals)}),
    el('span', {class: 'grid', text: grid.text}),
    el('span', {class: 'faint', text: `to ${grid.precision}`}),
  );
}

function reasons(failed) {
  const counts = new Map();
  for (const {status, reason, offline} of failed) {
    const words = offline ? 'server not reachable' : status ? `${status}: ${reason}` : reason;
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return [...counts].map(([words, n]) => `${n} × ${words}`).join('\n');
}

/** Draw the chip for failed tiles or for a server that does not answer. */
export function drawTrouble(node, failed, goneSince, retry) {
  const key = JSON.stringify([failed, goneSince]);
  if (node.dataset.key === key) return;
  node.dataset.key = key;
  node.hidden = !failed.length && !goneSince;
  node.classList.toggle('gone', Boolean(goneSince));
  if (node.hidden) return;
  const words = goneSince
    ? `Server not reachable since ${dtg(goneSince)}. The map shows data loaded before that.`
    : `${failed.length} ${failed.length === 1 ? 'tile' : 'tiles'} failed; part of the map is missing`;
  const button = el('button', {type: 'button', onclick: retry}, icon(RETRY), el('span', {text: 'Retry'}));
  fill(node, el('span', {class: 'dot'}), el('span', {class: 'words', text: words, title: reasons(failed)}), button);
}

/** Whether a server of ours answered: one that can read no data says so in JSON, a proxy without one behind it does not. */
function isAnswer({status, headers}) {
  return status < 500 || Boolean(headers?.get('content-type')?.startsWith('application/json'));
}

/** Ask the server now and then whether it is there; tell when that changes. */
export class Pulse {
  constructor(url, onChange, everyMs = 15000) {
    this.url = url;
    this.onChange = onChange;
    this.everyMs = everyMs;
    this.goneSince = null;
    this.timer = setTimeout(() => this.ask(), everyMs);
  }

  async ask() {
    clearTimeout(this.timer);
    let there = true;
    try {
      const response = await fetch(this.url, {cache: 'no-store', signal: AbortSignal.timeout(8000)});
      there = isAnswer(response);
    } catch {
      there = false;
    }
    if (this.stopped) return;
    if (there !== !this.goneSince) {
      this.goneSince = there ? null : new Date().toISOString();
      this.onChange(there);
    }
    this.timer = setTimeout(() => this.ask(), there ? this.everyMs : 3000);
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }
}
