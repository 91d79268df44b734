// The profile of a line of sight: terrain, line and where it is blocked, as an SVG with words.

import {number} from './dom.js';
import {shape} from './sketch.js';

const WIDTH = 290;
const HEIGHT = 96;
const PAD = 6;

/** Return what a profile says: clear, blocked where, or unknown, with the chance by the heights' error. */
export function summary({known, blocked_m: blocked, chance, error_m: error, distance_m: distances}) {
  if (!distances) return 'Unknown: no heights at one of the ends.';
  const far = `${number(distances.at(-1) / 1000, 1)} km`;
  const odds = `${number(100 * chance, 0)}% likely clear with heights known to ± ${number(error, 0)} m`;
  if (blocked != null) return `Blocked after ${number(blocked / 1000, 1)} of ${far}; ${odds}.`;
  return known ? `Clear over ${far}; ${odds}.` : `Unknown over ${far}: heights are missing between.`;
}

/** Draw the ground and the line over it; the earth's curve and refraction are taken off the ground. */
export function drawProfile(found) {
  const {distance_m: x, ground_m: ground, line_m: line, blocked_m: blocked} = found;
  const svg = shape('svg', {class: 'profile', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': summary(found)});
  const heights = [...ground, ...line].filter((value) => value != null);
  const low = Math.min(...heights);
  const scale = (HEIGHT - 2 * PAD) / Math.max(1, Math.max(...heights) - low);
  const at = (i, value) => [(WIDTH * x[i]) / x.at(-1), HEIGHT - PAD - (value - low) * scale];
  const points = (from, to, values) =>
    values.slice(from, to).map((value, i) => (value == null ? null : at(from + i, value).map((v) => v.toFixed(1)).join(','))).filter(Boolean).join(' ');
  const edge = `${WIDTH},${HEIGHT} 0,${HEIGHT}`;
  const cut = blocked == null ? x.length : x.findIndex((value) => value >= blocked) + 1;
  svg.append(
    shape('polygon', {class: 'ground', points: `${points(0, x.length, ground)} ${edge}`}),
    shape('polyline', {class: 'clear', points: points(0, cut, line)}),
    shape('polyline', {class: 'blocked', points: points(cut - 1, x.length, line)}),
  );
  if (blocked != null) {
    const [cx, cy] = at(cut - 1, line[cut - 1]);
    svg.append(shape('path', {class: 'blocked', d: `M${cx - 5} ${cy - 5}l10 10M${cx - 5} ${cy + 5}l10 -10`}));
  }
  return svg;
}
