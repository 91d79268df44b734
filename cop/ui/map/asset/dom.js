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

/** Write a number with thousands separators and only the decimals it needs. */
export function number(value, decimals = 2) {
  const text = Number(value).toLocaleString('en-US', {maximumFractionDigits: decimals});
  return text.replace('-', '\u2212');
}

/** Write a position as "32.2217° N, 110.9265° W". */
export function latLon(lat, lon, decimals = 4) {
  const northing = `${Math.abs(lat).toFixed(decimals)}° ${lat < 0 ? 'S' : 'N'}`;
  return `${northing}, ${Math.abs(lon).toFixed(decimals)}° ${lon < 0 ? 'W' : 'E'}`;
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** Write a property's value with its unit; unknown is said, never left blank. */
export function words(value, unit = '') {
  if (value === null || value === undefined || value === '') return 'unknown';
  if (typeof value === 'string' && ISO.test(value)) return dtg(value);
  if (typeof value !== 'number') return String(value);
  if (unit.startsWith('share of ')) return `${number(value * 100, 0)}% of ${unit.slice(9)}`;
  if (unit === '%') return `${number(value, 0)}%`;
  return unit ? `${number(value)} ${unit}` : number(value);
}
