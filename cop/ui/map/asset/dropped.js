// Files that are dropped on the page: handed to the server, and drawn here alone until they are published.

import {addStyle, fill} from './dom.js';
import {buildAdd, buildDrafts, buildNote, buildSheet} from './dropped_list.js';
import {fitHome} from './home.js';

const BOX = '.st-key-cop-drop';
const INPUT = `${BOX} input[type=file]`;
const FAILED = `${BOX} [data-testid="stFileChipIconError"]`;
const LOOK_MS = 500;
const MB = 1024 * 1024;
const HALO = {dark: [11, 17, 25, 235], light: [255, 255, 255, 235]};
const CAPTURE = {capture: true};
const EVENTS = ['dragenter', 'dragover', 'dragleave', 'drop'];

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');

/** The drafts of a view, which is not asked to show any unless its page takes files. */
export class Dropped {
  constructor(view) {
    this.view = view;
    this.features = new Map();
    this.known = null;
    this.closed = new Set();
    this.state = {agreed: new Set(), waits: new Map(), color: [0, 0, 0]};
    this.own = [];
    this.queue = [];
    this.hear = (event) => this.take(event);
    for (const name of EVENTS) window.addEventListener(name, this.hear, CAPTURE);
  }

  get drop() {
    return this.view.data?.drop ?? null;
  }

  // ---- what is dropped -------------------------------------------------------------------

  take(event) {
    if (!this.drop || !hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.type === 'drop') this.add([...event.dataTransfer.files]);
    if (event.type === 'drop' || (event.type === 'dragleave' && event.relatedTarget === null)) this.cover(false);
    else if (event.type !== 'dragleave') this.cover(true);
  }

  cover(on) {
    if (on === Boolean(this.sheet)) return;
    this.sheet?.remove();
    this.sheet = on ? buildSheet() : null;
    if (on) document.body.append(this.sheet);
  }

  /** Take files, as many as the server reads at once; one that is too large is named at once. */
  add(files) {
    const {mostMb} = this.drop;
    this.own = [];
    for (const file of files) {
      const size = Math.ceil(file.size / MB);
      if (file.size > mostMb * MB) this.own.push({text: `${file.name}: ${size} MB; at most ${mostMb} MB can be dropped here`, bad: true});
      else this.queue.push(file);
    }
    this.next();
    this.draw();
  }

  /** Hand the next files to the page's uploader, which sends them as any other. */
  next() {
    if (this.reading || !this.queue.length) return;
    const names = this.queue.map(({name}) => name).join(', ');
    const input = document.querySelector(INPUT);
    if (!input || this.view.pulse?.goneSince) {
      this.own.push({text: `${names}: not sent, as the connection is lost. Drop it again when connected`, bad: true, link: false});
      this.queue = [];
      return;
    }
    const carrier = new DataTransfer();
    for (const file of this.queue.splice(0)) carrier.items.add(file);
    input.files = carrier.files;
    this.reading = {names, turn: this.drop.turn};
    this.timer = setInterval(() => this.look(), LOOK_MS);
    input.dispatchEvent(new Event('change', {bubbles: true}));
  }

  /** Say so where a file did not reach the server. */
  look() {
    if (!document.querySelector(FAILED)) return;
    this.own.push({text: `${this.reading.names}: could not be sent to the server. Reload the page and drop it again`, bad: true, link: false});
    this.done();
    this.draw();
  }

  done() {
    clearInterval(this.timer);
    this.reading = null;
  }

  choose() {
    const input = document.querySelector(INPUT);
    if (!input) return;
    const turn = this.drop.turn;
    input.addEventListener('change', () => {
      if (!this.reading && input.files.length) this.reading = {names: [...input.files].map(({name}) => name).join(', '), turn};
      this.draw();
    }, {once: true});
    input.click();
  }

  // ---- what the page says of it ----------------------------------------------------------

