// Drawing on the shared map: a palette, a sheet over the map that takes the clicks, a small form.

import {drawAgencies, labelOf, readAgencies, writeMarking} from './agency.js';
import {addStyle, el, fill, icon} from './dom.js';
import {Sketch} from './sketch.js';

const PATHS = {
  point: ['M8 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z'],
  line: ['M2.5 12.5l4-6 3.5 3 3.5-6'],
  area: ['M3 5l6-2.5 4.5 5-3 5.5-6.5-1z'],
  arrow: ['M2.5 13.5L13 3M7.5 3H13v5.5'],
  text: ['M3.5 4V3h9v1M8 3v10M6.5 13h3'],
};
const HINTS = {
  point: 'Click to place the point, or use arrow keys and Space.',
  text: 'Click to place the text, or use arrow keys and Space.',
  line: 'Click each point, or use arrow keys and Space. Double-click or press Enter to finish.',
  arrow: 'Click from tail to tip, or use arrow keys and Space. Double-click or press Enter to finish.',
  area: 'Click each corner, or use arrow keys and Space. Double-click or press Enter to close.',
};
const FEWEST = {point: 1, text: 1, line: 2, arrow: 2, area: 3};

const hours = (h) => (h < 72 ? `${h} h` : h % 24 === 0 && h > 72 ? `${h / 24} d` : `${h} h`);

export class Tools {
  constructor(view) {
    this.view = view;
    this.node = view.nodes.tools;
    this.sketch = new Sketch(view, {
      onPlace: () => this.placed(),
      onEnd: () => this.end(),
      onCancel: () => this.cancel(),
    });
    addStyle(view.root, 'draw');
    view.root.append(this.sketch.node);
    this.open = false;
    this.shape = null;
  }

  /** While it is true the clicks on the map are the drawing's. */
  get active() {
    return !this.sketch.node.hidden && !this.sketch.resting;
  }

  /** Nobody draws into the past, nor without the right to. */
  get allowed() {
    const {knownAt, viewer} = this.view.data;
    return !knownAt && viewer.may.includes('annotate');
  }

  toggle() {
    this.open = !this.open;
    if (this.open) this.view.measure.end();
    if (this.open) this.view.sight?.end();
    this.stop();
    if (this.open) this.draw();
  }

  stop() {
    this.shape = this.changing = this.filling = this.waits = null;
    this.sketch.end();
    this.draw();
  }

  // ---- the palette -----------------------------------------------------------------------

  draw() {
    this.node.hidden = !this.open;
    this.view.session.drawBoard();
    if (!this.open) return;
    const {shapes} = this.view.data.annotations;
    const tool = ([shape, title]) =>
      el(
        'button',
        {type: 'button', class: 'tool', 'aria-pressed': String(shape === this.shape), onclick: () => this.begin(shape)},
        icon(...PATHS[shape]),
        el('span', {text: title}),
      );
    fill(
      this.node,
      el('div', {class: 'palette', role: 'group', 'aria-label': 'Shapes'}, ...Object.entries(shapes).map(tool)),
      this.shape && !this.filling ? this.hint() : null,
      this.filling ? this.form() : null,
    );
  }

  hint() {
    const many = FEWEST[this.shape] > 1;
    const ready = this.sketch.places.length >= FEWEST[this.shape];
    return el(
      'div',
      {class: 'hint'},
      el('p', {text: HINTS[this.shape], role: 'status'}),
      many ? el('button', {type: 'button', text: 'Finish', disabled: !ready, onclick: () => this.end()}) : null,
      many && this.sketch.places.length ? el('button', {type: 'button', text: 'Remove last', onclick: () => this.sketch.back()}) : null,
      el('button', {type: 'button', text: 'Cancel', onclick: () => this.cancel()}),
    );
  }

  begin(shape) {
    this.stop();
    this.shape = shape;
    this.sketch.begin(shape);
    this.view.card.close();
    this.draw();
  }

  placed() {
    if (FEWEST[this.shape] === 1) this.end();
    else this.draw();
  }

