// The tooltip and the details card: what, when, where, source, confidence and marking of a feature.

import {counted, dtgLocal, el, fill, icon, latLon, number, signed, when, words} from './dom.js';
import {writeLength} from './geodesy.js';
import {glyphCanvas} from './glyph.js';
import {legendOf} from './legend.js';
import {mgrs} from './mgrs.js';

const CLOSE = 'M4 4l8 8M12 4l-8 8';
const ZOOM_IN = 'M7 4v6M4 7h6M7 12A5 5 0 107 2a5 5 0 000 10zM10.8 10.8L14 14';

function classOf(layer, properties) {
  for (const block of legendOf(layer)) {
    if (block.type !== 'classes') continue;
    const found = block.entries.find((entry) => !block.property || entry.value === properties[block.property]);
    if (found) return {...found, property: block.property};
  }
  return null;
}

const OUTSIDE = '–, outside the filter';

const isSquare = ({square}, properties) => Boolean(square) && properties[square.markedBy] === 1;

function say(layer, field, properties) {
  const found = classOf(layer, properties);
  const value = properties[field.property];
  if (found && found.value === value && field.property === found.property) return found.label;
  if (value == null && properties.state === 'outside') return OUTSIDE;
  if (field.property === 'occurred_at' && value) return when(value, properties.time_precision);
  const change = field.unit === '%' && /(^|_)change$/.test(field.property);
  return change && typeof value === 'number' ? signed(value) : words(value, field.unit);
}

function titleOf(layer, properties) {
  if (isSquare(layer, properties)) return `${number(properties[layer.square.n])} ${layer.square.noun}`;
  const first = layer.fields.find((field) => field.tip) ?? layer.fields[0];
  return first ? say(layer, first, properties) : layer.title;
}

function rowsOf(layer, properties, tip) {
  if (isSquare(layer, properties)) {
    if (!layer.square.summed) return [];
    const kind = classOf(layer, properties)?.label ?? properties.kind;
    return [
      ['People', number(properties.people)],
      ['Most frequent', kind ?? 'unknown'],
    ];
  }
  const fields = layer.fields.filter((field) => field.tip || !tip).slice(1);
  return fields.map((field) => [field.label, say(layer, field, properties)]);
}

/** Build a list of names and values. */
export function table(rows) {
  const cells = rows.flatMap(([name, value]) => [
    el('dt', {text: name}),
    value instanceof Node ? el('dd', {}, value) : el('dd', {text: value}),
  ]);
  return el('dl', {}, ...cells);
}

function heading(layer, properties, halo) {
  const found = isSquare(layer, properties) ? null : classOf(layer, properties);
  const drawn = found && !['area', 'line'].includes(found.shape);
  return el(
    'div',
    {class: 'what'},
    drawn ? glyphCanvas(found.shape, found.color, halo, 18) : null,
    el('strong', {text: titleOf(layer, properties)}),
    properties.synthetic === 1 ? el('span', {class: 'chip synthetic', text: 'SYNTHETIC'}) : null,
  );
}

/** Show or hide the tooltip beside the pointer. */
export function drawTip(node, layer, properties, x, y, size, halo) {
  if (!layer) {
    node.hidden = true;
    return;
  }
  fill(
    node,
    heading(layer, properties, halo),
    table(rowsOf(layer, properties, true)),
    el('div', {class: 'of', text: layer.title}),
  );
  node.hidden = false;
  const {offsetWidth, offsetHeight} = node;
  const left = x + 14 + offsetWidth > size.width ? x - offsetWidth - 14 : x + 14;
  const top = Math.min(Math.max(8, y - 12), size.height - offsetHeight - 40);
  node.style.transform = `translate(${Math.max(4, Math.round(left))}px, ${Math.round(top)}px)`;
}

const COMPOSITION = ['single_adults', 'family_members', 'unaccompanied_children'];
const CLOCK = ['minute', 'hour'];
const title = (name) => `${name[0].toUpperCase()}${name.slice(1).replaceAll('_', ' ')}`;

