// Measuring on the map: clicked points, their geodesic length, the area they close; all of it stays in this browser.

import {addStyle, el, fill, icon} from './dom.js';
import {area, crosses, distance, length, trace, writeArea, writeLength} from './geodesy.js';
import {Sketch} from './sketch.js';

const RULER = ['M2 10.5L10.5 2 14 5.5 5.5 14z', 'M4.5 8l1.5 1.5M7 5.5L8.5 7M9.5 3L11 4.5'];
const HINT = 'Click points, or use arrow keys and Space. Click the first point to close an area. Enter finishes, Escape ends.';
const FEWEST_OF_AREA = 3;

export class Measure {
  constructor(view) {
    this.view = view;
    this.node = view.nodes.measure;
    this.sketch = new Sketch(
      view,
      {
        onPlace: () => this.draw(true),
        onEnd: () => this.rest('measure'),
        onCancel: () => this.end(),
        onClose: () => this.rest('area'),
        onMove: () => this.tick(),
      },
      {label: 'Measuring on the map', between: trace},
    );
    this.button = el(
      'button',
      {type: 'button', title: 'Measure distance and area', 'aria-label': 'Measure', 'aria-pressed': 'false', onclick: () => this.toggle()},
      icon(...RULER),
    );
    this.said = el('p', {class: 'said', role: 'status'});
    addStyle(view.root, 'measure');
    view.root.append(this.sketch.node);
    view.nodes.buttons.append(this.button);
  }

  /** While it is true the clicks on the map are points. */
  get active() {
    return !this.sketch.node.hidden && !this.sketch.resting;
  }

  get closed() {
    return this.sketch.kind === 'area';
  }

  toggle() {
    if (this.node.hidden) this.begin();
    else this.end();
  }

  begin() {
    const {card, sight, tools} = this.view;
    if (tools.open) tools.toggle();
    sight?.end();
    card.close();
    this.node.hidden = false;
    this.button.setAttribute('aria-pressed', 'true');
    this.sketch.resting = false;
    this.sketch.begin('measure');
    this.draw(true);
  }

  /** Leave what is measured on the map, as a line or closed. */
  rest(kind) {
    const least = kind === 'area' ? FEWEST_OF_AREA : 2;
    if (this.sketch.places.length < least) return;
    this.sketch.kind = kind;
    this.sketch.rest();
    this.draw(true);
    this.node.querySelector('button')?.focus();
  }

  end() {
    const within = this.node.contains(this.node.getRootNode().activeElement) || this.active;
    this.sketch.end();
    this.node.hidden = true;
    this.button.setAttribute('aria-pressed', 'false');
    if (within) this.button.focus();
  }

  /** Take a key while something is measured; true where it was for that. */
  key(event) {
    if (this.node.hidden) return false;
    if (this.sketch.key(event)) return true;
    if (event.key !== 'Escape') return false;
    this.end();
    return true;
  }

  /** Return what is measured, as names and values. */
  rows() {
    const {places} = this.sketch;
    if (this.closed) {
      const within = crosses(places) ? 'unknown: sides cross' : writeArea(area(places));
      return [['Area', within], ['Perimeter', writeLength(length([...places, places[0]]))]];
    }
    const open = this.sketch.open();
    const last = open.length > 1 ? distance(...open.slice(-2)) : 0;
    return [['Distance', writeLength(length(open))], ['Last leg', writeLength(last)]];
  }

  /** Draw the figures anew, as the pointer has moved. */
  tick() {
    if (!this.figures) return;
    fill(this.figures, ...this.rows().flatMap(([name, value]) => [el('dt', {text: name}), el('dd', {text: value})]));
  }

  draw(placed) {
    const {places, resting} = this.sketch;
    const button = (text, onclick, least, main) =>
      el('button', {type: 'button', class: main ? 'main' : null, text, onclick, disabled: places.length < least});
    this.figures = el('dl', {});
    this.tick();
    fill(
      this.node,
      this.figures,
      this.said,
      places.length || resting ? null : el('p', {class: 'hint', text: HINT}),
      el(
        'div',
        {class: 'ends'},
        ...(resting
          ? [button('New', () => this.begin(), 0, true)]
          : [
              button('Close area', () => this.rest('area'), FEWEST_OF_AREA),
              button('Remove last', () => this.sketch.back(), 1),
              button('Finish', () => this.rest('measure'), 2),
            ]),
        button('End', () => this.end(), 0),
      ),
      el('p', {class: 'of', text: 'Geodesic on WGS 84. Not stored, not shared.'}),
    );
    // Only points that are placed are told: figures that follow a pointer would never be silent.
    if (placed && places.length) this.said.textContent = this.summary();
  }

  summary() {
    const {places} = this.sketch;
    const rows = this.closed ? this.rows() : [['Distance', writeLength(length(places))]];
    const noun = places.length === 1 ? 'point' : 'points';
    return `${places.length} ${noun}. ${rows.map(([name, value]) => `${name} ${value}`).join('. ')}`;
  }
}