  end() {
    if (this.sketch.places.length < FEWEST[this.shape]) return;
    this.sketch.rest();
    this.filling = true;
    this.draw();
    this.node.querySelector('input')?.focus();
  }

  cancel() {
    if (!this.shape) this.open = false;
    this.stop();
  }

  /** Change the words of an annotation that is there: its next revision. */
  change(feature) {
    this.stop();
    this.open = true;
    this.shape = feature.properties.shape;
    this.changing = feature;
    this.filling = true;
    this.draw();
    this.node.querySelector('input')?.focus();
  }

  // ---- the form --------------------------------------------------------------------------

  form() {
    const {purposes, markings, lasts, marking} = this.view.data.annotations;
    const earlier = this.changing?.properties;
    const stated = earlier?.marking ?? marking;
    const option = (chosen) => ([value, text]) => el('option', {value, text, selected: String(value) === String(chosen)});
    const choose = (label, name, pairs, chosen) =>
      el('label', {}, el('span', {text: label}), el('select', {name}, ...pairs.map(option(chosen))));
    const stands = [...lasts.map((h) => [h, hours(h)]), ['', 'until erased']];
    const form = el(
      'form',
      {class: 'words'},
      el('label', {}, el('span', {text: 'Title'}), el('input', {name: 'title', type: 'text', maxlength: 80, required: true, autocomplete: 'off', value: earlier?.title})),
      choose('Purpose', 'purpose', purposes.map(({key, title}) => [key, title]), earlier?.purpose ?? (this.shape === 'area' ? 'interest' : 'note')),
      choose('Duration', 'lasts', stands, earlier && !earlier.valid_until ? '' : 24),
      choose('Marking', 'marking', markings.map((name) => [name, name]), labelOf(stated)),
      this.agencies(),
      this.reason(),
      el(
        'div',
        {class: 'ends'},
        el('button', {type: 'submit', class: 'main', text: earlier ? 'Save' : 'Add to map'}),
        el('button', {type: 'button', text: 'Cancel', onclick: () => this.cancel()}),
      ),
      el('p', {class: 'fault', role: 'alert'}),
    );
    this.listen(form);
    return form;
  }

  /** A new one is for whom the records are, not for whom others drew. */
  agencies() {
    const {annotations, viewer} = this.view.data;
    return drawAgencies(viewer, this.changing?.properties.marking ?? annotations.ownMarking);
  }

  /** Who may release may lower the marking of one that is there, and says why. */
  reason() {
    const lowers = this.changing && this.view.data.viewer.may.includes('release');
    if (!lowers) return null;
    return el('label', {}, el('span', {text: 'Reason'}), el('input', {name: 'reason', type: 'text', maxlength: 200, autocomplete: 'off', placeholder: 'for a lower marking'}));
  }

  listen(form) {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.send(form);
    });
    form.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Escape') this.cancel();
    });
  }

  places() {
    if (!this.changing) return this.sketch.places;
    const {type, coordinates} = this.changing.geometry;
    if (type === 'Point') return [coordinates];
    return type === 'Polygon' ? coordinates[0].slice(0, -1) : coordinates;
  }

  send(form) {
    const {board} = this.view.session;
    const {title, purpose, lasts, marking, reason} = form.elements;
    board.refused = null;
    const said = board.say({
      draw: {
        shape: this.shape,
        title: title.value,
        purpose: purpose.value,
        lasts_h: lasts.value ? Number(lasts.value) : null,
        marking: writeMarking(marking.value, readAgencies(form)),
        coordinates: this.places(),
        ...(this.changing ? {replaces: this.changing.id} : {}),
      },
      ...(reason?.value ? {reason: reason.value} : {}),
    });
    if (!said) form.querySelector('.fault').textContent = 'Connection lost. Not saved. Try again when connected.';
    this.waits = said;
  }

  /** The server has taken what was sent, or says why not; return whether that is shown here. */
  hear(reason) {
    if (!this.waits) return false;
    this.waits = false;
    const fault = this.node.querySelector('.fault');
    if (!reason) this.stop();
    else if (fault) fault.textContent = reason;
    return Boolean(reason && fault);
  }
}
