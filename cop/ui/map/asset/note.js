// The card of an annotation: author, expiry, marking, size, and actions.

import {dtgLocal, el, latLon} from './dom.js';
import {table} from './details.js';
import {anchor} from './annotation_layer.js';
import {mgrs} from './mgrs.js';

const AREA_DECIMALS = 4;

/** Write a closed ring as the text of a filter's area. */
export function areaText(feature) {
  const places = feature.geometry.coordinates[0].slice(0, -1);
  return places.map((place) => place.map((degrees) => degrees.toFixed(AREA_DECIMALS)).join(' ')).join(',');
}

/** The open card of one annotation; a view has one. */
export class Note {
  constructor(view) {
    this.view = view;
    this.id = null;
  }

  show(feature) {
    this.id = feature.id;
    this.asking = this.waits = false;
    this.fault = '';
    this.feature = feature;
    this.draw();
  }

  /** Close the card of an annotation that is no longer there, and draw a changed one anew. */
  heed(shown) {
    if (!this.id) return;
    const {card} = this.view;
    const found = shown.find(({id}) => id === this.id);
    if (card.node.hidden || !card.node.querySelector('.note-actions')) this.id = null;
    else if (!found) card.close();
    else if (found.properties.revision !== this.feature.properties.revision) this.show(found);
  }

  draw() {
    const {feature, view} = this;
    const {properties} = feature;
    const {purposes, shapes} = view.data.annotations;
    const purpose = purposes.find(({key}) => key === properties.purpose);
    const [lon, lat] = anchor(feature);
    const rows = [
      ['Purpose', purpose?.title ?? properties.purpose],
      ['Drawn by', properties.author],
      ['Drawn at', dtgLocal(properties.drawn_at)],
      ['Until', properties.valid_until ? dtgLocal(properties.valid_until) : 'erased'],
      ['Marking', properties.marking],
      ...(properties.size ? [[properties.shape === 'area' ? 'Area' : 'Length', properties.size]] : []),
      ['Position', latLon(lat, lon)],
      ['MGRS', mgrs(lat, lon, properties.shape === 'point' ? 5 : 3)],
    ];
    const [r, g, b] = purpose?.color ?? [213, 218, 224];
    const swatch = el('span', {class: 'swatch', style: {background: `rgb(${r} ${g} ${b})`}});
    const head = el('div', {class: 'what'}, swatch, el('strong', {text: properties.title}));
    const words = `Annotation: ${shapes[properties.shape]}${properties.revision > 1 ? `, revision ${properties.revision}` : ''}`;
    view.card.put(head, words, table(rows), this.actions());
  }

  actions() {
    const {feature, view} = this;
    if (!view.session.board || view.data.knownAt) return el('div', {class: 'note-actions'});
    const button = (text, onclick) => el('button', {type: 'button', class: 'wide', text, onclick});
    if (this.asking) {
      return el(
        'div',
        {class: 'note-actions', role: 'alertdialog', 'aria-label': 'Erase'},
        el('p', {class: 'note', text: 'It is removed from everyone\u2019s map.'}),
        button('Erase for everyone', () => this.erase()),
        button('Cancel', () => this.ask(false)),
        this.fault ? el('p', {class: 'note error', role: 'alert', text: this.fault}) : null,
      );
    }
    return el(
      'div',
      {class: 'note-actions'},
      feature.properties.shape === 'area' ? button('Use as filter', () => this.filter()) : null,
      ...(view.data.viewer.may.includes('annotate') ? [this.edit(button), button('Erase', () => this.ask(true))] : []),
    );
  }

  edit(button) {
    return button('Edit', () => {
      this.view.card.close();
      this.view.tools.change(this.feature);
    });
  }

  ask(asking) {
    this.asking = asking;
    this.fault = '';
    this.draw();
  }

  erase() {
    this.waits = this.view.session.board.say({erase: this.feature.id});
    this.fault = this.waits ? '' : 'Connection lost. Not erased. Try again when connected.';
    this.draw();
  }

  /** The server has erased it, or says why not; return whether that is shown here. */
  hear(reason) {
    if (!this.waits) return false;
    this.waits = false;
    this.fault = reason ?? '';
    if (reason) this.draw();
    return Boolean(reason);
  }

  /** Narrow the page to the area; who presents takes all along. */
  filter() {
    const {view} = this;
    const rest = view.data.wanted.filter(([name]) => name !== 'area');
    view.card.close();
    view.session.choose([...rest, ['area', areaText(this.feature)]]);
  }
}
