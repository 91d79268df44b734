// Pure arithmetic of the timeline: the scale, round ticks, and the edges that a window snaps to.

const HOUR = 3600000;
const DAY = 24 * HOUR;
const MONDAY = 4 * DAY;

// Unit, how many of it, its length, and the pixels that its labels want at a text of 10.5 px.
const STEPS = [
  ['hour', 1, HOUR, 58], ['hour', 3, 3 * HOUR, 62], ['hour', 6, 6 * HOUR, 62], ['hour', 12, 12 * HOUR, 66],
  ['day', 1, DAY, 70], ['day', 2, 2 * DAY, 72], ['day', 7, 7 * DAY, 72], ['day', 14, 14 * DAY, 72],
  ['month', 1, 30.4 * DAY, 62], ['month', 3, 91 * DAY, 62], ['month', 6, 182 * DAY, 62],
  ['year', 1, 365 * DAY, 56], ['year', 2, 730 * DAY, 56], ['year', 5, 1826 * DAY, 56],
  ['year', 10, 3652 * DAY, 56], ['year', 25, 9131 * DAY, 56], ['year', 100, 36524 * DAY, 56],
];

/** Map times to pixels and back. */
export function timeScale([start, end], left, right) {
  const k = (right - left) / (end - start);
  return {
    start, end, left, right,
    x: (time) => left + (time - start) * k,
    within: (time) => Math.min(right, Math.max(left, left + (time - start) * k)),
    time: (x) => start + (x - left) / k,
  };
}

function firstOf(unit, every, start) {
  const t = new Date(start);
  if (unit === 'year') return Date.UTC(Math.ceil(t.getUTCFullYear() / every) * every, 0);
  if (unit === 'month') return Date.UTC(t.getUTCFullYear(), Math.floor(t.getUTCMonth() / every) * every);
  const length = every * (unit === 'day' ? DAY : HOUR);
  const offset = unit === 'day' && every % 7 === 0 ? MONDAY : 0;
  return Math.ceil((start - offset) / length) * length + offset;
}

function following(unit, every, time) {
  const t = new Date(time);
  if (unit === 'year') return Date.UTC(t.getUTCFullYear() + every, 0);
  if (unit === 'month') return Date.UTC(t.getUTCFullYear(), t.getUTCMonth() + every);
  return time + every * (unit === 'day' ? DAY : HOUR);
}

/** Return the unit and the times of round ticks that leave their labels room; `zoom` scales text. */
export function timeTicks({start, end, left, right}, zoom) {
  const perMs = (right - left) / (end - start);
  const [unit, every] = STEPS.find(([, , length, room]) => length * perMs >= room * zoom) ?? STEPS.at(-1);
  const times = [];
  for (let t = firstOf(unit, every, start); t <= end; t = following(unit, every, t)) {
    if (t >= start) times.push(t);
  }
  return {unit, times};
}

/** Return two or three round whole numbers from 0 that span most of what is shown. */
export function countTicks(most) {
  if (most < 1) return [0];
  let step = 1;
  for (let power = 1; ; power *= 10) {
    step = [1, 2, 5].map((m) => m * power).find((s) => most / s < 3);
    if (step) break;
  }
  const ticks = [];
  for (let value = 0; value <= most; value += step) ticks.push(value);
  return ticks;
}

/** Return the edges of the bins inside the extent, the extent's own included where it cuts a bin. */
export function snapEdges(edges, [start, end]) {
  if (edges.length < 2) return [];
  const [from, to] = [Math.max(start, edges[0]), Math.min(end, edges.at(-1))];
  return [from, ...edges.filter((edge) => edge > from && edge < to), to];
}

/** Return the index of the last edge at or before a time, at least 0. */
export function floorEdge(edges, time) {
  let [low, high] = [0, edges.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edges[middle] <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Return the index of the first edge at or after a time, at most the last. */
export function ceilEdge(edges, time) {
  const i = floorEdge(edges, time);
  return edges[i] < time ? Math.min(i + 1, edges.length - 1) : i;
}

/** Return the index of the edge nearest to a time. */
export function nearestEdge(edges, time) {
  const [a, b] = [floorEdge(edges, time), ceilEdge(edges, time)];
  return time - edges[a] <= edges[b] - time ? a : b;
}
