// The live board over a socket of its own: this tab presents, follows, or has its own view.

import {keepName, readName, tidy} from './name.js';

const RETRY_MS = [200, 500, 1000, 2000];
const SEND_MS = 40;
const TRACED = 400;
const KEYS = {key: 'cop-board-key', mode: 'cop-board-mode'};

/** Keeps a value in a storage that may be refused, as in a private window. */
const kept = {
  get(storage, name) {
    try {
      return storage.getItem(name);
    } catch {
      return null;
    }
  },
  set(storage, name, value) {
    try {
      storage.setItem(name, value);
    } catch {
      // It is then forgotten with the page.
    }
  },
};

const randomKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Return once whether this document was opened by a link to a picture, rather than reloaded. */
let opened = performance.getEntriesByType('navigation')[0];
const wasLinked = () => {
  const linked = Boolean(opened) && opened.type !== 'reload' && new URL(opened.name).search !== '';
  opened = null;
  return linked;
};

/** Return whether two lists of pairs are the same. */
export const same = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/**
 * The host gives its state by read() as {camera, layers, wanted} and takes the board's by show(),
 * which is given only what changed; drawBoard() is called when words about the board change.
 */
export class Board {
  constructor(host, {socket, role, chosen = false}) {
    this.host = host;
    this.address = location.origin.replace(/^http/, 'ws') + socket;
    this.role = role;
    this.key = kept.get(sessionStorage, KEYS.key) ?? randomKey();
    kept.set(sessionStorage, KEYS.key, this.key);
    const usual = role === 'wall' ? 'Wall' : `Viewer ${this.key.slice(0, 2).toUpperCase()}`;
    this.name = (role === 'viewer' && readName()) || usual;
    this.linked = wasLinked();
    this.leads = this.linked || chosen;
    this.mode = 'follow';
    this.setMode(this.firstMode());
    this.state = null;
    this.people = [];
    this.outbox = null;
    this.sentAt = 0;
    this.tries = 0;
    this.trace = [];
    this.connect();
  }

  /** A tab goes on as it was; a new one follows, unless a link has opened it. */
  firstMode() {
    return this.linked ? 'own' : (kept.get(sessionStorage, KEYS.mode) ?? 'follow');
  }

  get presenting() {
    return Boolean(this.you) && this.state?.presenter?.id === this.you;
  }

  get live() {
    return Boolean(this.state?.presenter);
  }

  get following() {
    return this.live && !this.presenting && this.mode === 'follow';
  }

  // ---- the connection --------------------------------------------------------------------

  connect() {
    if (this.stopped) return;
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.onopen = () => {
      const after = this.state ? {after: this.state.revision} : {};
      this.say({key: this.key, name: this.name, role: this.role, ...after});
    };
    socket.onmessage = (event) => this.receive(JSON.parse(event.data));
    socket.onclose = () => this.lost(socket);
  }

