// Classes that the viewer hides by a click in the legend: on this map only, and always said.

import {addStyle, el, fill} from './dom.js';
import {legendOf} from './legend.js';

const keyOf = (property, value) => JSON.stringify([property, value]);
const kept = new WeakMap();

/** Return the classes of a layer's legend by which features differ: (property, entry) pairs. */
const entriesOf = (layer) =>
  legendOf(layer).flatMap(({type, property, entries}) => (type === 'classes' && property ? entries.map((entry) => [property, entry]) : []));

/** Whether a feature is of a hidden class; a square counts features of every class and stays. */
function isHidden({properties}, {marked, rules}) {
  if (marked && properties[marked] === 1) return false;
  return rules.some(({property, known, hidden}) => {
    const text = properties[property] == null ? null : String(properties[property]);
    return hidden.includes(known.includes(text) ? text : null);
  });
}

/** Return the features of a tile that are drawn; the same list every time, so that nothing is redrawn. */
export function shownOf(features, filter) {
  if (!filter || !Array.isArray(features)) return features;
  if (kept.get(features)?.filter !== filter) {
    const rules = JSON.parse(filter);
    kept.set(features, {filter, shown: features.filter((feature) => !isHidden(feature, rules))});
  }
  return kept.get(features).shown;
}

export class ClassSwitch {
  constructor(view) {
    this.view = view;
    this.hidden = new Map();
    this.node = el('div', {class: 'hidden-classes', role: 'status', hidden: true});
    addStyle(view.root, 'class_switch');
    view.root.append(this.node);
  }

  /** Whether the browser has the features of a layer; an image or a background is drawn as it is. */
  canSwitch({id}) {
    const described = this.view.data.deck.layers.find((layer) => layer.id === id);
    return described?.['@@type'] === 'MVTLayer' && !described.binary && !this.view.data.wall;
  }

  isOff({id}, property, value) {
    return this.hidden.get(id)?.has(keyOf(property, value)) ?? false;
  }

  /** Return the labels of the hidden classes of the legend that is shown. */
  labels(layer) {
    return entriesOf(layer).flatMap(([property, {value, label}]) => (this.isOff(layer, property, value) ? [label] : []));
  }

  toggle({id}, property, value) {
    const own = this.hidden.get(id) ?? new Set();
    const key = keyOf(property, value);
    if (!own.delete(key)) own.add(key);
    this.hidden.set(id, own);
    this.view.refresh();
  }

  /** Show every class again: of one layer, or of all. */
  reset(id = null) {
    if (id) this.hidden.delete(id);
    else this.hidden.clear();
    this.view.refresh();
  }

  /** Return as text what a layer leaves out; empty where that is nothing. */
  filterOf(layer) {
    if (!this.labels(layer).length || !this.canSwitch(layer)) return '';
    const rules = new Map();
    for (const [property, {value}] of entriesOf(layer)) {
      const rule = rules.get(property) ?? {property, known: [], hidden: []};
      const text = value === null ? null : String(value);
      if (text !== null) rule.known.push(text);
      if (this.isOff(layer, property, value)) rule.hidden.push(text);
      rules.set(property, rule);
    }
    return JSON.stringify({marked: layer.square?.markedBy ?? null, rules: [...rules.values()]});
  }

  /** Say over the map what it leaves out, also while the panel is folded. */
  draw() {
    const labels = this.view.layers.filter((layer) => layer.visible).flatMap((layer) => this.labels(layer));
    this.node.hidden = !labels.length;
    if (this.node.hidden) return;
    const words = `${countOf(labels)} on this map only: ${labels.join(', ')}`;
    fill(
      this.node,
      el('span', {text: words, title: words}),
      el('button', {type: 'button', text: 'Show all', 'aria-label': 'Show all classes', onclick: () => this.reset()}),
    );
  }

  /** Return how the legend of a layer is operated; null where its classes cannot be switched. */
  act(layer) {
    if (!this.canSwitch(layer)) return null;
    return {
      off: (property, value) => this.isOff(layer, property, value),
      toggle: (property, value) => this.toggle(layer, property, value),
      reset: () => this.reset(layer.id),
      note: noteOf(layer, this.labels(layer)),
    };
  }
}

const countOf = ({length}) => `${length} ${length === 1 ? 'class' : 'classes'} hidden`;

const noteOf = ({square}, labels) =>
  labels.length ? `${countOf(labels)}.${square ? ' Squares count all.' : ''}` : '';
