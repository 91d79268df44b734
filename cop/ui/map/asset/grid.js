// The MGRS grid over the map: zones, squares of 100 km, lines of 10 km and 1 km, each where there is room for it.

import {addStyle, el, icon} from './dom.js';
import {mgrsParts} from './mgrs.js';
import {shape} from './sketch.js';
import {metersPerPixel} from './status.js';
import {fromUtm, utm} from './utm.js';

const SQUARE_M = 100000;
const STEPS_M = [1000, 10000, SQUARE_M];
const LEAST_PX = 56;
const PIECES = 8;
const ZONE_DEGREES = 6;
const EDGE_PX = {x: 66, y: 64};
const ICON = ['M2.5 2.5h11v11h-11z', 'M2.5 6.2h11M2.5 9.8h11M6.2 2.5v11M9.8 2.5v11'];
const KEY = 'cop.map.grid';

/** Return the distance between lines at a place, in meters; null where only zones have room. */
export function stepAt(lat, zoom) {
  const perPixel = metersPerPixel(lat, zoom);
  return STEPS_M.find((step) => step / perPixel >= LEAST_PX) ?? null;
}

/** Return the north of a zone's lines: beyond it zones of Norway and Svalbard are of other widths. */
const topOf = (zone) => (zone === 31 || zone === 32 ? 56 : zone > 32 && zone <= 37 ? 72 : 84);

/** Return the parts of the zones within bounds, in degrees. */
export function zonesWithin([west, south, east, north]) {
  const [first, last] = [Math.floor((west + 180) / ZONE_DEGREES), Math.ceil((east + 180) / ZONE_DEGREES)];
  return Array.from({length: last - first}, (_, i) => first + i).flatMap((index) => {
    const zone = ((index % 60) + 60) % 60 + 1;
    const left = index * ZONE_DEGREES - 180;
    const box = [Math.max(west, left), Math.max(south, -80), Math.min(east, left + ZONE_DEGREES), Math.min(north, topOf(zone))];
    return box[0] < box[2] && box[1] < box[3] ? [{zone, left, shift: left - (zone * ZONE_DEGREES - 186), box}] : [];
  });
}

const between = (from, to, count) => Array.from({length: count + 1}, (_, i) => from + ((to - from) * i) / count);

/** Return the eastings and northings that a box of a zone spans: [least, most] of each. */
function spanOf({zone, shift, box: [west, south, east, north]}) {
  const edges = between(0, 1, PIECES).flatMap((t) => [
    [west + (east - west) * t, south], [west + (east - west) * t, north],
    [west, south + (north - south) * t], [east, south + (north - south) * t],
  ]);
  const found = edges.map(([lon, lat]) => utm(lat, lon - shift, zone));
  const range = (i) => [Math.min(...found.map((at) => at[i])), Math.max(...found.map((at) => at[i]))];
  return [range(0), range(1)];
}

const multiples = ([least, most], step) => {
  const first = Math.ceil(least / step);
  return Array.from({length: Math.max(0, Math.floor(most / step) - first + 1)}, (_, i) => (first + i) * step);
};

/** Return the pieces of a line that lie in a zone, cut at its meridians. */
function cut(places, left) {
  const right = left + ZONE_DEGREES;
  const inside = ([lon]) => lon >= left && lon <= right;
  const pieces = [];
  places.slice(1).forEach((to, i) => {
    const from = places[i];
    if (!inside(from) && !inside(to)) return;
    const at = (out, within) => {
      const lon = out[0] < left ? left : right;
      return [lon, within[1] + ((out[1] - within[1]) * (lon - within[0])) / (out[0] - within[0])];
    };
    const [a, b] = [inside(from) ? from : at(from, to), inside(to) ? to : at(to, from)];
    if (pieces.at(-1)?.at(-1) === a) pieces.at(-1).push(b);
    else pieces.push([a, b]);
  });
  return pieces;
}

/** Return the lines of one zone: {places, major, axis, meters}; axis 0 is an easting, 1 a northing. */
export function linesOf(part, step) {
  const spans = spanOf(part);
  return [0, 1].flatMap((axis) =>
    multiples(spans[axis], step).flatMap((meters) => {
      const along = between(...spans[1 - axis], PIECES);
      const places = along.map((other) => {
        const [lon, lat] = axis ? fromUtm(other, meters, part.zone) : fromUtm(meters, other, part.zone);
        return [lon + part.shift, lat];
      });
      return cut(places, part.left).map((piece) => ({places: piece, major: meters % SQUARE_M === 0, axis, meters}));
    }),
  );
}