  update() {
    const {drop, view} = this;
    if (!drop) return;
    if (!this.known) addStyle(view.root, 'dropped');
    if (this.reading && this.reading.turn !== drop.turn) this.done();
    this.state.color = drop.color;
    this.state.waits.clear();
    const ids = new Set(drop.files.map(({id}) => id));
    const fresh = this.known ? drop.files.filter(({id}) => !this.known.has(id)) : [];
    this.known = ids;
    for (const token of this.features.keys()) if (!this.tokens().includes(token)) this.features.delete(token);
    for (const token of this.tokens()) if (!this.features.has(token)) this.fetch(token);
    if (fresh.length) this.visit(fresh);
    this.next();
    this.draw();
  }

  tokens() {
    return (this.drop?.files ?? []).flatMap((file) => file.layers.map(({token}) => token));
  }

  /** Fetch the features of a draft once; the token goes in a header, which no log keeps. */
  async fetch(token) {
    this.features.set(token, []);
    const {url, header} = this.drop;
    try {
      const answer = await fetch(url, {headers: {[header]: token}, cache: 'no-store'});
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      const {features} = await answer.json();
      if (this.view.stopped || !this.features.has(token)) return;
      this.features.set(token, features);
      this.view.drawDeck();
    } catch (error) {
      this.own.push({text: `A draft cannot be drawn: ${error.message}. Discard it and drop the file again`, bad: true, link: false});
      this.draw();
    }
  }

  /** Show where new drafts lie, and the panel that lists them. */
  visit(files) {
    const {view} = this;
    view.folded = false;
    const bounds = files.flatMap((file) => file.layers.map((layer) => layer.bounds).filter(Boolean));
    if (!bounds.length || !view.viewport()) return;
    const all = [0, 1, 2, 3].map((i) => Math[i < 2 ? 'min' : 'max'](...bounds.map((one) => one[i])));
    view.fly(fitHome(view.runtime.deck, view.size(), view.nodes, all));
  }

  // ---- what is drawn ---------------------------------------------------------------------

  draw() {
    const {drop, view} = this;
    const {drops} = view.nodes;
    const said = drop.notes.filter(({id}) => !this.closed.has(id));
    const close = (act) => () => [act(), this.draw()];
    const nodes = [
      ...(this.reading ? [buildNote({text: `Reading ${this.reading.names}\u2026`}, drop.upload)] : []),
      ...this.own.map((one) => buildNote(one, drop.upload, close(() => (this.own = this.own.filter((other) => other !== one))))),
      ...said.map((one) => buildNote(one, drop.upload, close(() => this.closed.add(one.id)))),
    ];
    drops.hidden = !nodes.length;
    fill(drops, ...nodes);
  }

  /** Build what the panel lists first and last; nothing on a page that takes no files. */
  sections() {
    const {drop} = this;
    if (!drop) return [null, null];
    const act = {agree: (id, on) => this.agree(id, on), press: (what, id) => this.press(what, id)};
    return [buildDrafts(drop.files, this.state, act), buildAdd(() => this.choose())];
  }

  agree(id, on) {
    this.state.agreed[on ? 'add' : 'delete'](id);
    this.view.drawPanel();
  }

  press(what, id) {
    const {view} = this;
    this.state.waits.set(id, what);
    view.askPage('draft', {what, id, by: view.session.board?.name ?? '', agreed: this.state.agreed.has(id)});
    view.drawPanel();
  }

  /** Return the drafts as the panel's layers are described, for tooltips and details. */
  list() {
    const layers = (this.drop?.files ?? []).flatMap((file) => file.layers.map((layer, i) => ({...layer, id: `draft-${file.id}-${i}`})));
    return layers.map((layer) => ({...layer, title: `${layer.title} (draft)`, measures: [], legend: [], features: this.features.get(layer.token) ?? []}));
  }

  find(id) {
    return this.list().find((layer) => layer.id === id) ?? null;
  }

  /** Return deck.gl's description; what files say goes by a function, so that none is an expression. */
  layers() {
    return this.list().map(({id, features}) => ({
      '@@type': 'DroppedLayer',
      id,
      pickable: true,
      read: () => features,
      n: features.length,
      color: this.state.color,
      halo: HALO[this.view.data.theme],
    }));
  }

  stop() {
    this.done();
    this.cover(false);
    for (const name of EVENTS) window.removeEventListener(name, this.hear, CAPTURE);
  }
}
