// A map's seat at the board: what the map tells it, and what the map shows of it.

import {Bar} from './bar.js';
import {Board, same} from './board.js';
import {addStyle} from './dom.js';
import {boundsAt, fitWhole} from './home.js';
import {CHANGED} from './name.js';
import {Pointer} from './pointer.js';

const HANDLED_MS = 1000;
/** The changes that the viewer had made when this tab last showed a map. */
let lastChoices = Infinity;
const BY_HAND = ['pointermove', 'wheel', 'dblclick', 'keydown', 'touchmove'];

export class BoardSession {
  constructor(view) {
    this.view = view;
    this.pointer = new Pointer(view.nodes.pointer);
    this.onFrame = ({detail}) => this.board?.tell({frame: detail && {from: detail.from, to: detail.to}});
    this.onName = ({detail}) => this.board?.rename(detail);
    window.addEventListener('cop:frame', this.onFrame);
    window.addEventListener(CHANGED, this.onName);
    addStyle(view.root, 'board');
    for (const name of BY_HAND) {
      view.root.addEventListener(name, (event) => this.handle(event), {capture: true, passive: true});
    }
  }

  get following() {
    return Boolean(this.board?.following);
  }

  /** The page's script spoke: sit down, or take note of the filter that it shows. */
  update(before) {
    const {data} = this.view;
    this.tellSeat();
    if (this.board) this.hearPage(before);
    else if (data.board) {
      this.board = new Board(this, {...data.board, chosen: data.choices > lastChoices});
      this.bar = new Bar(this.view.nodes.board, this.board, {
        point: (on) => this.setPointing(on),
        tools: this.view.tools,
        viewer: () => this.view.data.viewer,
      });
    }
    lastChoices = data.choices;
  }

  /** A filter that was chosen on the page is told by a presenter; a follower steps out with it. */
  hearPage(before) {
    const {board, view} = this;
    const {wanted, choices} = view.data;
    if (same(wanted, board.state?.wanted)) this.tiles = null;
    else if (choices <= before.choices) return;
    else if (board.presenting) board.tell({wanted});
    else board.stepOut();
  }

  /** Whether the page's script may move the camera: the board leads who follows, unless one chose something. */
  mayFly(before) {
    const {cameraNonce, choices} = this.view.data;
    return before.cameraNonce !== cameraNonce && (!this.following || choices > before.choices);
  }

  /** Take a filter that was chosen on the map: a presenter takes all along, a follower steps out with it. */
  choose(wanted) {
    if (this.board?.presenting) this.board.tell({wanted});
    else if (this.following) this.board.stepOut();
    this.view.askPage('follow', {wanted});
  }

  // ---- what the board asks of a host -----------------------------------------------------

  drawBoard() {
    this.bar?.draw();
    this.tellSeat();
    if (!this.board?.presenting && this.pointing) this.bar.setPointing(false);
    this.view.root.classList.toggle('follows', this.following);
  }

  /** Tell the page who sits here and who presents, where it offers something to the presenter. */
  tellSeat() {
    const {board, view} = this;
    if (!view.data.asksSeat || !board?.you || !board.state) return;
    const seat = {name: board.name, presenter: board.state.presenter?.name ?? '', presenting: board.presenting};
    if (same(seat, this.seat)) return;
    this.seat = seat;
    view.tell('seat', seat);
  }

  /** Return what the board is told of this map; it has no camera before its first frame. */
  read() {
    const parts = {layers: this.shownLayers(), wanted: this.view.data.wanted};
    const camera = this.view.camera();
    return camera ? {...parts, camera} : parts;
  }

  /** The map has its first frame. */
  ready() {
    if (this.board?.presenting) this.board.tellAll();
  }

  /** Show what the board says; the figures beside the map follow by the page's own script. */
  show({camera, layers, wanted, pointer, frame}, tiles) {
    const {view} = this;
    if (camera) view.look(this.seen(camera));
    if (layers) {
      view.choice.adopt(view.layers, layers);
      view.reportLayers();
    }
    if (wanted && !same(wanted, view.data.wanted)) {
      this.tiles = tiles;
      view.askPage('follow', {wanted});
    }
    if (layers || wanted) view.refresh();
    if (frame !== undefined) view.played.show(frame);
    if (pointer !== undefined) {
      this.pointer.show(pointer, this.board.state?.presenter?.name ?? '');
      this.pointer.follow(view.viewport());
    }
  }

  /** Return the camera that the board asks of this map; none where it does not follow. */
  boardCamera() {
    const camera = this.following ? this.board.state.camera : null;
    return camera ? this.seen(camera) : null;
  }

  /** Return the camera that shows what the presenter sees, all of it on a wall of another shape. */
  seen(camera) {
    const {view} = this;
    return view.data.wall && camera.bounds ? fitWhole(view.runtime.deck, view.size(), view.nodes, camera.bounds) : camera;
  }

  /** Show again what the page's own address asks for, as a wall does when nobody presents. */
  leave() {
    const {view} = this;
    this.tiles = null;
    this.pointer.show(null);
    view.played.show(null);
    view.forget();
    view.fly(view.data.camera ?? view.homeCamera());
    view.askPage('follow', {wanted: []});
  }

  /** The board says how often the annotations have changed. */
  annotated(counter) {
    this.view.annotations.hear(counter);
  }

  /** Tell whoever has drawn or erased that it is done, or why not; return whether that is shown. */
  drawn(reason) {
    return [this.view.tools, this.view.note].map((one) => one.hear(reason)).some(Boolean);
  }

  reportAll() {
    this.view.reportCamera();
    this.view.reportLayers();
  }

  // ---- what the viewer does on the map ---------------------------------------------------

  shownLayers() {
    const shown = this.view.layers.filter((layer) => layer.visible);
    return shown.map(({id, opacity, measure}) => ({id, opacity, measure}));
  }

  /** Note that the viewer's own hand is on the map. */
  handle(event) {
    if (this.view.tools.active || this.view.measure.active) return;
    if (event.type !== 'pointermove' || event.buttons > 0) this.handledAt = performance.now();
  }

  moved({longitude: lon, latitude: lat, zoom}) {
    if (performance.now() - (this.handledAt ?? -Infinity) < HANDLED_MS) this.stepOut();
    const camera = {lon, lat, zoom};
    // A hand that lets go says once more where the map is.
    if (!same(camera, this.camera)) this.tellCamera(camera);
    this.camera = camera;
  }

  /** The map has another size: a wall shows all of what is seen now. */
  resized() {
    const camera = this.view.camera();
    if (camera) this.board?.tell({camera});
  }

  tellCamera(camera) {
    const {view} = this;
    this.board?.tell({camera: {...camera, bounds: boundsAt(view.runtime.deck, view.size(), camera)}});
  }

  switched() {
    this.board?.tell({layers: this.shownLayers()});
  }

  stepOut() {
    this.board?.stepOut();
  }

  point(position) {
    if (this.pointing) this.board.tell({pointer: position});
  }

  /** Take the key that begins or ends pointing. */
  key(event) {
    if (event.key === 'p' && this.board?.presenting) this.bar.setPointing(!this.pointing);
  }

  setPointing(on) {
    this.pointing = on;
    this.view.root.classList.toggle('pointing', on);
    if (!on) this.board.tell({pointer: null});
  }

  /** Return the address of a layer's tiles: the board's, until the page's script has followed. */
  address(layer) {
    return this.tiles?.[layer.id] ?? layer.data;
  }

  stop() {
    window.removeEventListener('cop:frame', this.onFrame);
    window.removeEventListener(CHANGED, this.onName);
    this.board?.stop();
  }
}
