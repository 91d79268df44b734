// Small builders of DOM nodes and words; text only ever enters through textContent.

const SVG = 'http://www.w3.org/2000/svg';

/** Build an element: attributes by name, on* as listeners, children as nodes or text. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'text') node.textContent = String(value);
    else if (name === 'style') Object.assign(node.style, value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Add a stylesheet that lies beside the modules, before what stands in the root. */
export function addStyle(root, name) {
  root.prepend(el('link', {rel: 'stylesheet', href: new URL(`./${name}.css`, import.meta.url).href}));
}

/** Build an SVG of stroked paths in a 16 x 16 box. */
export function icon(...paths) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  for (const d of paths) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

/** Replace the children of a node. */
export function fill(node, ...children) {
  node.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const two = (n) => String(n).padStart(2, '0');

/** Write a time as a date-time group, "241830Z NOV 26". */
export function dtg(time) {
  const t = new Date(time);
  if (Number.isNaN(t.getTime())) return '';
  const day = `${two(t.getUTCDate())}${two(t.getUTCHours())}${two(t.getUTCMinutes())}Z`;
  return `${day} ${MONTHS[t.getUTCMonth()]} ${two(t.getUTCFullYear() % 100)}`;
}

/** Write a clock time in the browser's zone, "12:58 CST", with the day where it is another; empty where that is UTC's. */
export function localClock(time) {
  const t = new Date(time);
  if (Number.isNaN(t.getTime()) || t.getTimezoneOffset() === 0) return '';
  const clock = t.toLocaleTimeString('en-US', {hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short'});
  const day = t.getDate() === t.getUTCDate() ? '' : `${two(t.getDate())} ${MONTHS[t.getMonth()]} `;
  return `${day}${clock}`;
}

/** Write a time as a date-time group with the local time beside it, "241830Z NOV 26 (12:30 CST)". */
export function dtgLocal(time) {
  const local = localClock(time);
  return local ? `${dtg(time)} (${local})` : dtg(time);
}

/** Write a time no finer than it is known: "24 NOV 26 (day only)", "2026 (year only)". */
export function when(time, precision) {
  const t = new Date(time);
  if (Number.isNaN(t.getTime())) return '';
  const year = t.getUTCFullYear();
  const month = `${MONTHS[t.getUTCMonth()]} ${two(year % 100)}`;
  const day = `${two(t.getUTCDate())} ${month}`;
  const coarse = {
    day: `${day} (day only)`,
    week: `week of ${day}`,
    month: `${month} (month only)`,
    year: `${year} (year only)`,
  };
  return coarse[precision] ?? dtgLocal(time);
}

/** Write how long ago a time was, in its two largest units. */
export function age(time, now = Date.now()) {
  const minutes = Math.floor((now - new Date(time).getTime()) / 60000);
  if (minutes < -1) return 'in the future';
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min old`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min old`;
  const days = Math.floor(hours / 24);
  if (days < 730) return `${days.toLocaleString('en-US')} d ${hours % 24} h old`;
  return `${(days / 365.25).toFixed(1)} years old`;
}

/** Write a number with thousands separators and the decimals its size bears, two at most. */
export function number(value, decimals = null) {
  const size = Math.abs(value);
  const most = decimals ?? (size < 10 ? 2 : size < 1000 ? 1 : 0);
  const text = Number(value).toLocaleString('en-US', {maximumFractionDigits: most});
  return (text === '-0' ? '0' : text).replace('-', '\u2212');
}

/** Write a change in percent with its sign. */
export function signed(percent) {
  const text = number(percent, Math.abs(percent) < 10 ? 1 : 0);
  return `${percent > 0 && text !== '0' ? '+' : ''}${text}%`;
}

/** Write a position as "32.2217° N, 110.9265° W". */
export function latLon(lat, lon, decimals = 4) {
  const northing = `${Math.abs(lat).toFixed(decimals)}° ${lat < 0 ? 'S' : 'N'}`;
  return `${northing}, ${Math.abs(lon).toFixed(decimals)}° ${lon < 0 ? 'W' : 'E'}`;
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

const SINGULAR = {people: 'person', vehicles: 'vehicle', items: 'item', events: 'event'};

/** Write a count with its unit, in the singular where it is one. */
export function counted(value, unit) {
  const word = value === 1 ? (SINGULAR[unit] ?? unit) : unit;
  return word ? `${number(value)} ${word}` : number(value);
}

/** Write a property's value with its unit; unknown is said, never left blank. */
export function words(value, unit = '') {
  if (value === null || value === undefined || value === '') return 'unknown';
  if (value === 'NONE') return 'outside';
  if (typeof value === 'string' && ISO.test(value)) return dtgLocal(value);
  if (typeof value !== 'number') return String(value);
  if (unit.startsWith('share of ')) return `${number(value * 100, 0)}% of ${unit.slice(9)}`;
  if (unit === '%') return `${number(value, Math.abs(value) < 10 ? 1 : 0)}%`;
  return counted(value, unit);
}
