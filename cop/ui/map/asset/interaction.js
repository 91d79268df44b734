// What the viewer does on the map: hovering, clicking, keys, and the position under the mouse.

import {drawTip} from './details.js';
import {Handle} from './handle.js';
import {mgrs} from './mgrs.js';
import {drawCursor} from './status.js';

const EDITABLE = 'input, textarea, select, [contenteditable="true"]';
const STILL_PX = 4;
const TAP_MS = 2000;

const idOf = (layer, properties) => properties[layer.idProperty] ?? null;

export class Interaction {
  constructor(view) {
    this.view = view;
    this.handle = new Handle(view);
    this.onKey = (event) => this.key(event);
    document.addEventListener('keydown', this.onKey);
    const {stage} = view.nodes;
    stage.addEventListener('pointerleave', () => this.leave());
    stage.addEventListener('pointermove', (event) => this.point(event));
    stage.addEventListener('pointerdown', (event) => {
      this.pressed = event.button === 0 ? event : null;
    });
    stage.addEventListener('pointerup', (event) => this.release(event));
  }

  stop() {
    document.removeEventListener('keydown', this.onKey);
  }

  /** A slash goes to the search; Escape closes the details, then takes the marker away. */
  key(event) {
    const {view} = this;
    const from = event.composedPath()[0];
    if (view.tools.sketch.key(event) || view.measure.key(event) || view.sight.key(event)) return;
    const writing = from instanceof Element && from.matches(EDITABLE);
    if (!writing) this.command(event);
    const ours = from === document.body || event.composedPath().includes(view.root);
    if (event.key !== 'Escape' || !ours) return;
    if (!view.nodes.card.hidden) view.card.close();
    else if (view.marker.at) view.search.clear();
  }

  /** Take a key that is typed into nothing. */
  command(event) {
    const {view} = this;
    if (event.key === '/' && !event.ctrlKey && !event.metaKey && !view.data?.wall) {
      event.preventDefault();
      view.search.focus();
    }
    view.session.key(event);
  }

  at(event) {
    const box = this.view.nodes.stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** Take a press and release at one place as a click; deck.gl's own misses slow machines' taps. */
  release(event) {
    const {pressed, view} = this;
    this.pressed = null;
    if (!pressed || !view.viewport()) return;
    const moved = Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY);
    if (moved > STILL_PX || event.timeStamp - pressed.timeStamp > TAP_MS) return;
    const [x, y] = this.at(event);
    const [lon, lat] = view.viewport().unproject([x, y]);
    this.click(view.deck.pickObject({x, y, radius: 4}), {lon, lat});
  }

  picked(info) {
    if (!info?.object || !info.layer) return null;
    const {layers, dropped} = this.view;
    return layers.find((layer) => layer.id === info.layer.id) ?? dropped.find(info.layer.id);
  }

  hover(info) {
    const {view} = this;
    const {stage, tip} = view.nodes;
    const layer = this.picked(info);
    stage.classList.toggle('over', Boolean(layer) || info.layer?.id === 'annotations');
    const id = layer && idOf(layer, info.object.properties);
    if (id && id === view.selection?.id) {
      tip.hidden = true;
      return;
    }
    const {clientWidth: width, clientHeight: height} = view.root;
    drawTip(tip, layer, info.object?.properties, info.x, info.y, {width, height}, view.halo);
  }

  /** Give the place of the next click to a function instead, or where a ring at a place is dragged to. */
  pickOnce(take, at) {
    this.taking = take;
    this.handle.show(at, (place) => this.take(place));
  }

  take(place) {
    const {taking} = this;
    this.taking = null;
    this.handle.clear();
    taking(place);
  }

  click(info, at) {
    const {view} = this;
    if (this.taking) {
      this.take(at);
      return;
    }
    if (info?.layer?.id === 'annotations') {
      view.note.show(info.object);
      return;
    }
    const layer = this.picked(info);
    if (!layer) {
      this.clickNothing(at);
      return;
    }
    view.marker.closed();
    const {properties} = info.object;
    const [lon, lat] = info.coordinate;
    view.select({layer: layer.id, properties, lon, lat, id: idOf(layer, properties)});
    view.nodes.tip.hidden = true;
    view.card.show(layer, properties, {lon, lat}, view.halo);
  }

  /** A click beside everything closes the details; where none are open it tells what is there. */
  clickNothing(at) {
    const {view} = this;
    if (!view.nodes.card.hidden || view.data.wall) {
      view.card.close();
      return;
    }
    view.marker.show({...at, title: mgrs(at.lat, at.lon)}, true);
    view.marker.follow(view.viewport());
    view.card.showPosition(at, view.data.assets.position);
  }

  /** The details were closed. */
  closed() {
    this.taking = null;
    this.handle.clear();
    this.view.marker.closed();
    this.view.select(null);
  }

  point(event) {
    const {view} = this;
    const viewport = view.viewport();
    if (!viewport || view.data.wall) return;
    const at = this.at(event);
    const [lon, lat] = viewport.unproject(at);
    drawCursor(view.nodes.cursor, {lon, lat}, viewport.zoom);
    view.session.point({lon, lat});
    if (event.buttons) view.values.leave();
    else view.values.point({lon, lat}, at);
  }

  leave() {
    const {nodes, session, values} = this.view;
    values.leave();
    nodes.tip.hidden = true;
    drawCursor(nodes.cursor, null);
    session.point(null);
  }
}