/** Return the squares of 100 km of one zone with the middle of what is seen of each. */
export function squaresOf(part) {
  const [eastings, northings] = spanOf(part);
  const cells = ([least, most]) => multiples([Math.floor(least / SQUARE_M) * SQUARE_M, most], SQUARE_M);
  const middle = (from, [least, most]) => (Math.max(from, least) + Math.min(from + SQUARE_M, most)) / 2;
  return cells(eastings).flatMap((e) =>
    cells(northings).flatMap((n) => {
      const [lon, lat] = fromUtm(middle(e, eastings), middle(n, northings), part.zone);
      const [west, south, east, north] = part.box;
      const at = [lon + part.shift, lat];
      if (at[0] < west || at[0] > east || lat < south || lat > north) return [];
      return [{at, text: mgrsParts(lat, lon).square}];
    }),
  );
}

/** Return the zones with their bands: lines every 6 and 8 degrees, and the middle of each cell. */
export function bandsOf({zone, left, box: [west, south, east, north]}) {
  const edges = between(-80, 72, 19).filter((lat) => lat > south && lat < north);
  const lines = [[[left, south], [left, north]], ...edges.map((lat) => [[west, lat], [east, lat]])];
  const rows = [south, ...edges, north];
  const labels = rows.slice(1).map((top, i) => {
    const at = [(west + east) / 2, (rows[i] + top) / 2];
    return {at, text: `${zone}${mgrsParts(at[1], zone * ZONE_DEGREES - 183).band}`};
  });
  return {lines, labels};
}

/** Return where a line of pixels crosses an edge: [x, y], or null. */
export function crossing(pixels, axis, edge) {
  for (let i = 1; i < pixels.length; i += 1) {
    const [from, to] = [pixels[i - 1], pixels[i]];
    if ((from[axis] - edge) * (to[axis] - edge) <= 0 && from[axis] !== to[axis]) {
      const share = (edge - from[axis]) / (to[axis] - from[axis]);
      return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
    }
  }
  return null;
}

/** Return a line's digits: of 10 km one, of 1 km two. */
const digitsOf = (meters, step) => {
  const within = ((meters % SQUARE_M) + SQUARE_M) % SQUARE_M;
  return String(within / step).padStart(step === 1000 ? 2 : 1, '0');
};

export class Grid {
  constructor(view) {
    this.view = view;
    this.on = globalThis.localStorage?.getItem(KEY) === 'on';
    this.node = shape('svg', {class: 'mgrs-grid', 'aria-hidden': 'true'});
    this.button = el(
      'button',
      {type: 'button', title: 'MGRS grid', 'aria-label': 'MGRS grid', 'aria-pressed': String(this.on), onclick: () => this.toggle()},
      icon(...ICON),
    );
    addStyle(view.root, 'grid');
    view.root.append(this.node);
    view.nodes.buttons.append(this.button);
  }

  toggle() {
    this.on = !this.on;
    globalThis.localStorage?.setItem(KEY, this.on ? 'on' : 'off');
    this.button.setAttribute('aria-pressed', String(this.on));
    this.redraw();
  }

  /** Draw it anew where the map has moved. */
  redraw() {
    const viewport = this.view.viewport();
    const seen = this.on && viewport && !this.view.data.wall;
    const {longitude, latitude, zoom, width, height} = viewport ?? {};
    const key = seen ? [longitude, latitude, zoom, width, height].join(' ') : '';
    if (key === this.drawn) return;
    this.drawn = key;
    this.node.replaceChildren();
    if (!seen) return;
    const step = stepAt(latitude, zoom);
    for (const part of zonesWithin(viewport.getBounds())) this.drawPart(viewport, part, step);
  }

  drawPart(viewport, part, step) {
    const {lines, labels} = bandsOf(part);
    for (const places of lines) this.line(viewport, places, 'zone');
    if (!step) {
      for (const label of labels) this.label(viewport.project(label.at), label.text, 'square');
      return;
    }
    for (const {places, major, axis, meters} of linesOf(part, step)) {
      const pixels = this.line(viewport, places, major ? 'major' : 'minor');
      if (step === SQUARE_M) continue;
      const edge = axis ? viewport.width - EDGE_PX.x : viewport.height - EDGE_PX.y;
      const at = crossing(pixels, 1 - axis, edge);
      if (at) this.label(at, digitsOf(meters, step), 'digits');
    }
    for (const {at, text} of squaresOf(part)) this.label(viewport.project(at), text, 'square');
  }

  line(viewport, places, name) {
    const pixels = places.map((place) => viewport.project(place));
    const points = pixels.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
    this.node.append(shape('polyline', {points, class: name}));
    return pixels;
  }

  label([x, y], text, name) {
    const node = shape('text', {x: x.toFixed(1), y: y.toFixed(1), class: name});
    node.textContent = text;
    this.node.append(node);
  }
}