function eventRows(event) {
  const known = COMPOSITION.filter((name) => event[name] != null);
  const clock = CLOCK.includes(event.time_precision ?? 'minute');
  const local = clock && event.local_time ? [['Local time', event.local_time]] : [];
  const rows = [
    ['Count', counted(event.count, event.unit ?? '')],
    ...known.map((name) => [title(name), number(event[name])]),
    ['When', when(event.occurred_at, event.time_precision)],
    ...local,
    ['Position', latLon(event.lat, event.lon, 5)],
    ['MGRS', event.mgrs ?? mgrs(event.lat, event.lon)],
    ['Uncertainty', event.uncertainty_m == null ? 'unknown' : `± ${number(event.uncertainty_m, 0)} m`],
    ['Segment', words(event.segment_id)],
    ['Sector', words(event.sector)],
    ['County', words(event.county)],
    ['Source', words(event.source_title ?? event.source)],
    ['Detected by', words(event.detection)],
    ['Confidence', words(event.confidence)],
    ['Reported', event.reported_at ? dtgLocal(event.reported_at) : 'unknown'],
    ['Marking', words(event.marking)],
  ];
  const more = Object.entries(event.attributes ?? {}).map(([name, value]) => [
    name.replaceAll('_', ' '),
    typeof value === 'object' ? JSON.stringify(value) : words(value),
  ]);
  return [rows, more];
}

function positionRows({sector, county, segment_id: segment, distance_m: meters}) {
  const near = segment ? [['Nearest segment', `${segment}, ${writeLength(meters)}`]] : [];
  return [['Sector', sector ?? 'outside the sectors'], ['County', county ?? 'outside the counties'], ...near];
}

/** The card at the right edge; one at a time, closed by its button or Escape. */
export class Card {
  constructor(node, {onClose, onZoom, actions = () => null}) {
    this.node = node;
    this.onClose = onClose;
    this.onZoom = onZoom;
    this.actions = actions;
    this.turn = 0;
  }

  close() {
    if (this.node.hidden) return;
    this.turn += 1;
    this.node.hidden = true;
    this.onClose();
  }

  frame(layer, properties, halo, ...body) {
    this.put(heading(layer, properties, halo), layer.title, ...body);
  }

  /** Show a heading, what it is of, and the rest. */
  put(head, of, ...body) {
    const close = el(
      'button',
      {type: 'button', class: 'icon close', 'aria-label': 'Close the details', onclick: () => this.close()},
      icon(CLOSE),
    );
    fill(
      this.node,
      el('div', {class: 'top'}, head, close),
      el('div', {class: 'of', text: of}),
      ...body,
    );
    this.node.hidden = false;
  }

  show(layer, properties, at, halo) {
    this.turn += 1;
    if (layer.hasEventDetails && properties.event_id !== undefined) {
      return this.showEvent(layer, properties, halo);
    }
    const square = isSquare(layer, properties);
    const zoom = el(
      'button',
      {type: 'button', class: 'wide', onclick: () => this.onZoom(at)},
      icon(ZOOM_IN),
      el('span', {text: `Zoom in for single ${layer.square?.noun}`}),
    );
    const where = [['Position', latLon(at.lat, at.lon)], ['MGRS', mgrs(at.lat, at.lon, 3)]];
    this.frame(
      layer,
      properties,
      halo,
      table([...rowsOf(layer, properties, false), ...(square ? [] : where)]),
      square ? zoom : this.actions(layer, properties),
    );
    return null;
  }

  /** Show what a position with nothing on it is in and near. */
  async showPosition({lon, lat}, url) {
    this.turn += 1;
    const {turn} = this;
    const where = [['MGRS', mgrs(lat, lon)], ['Position', latLon(lat, lon, 5)]];
    const head = el('div', {class: 'what'}, el('strong', {text: 'Position'}));
    const put = (...body) => this.put(head, 'Nothing is shown here', ...body);
    put(table(where), el('div', {class: 'skeleton', 'aria-label': 'Loading'}));
    let body;
    try {
      const asked = new URLSearchParams({lon, lat, ...(this.knownAt ? {known_at: this.knownAt} : {})});
      const response = await fetch(`${url}?${asked}`);
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      body = [table([...where, ...positionRows(await response.json())])];
    } catch (error) {
      body = [table(where), el('div', {class: 'note error', text: `Cannot load details: ${error.message}`})];
    }
    if (turn === this.turn) put(...body);
  }

  async showEvent(layer, properties, halo) {
    const {turn} = this;
    this.frame(layer, properties, halo, el('div', {class: 'skeleton', 'aria-label': 'Loading'}));
    let body;
    try {
      const known = this.knownAt ? `?known_at=${encodeURIComponent(this.knownAt)}` : '';
      const response = await fetch(`/api/events/${encodeURIComponent(properties.event_id)}${known}`);
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      const [rows, more] = eventRows(await response.json());
      body = [table(rows), more.length ? el('h3', {text: 'As reported'}) : null, table(more)];
    } catch (error) {
      body = [
        el('div', {class: 'note error', text: `Cannot load details: ${error.message}`}),
        table(rowsOf(layer, properties, false)),
      ];
    }
    if (turn === this.turn) this.frame(layer, properties, halo, ...body);
  }
}
