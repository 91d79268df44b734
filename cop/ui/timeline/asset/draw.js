// The drawing: axes, bars, hatched times, the window with its handles.

import {cut, hatch, svg} from './dom.js';
import {countTicks, timeTicks} from './scale.js';
import {number, short, tickWords} from './words.js';

const BASE_TEXT_PX = 10.5;
const HATCH_PX = 4;
const round = Math.round;

/** Return the box of each bar that is shown, one path of all of them, and the scale of their heights. */
export function barShapes(data, edges, scale, {top, bottom}) {
  const shown = data.n.filter((_, i) => edges[i + 1] > scale.start && edges[i] < scale.end);
  const most = Math.max(1, ...shown);
  const y = (n) => bottom - (n / most) * (bottom - top);
  const boxes = [];
  let path = '';
  data.n.forEach((n, i) => {
    if (!n || edges[i + 1] <= scale.start || edges[i] >= scale.end) return;
    const [a, b] = [scale.x(edges[i]), scale.x(edges[i + 1])];
    const gap = b - a >= 4 ? 1 : 0;
    const [left, right] = b - a >= 3 ? [round(a), round(b) - gap] : [a, b];
    const height = Math.max(1, round(bottom - y(n)));
    path += `M${left} ${bottom}v${-height}H${right}v${height}z`;
    boxes.push({left, right, top: bottom - height});
  });
  return {most: shown.length ? Math.max(...shown) : 0, y, path, boxes};
}

/** Draw the y axis: two or three round numbers with hairlines. */
export function countAxis(shapes, {left, right}, text) {
  return countTicks(shapes.most).flatMap((value) => {
    const y = round(shapes.y(value)) + (value ? 0.5 : -0.5);
    return [
      svg('line', {class: value ? 'grid' : 'base', x1: left, x2: right, y1: y, y2: y}),
      svg('text', {class: 'tick', x: left - text * 0.7, y: y + text * 0.34, 'text-anchor': 'end', text: short(value)}),
    ];
  });
}

/** Draw the x axis: round times in UTC, the ones that begin a larger unit stronger. */
export function timeAxis(scale, {bottom}, text) {
  const {unit, times} = timeTicks(scale, text / BASE_TEXT_PX);
  const y = bottom + text * 1.3;
  let free = scale.left;
  const ticks = times.flatMap((time, i) => {
    const words = tickWords(time, unit, i === 0);
    const half = words.text.length * text * 0.31;
    const x = round(scale.x(time)) + 0.5;
    const middle = Math.min(scale.right - half, Math.max(scale.left + half, x));
    const nodes = [svg('line', {class: 'notch', x1: x, x2: x, y1: bottom, y2: bottom + 3})];
    if (middle - half >= free) {
      free = middle + half + text * 0.7;
      const kind = words.major ? 'tick major' : 'tick';
      nodes.push(svg('text', {class: kind, x: middle, y, 'text-anchor': 'middle', text: words.text}));
    }
    return nodes;
  });
  return [svg('text', {class: 'tick', x: scale.left - text * 0.7, y, 'text-anchor': 'end', text: 'UTC'}), ...ticks];
}

/** Return the widest part of a span that no edge of the window crosses. */
function widest([from, to], window) {
  const inside = window.filter((x) => x > from && x < to);
  const marks = [from, ...inside, to];
  const parts = marks.slice(1).map((x, i) => [marks[i], x]);
  return parts.reduce((best, part) => (part[1] - part[0] > best[1] - best[0] ? part : best));
}

/** Draw the time without records, and the words for it where there is room. */
export function silence([from, to], window, {top, bottom}, text, words) {
  if (to - from < 2) return [];
  const height = bottom - top;
  const [left, right] = widest([from, to], window);
  const wide = right - left > words.length * text * 0.62 + 12;
  const box = {x: from, y: top, width: to - from, height};
  return [
    svg('rect', {class: 'silence', ...box}),
    cut([from, to], top, bottom, svg('path', {class: 'hatch', d: hatch(from, to, top, bottom, 7)})),
    wide && svg('text', {
      class: 'said', x: (left + right) / 2, y: top + height / 2 + text * 0.35, 'text-anchor': 'middle', text: words,
    }),
  ].filter(Boolean);
}

/** Draw the bars three times: dimmed, of the period before, and of the window. */
export function bars(shapes, {window, previous}, {left, right}, {top, bottom}) {
  const path = (name) => svg('path', {class: name, d: shapes.path});
  return [
    cut([left, right], top - 1, bottom, path('bars')),
    previous && cut(previous, top - 1, bottom, path('bars before')),
    cut(window, top - 1, bottom, path('bars chosen')),
  ].filter(Boolean);
}

/** Draw the lines that mark a time as incomplete: faint on the ground, cut out of the bars. */
export function incomplete(shapes, span, {top, bottom}) {
  if (!span) return {below: [], above: []};
  const line = (name, [from, to], upper) => svg('path', {class: name, d: hatch(from, to, upper, bottom, HATCH_PX)});
  const above = shapes.boxes
    .map((box) => ({span: [Math.max(span[0], box.left), Math.min(span[1], box.right)], top: box.top}))
    .map((box) => cut(box.span, box.top, bottom, line('gaps', box.span, box.top)));
  return {
    below: [cut(span, top, bottom, line('hatch late', span, top))].filter(Boolean),
    above: above.filter(Boolean),
  };
}

/** Draw the ground of the window or of the period before it. */
export function ground(name, [from, to], {top, bottom}) {
  if (to <= from) return [];
  return [svg('rect', {class: name, x: from, y: top, width: to - from, height: bottom - top})];
}

/** Draw the line under the period before, its ends dashed. */
export function before([from, to], {top, bottom}) {
  if (to <= from) return [];
  const d = `M${round(from) + 0.5} ${bottom}V${top}M${round(to) - 0.5} ${bottom}V${top}`;
  return [svg('path', {class: 'edge before', d})];
}

/** Draw the edges of the window, with grips where it can be dragged. */
export function handles({start, end}, scale, {top, bottom}, wall) {
  const height = Math.min(18, (bottom - top) * 0.4);
  return [start, end].flatMap((time) => {
    const x = scale.x(time);
    if (x < scale.left - 1 || x > scale.right + 1) return [];
    const line = svg('line', {class: 'edge', x1: x, x2: x, y1: top, y2: bottom});
    if (wall) return [line];
    const box = {x: x - 3, y: (top + bottom - height) / 2, width: 6, height, rx: 2};
    const middle = (top + bottom) / 2;
    const notch = svg('path', {class: 'notch', d: `M${x} ${middle - 4}v8`});
    return [line, svg('rect', {class: 'grip', ...box}), notch];
  });
}

/** Draw the present moment, or the one that is known at. */
export function present(time, scale, {top, bottom}, text, words) {
  if (time < scale.start || time > scale.end) return [];
  const x = Math.min(scale.right - 0.5, round(scale.x(time)) + 0.5);
  const room = x - scale.left > text * words.length;
  return [
    svg('line', {class: 'now', x1: x, x2: x, y1: top - 3, y2: bottom + 3}),
    room && svg('text', {class: 'said now', x: x - 4, y: top + text * 0.55, 'text-anchor': 'end', text: words}),
  ].filter(Boolean);
}

/** Draw what the pointer is on. */
export function pointed([from, to], {top, bottom}) {
  const width = Math.max(1, to - from);
  return [svg('rect', {class: 'pointed', x: from, y: top, width, height: bottom - top})];
}

/** Write a bin's figure: "12 events". */
export function figures(n, unit) {
  return `${number(n)} ${unit}`;
}
