// The words about own units: their switch, what they are, and a table of them in the layer panel.

import {el, fill} from './dom.js';
import {mgrs} from './mgrs.js';

const MOST_ROWS = 100;

/** Write how long ago something was: "40 s ago", "1 min 20 s ago". */
export function ago(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return whole < 60 ? `${whole} s ago` : `${Math.floor(whole / 60)} min ${whole % 60} s ago`;
}

/** Write what a unit is called: by its callsign, else by its type; what is made up says so first. */
export const nameOf = ({made_up: madeUp, callsign, title}) => [madeUp, callsign || title].filter(Boolean).join(' ');

/** Write what is shown, where it comes from, and that it is not kept. */
export function describe(servers, n) {
  const from = servers.length ? `live from ${servers.join(', ')}` : 'live';
  return `Own units: ${from}, not stored, ${n.toLocaleString('en-US')} shown`;
}

/** The panel's section; its nodes stay, so that a focus in it outlasts what changes. */
export class UnitList {
  constructor({toggle, visit}) {
    this.visit = visit;
    this.rows = new Map();
    this.box = el('input', {type: 'checkbox', role: 'switch', 'aria-label': 'Show Own units', onchange: ({target}) => toggle(target.checked)});
    this.words = el('div', {class: 'words', role: 'status'});
    this.chips = el('div', {class: 'chips'});
    this.symbol = el('div', {class: 'unit-symbol'}, el('span', {class: 'unit-frame'}), el('span', {text: 'own unit, its last position'}));
    this.body = el('tbody', {});
    const heads = ['Unit', 'Age', 'Type', 'MGRS'].map((text) => el('th', {scope: 'col', text}));
    this.more = el('div', {class: 'words'});
    this.table = el('div', {class: 'unit-table', tabindex: 0, role: 'region', 'aria-label': 'Own units'},
      el('table', {}, el('caption', {text: 'Own units'}), el('thead', {}, el('tr', {}, ...heads)), this.body));
    this.node = el(
      'div', {class: 'group', 'data-group': 'units'},
      el('section', {class: 'layer units', 'data-layer': 'own-units'},
        el('div', {class: 'head'}, el('label', {class: 'switch'}, this.box, el('span', {class: 'knob'})), el('span', {class: 'title', text: 'Own units'})),
        this.words, this.chips, this.symbol, this.table, this.more),
    );
  }

  /** Say what is shown: units with `label` and `ago`; nothing but the switch while they are off. */
  draw({on, words, units, marking}) {
    this.box.checked = on;
    for (const node of [this.words, this.chips, this.symbol, this.table, this.more]) node.hidden = !on;
    if (!on) {
      this.rows.clear();
      this.keys = '';
      fill(this.body);
      return;
    }
    if (this.words.textContent !== words) this.words.textContent = words;
    const made = [...new Set(units.map(({made_up: one}) => one).filter(Boolean))];
    const chips = [...made.map((text) => ['synthetic', text]), ...(marking ? [['marking', marking]] : [])];
    fill(this.chips, ...chips.map(([kind, text]) => el('span', {class: `chip ${kind}`, text})));
    this.table.hidden = !units.length;
    const listed = [...units].sort((a, b) => nameOf(a).localeCompare(nameOf(b), 'en') || a.key.localeCompare(b.key)).slice(0, MOST_ROWS);
    this.more.textContent = units.length > listed.length ? `${listed.length} of ${units.length.toLocaleString('en-US')} listed` : '';
    this.drawRows(listed);
  }

  drawRows(listed) {
    const rows = listed.map((unit) => this.rowOf(unit));
    const keys = listed.map(({key}) => key).join(' ');
    if (keys === this.keys) return;
    this.keys = keys;
    const focused = this.node.getRootNode?.().activeElement;
    fill(this.body, ...rows.map(({node}) => node));
    this.rows = new Map(listed.map(({key}, i) => [key, rows[i]]));
    if (rows.some(({button}) => button === focused)) focused.focus();
  }

  /** Return the row of a unit with its words as they are now; the same nodes every time. */
  rowOf(unit) {
    const row = this.rows.get(unit.key) ?? this.buildRow();
    row.unit = unit;
    const texts = [nameOf(unit), unit.ago, unit.title, mgrs(unit.lat, unit.lon, 4)];
    row.cells.forEach((cell, i) => {
      if (cell.textContent !== texts[i]) cell.textContent = texts[i];
    });
    row.node.setAttribute('title', `${unit.type}, ${unit.marking}`);
    return row;
  }

  buildRow() {
    const row = {};
    row.button = el('button', {type: 'button', onclick: () => this.visit(row.unit)});
    const cells = [1, 2, 3].map(() => el('td', {}));
    row.cells = [row.button, ...cells];
    row.node = el('tr', {}, el('th', {scope: 'row'}, row.button), ...cells);
    return row;
  }
}