  lost(socket) {
    if (this.stopped || socket !== this.socket) return;
    this.goneSince ??= new Date().toISOString();
    this.socket = null;
    const wait = RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)];
    setTimeout(() => this.connect(), wait);
    this.host.drawBoard();
  }

  /** Send something to the server; false where the connection is lost. */
  say(words) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(words));
    return true;
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  // ---- what is heard ---------------------------------------------------------------------

  receive(message) {
    if (message.you) this.welcome(message.you);
    else if (message.people) this.people = message.people;
    else if (message.drawn) this.host.drawn(null);
    else if (message.refused) this.refuse(message.refused);
    else if (message.annotations !== undefined) this.annotate(message.annotations);
    else if (message.board) this.become(message.board, message.tiles, Object.keys(message.board));
    else this.become({...this.state, ...message.change, revision: message.revision}, message.tiles, Object.keys(message.change));
    if (message.change?.camera) this.noteCamera(message);
    this.host.drawBoard();
  }

  /** Whoever presented while the line was cut says again what the map has become since. */
  welcome(you) {
    this.you = you;
    this.tries = 0;
    this.goneSince = null;
    if (this.presenting && this.adopted) this.tellAll();
  }

  /** Others drew or erased something that this viewer may read. */
  annotate(annotations) {
    this.state = {...this.state, annotations};
    this.host.annotated(annotations);
  }

  refuse(reason) {
    // Where it is said beside what was pressed, the bar keeps quiet.
    this.refused = this.host.drawn(reason) ? null : reason;
  }

  become(state, tiles, changed) {
    const before = this.state;
    const presented = this.presenting;
    this.state = state;
    if (tiles) this.tiles = tiles;
    else if (changed.includes('wanted')) this.tiles = null;
    if (changed.includes('presenter') && before) this.turn(before, presented);
    const arrives = this.presenting && !this.adopted;
    if (this.following) this.show(this.fresh || !before ? null : changed);
    this.fresh = !this.following;
    this.adopted = true;
    this.host.annotated(state.annotations);
    // A presenter's tab that was reloaded shows the board; one that a link opened, or that comes
    // back from a page where its viewer chose something else, tells it.
    if (arrives && this.leads) this.tellAll();
    else if (arrives) this.show();
  }

  /** Take note of who presents now: this tab begins, or others took over from it. */
  turn(before, presented) {
    this.refused = null;
    this.news = before.presenter?.id === this.state.presenter?.id ? null : this.state.presenter;
    if (this.presenting && !presented) this.tellAll();
    if (presented && !this.presenting) this.setMode('follow');
    if (!this.live && this.role === 'wall') this.host.leave();
  }

  /** Show the board on the map: all of it, or what changed. */
  show(changed = null) {
    const parts = ['camera', 'wanted', 'layers', 'pointer', 'frame'];
    const shown = parts.filter((part) => !changed || changed.includes(part));
    this.host.show(Object.fromEntries(shown.map((part) => [part, this.state[part]])), this.tiles);
  }

  /** Keep when a camera was sent and when it was shown here, for the bench. */
  noteCamera({revision, at, change}) {
    if (!this.following) return;
    this.trace.push({revision, sent: change.sent_ms, at: at * 1000, shown: Date.now()});
    if (this.trace.length > TRACED) this.trace.shift();
  }

  // ---- what this tab does ----------------------------------------------------------------

  setMode(mode) {
    if (this.role === 'wall') return;
    this.mode = mode;
    kept.set(sessionStorage, KEYS.mode, mode);
  }

  /** Let this viewer look elsewhere; nobody else is disturbed. */
  stepOut() {
    if (!this.following || this.role === 'wall') return;
    this.setMode('own');
    this.host.show({pointer: null, frame: null}, null);
    this.host.drawBoard();
    this.host.reportAll();
  }

  back() {
    this.setMode('follow');
    if (this.following) this.show();
    this.fresh = false;
    this.host.drawBoard();
  }

  take() {
    this.say({take: true, name: this.name});
  }

  release() {
    this.setMode('own');
    this.say({release: true});
  }

  rename(name) {
    const given = tidy(name);
    if (!given || given === this.name || this.role === 'wall') return;
    this.name = given;
    keepName(given);
    this.say(this.presenting ? {name: given, take: true} : {name: given});
  }

  /** Send what the presenter changed; a second change soon after goes with the next message. */
  tell(change) {
    if (!this.presenting || !this.adopted) return;
    this.outbox = {...this.outbox, ...change, sent_ms: Date.now()};
    const wait = this.sentAt + SEND_MS - performance.now();
    clearTimeout(this.timer);
    if (wait <= 0) this.flush();
    else this.timer = setTimeout(() => this.flush(), wait);
  }

  flush() {
    if (!this.outbox || !this.presenting) return;
    this.sentAt = performance.now();
    this.say({move: this.outbox});
    this.outbox = null;
  }

  tellAll() {
    this.tell(this.host.read());
  }
}
