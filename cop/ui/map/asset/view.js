// One mounted map: keeps the deck, the panel, the card and the status bars in step.

import {Bar} from './bar.js';
import {Board, same} from './board.js';
import {Choice} from './choice.js';
import {Card, drawTip} from './details.js';
import {el, fill} from './dom.js';
import {installHooks, removeHooks} from './hook.js';
import {drawPanel, tickAges} from './panel.js';
import {frame} from './frame.js';
import {Marker} from './marker.js';
import {Pace} from './pace.js';
import {Pointer} from './pointer.js';
import {Search} from './search.js';
import {Pulse, drawCursor, drawScale, drawTrouble} from './status.js';
import {dress, tickWall} from './wall.js';

const HALO = {dark: '#0b1119', light: '#ffffff'};
const REPORT_MS = 300;
const TICK_MS = 200;
const HANDLED_MS = 1000;

const later = (wait, call) => {
  let timer = null;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...values), wait);
  };
};

const idOf = (layer, properties) => properties[layer.idProperty] ?? null;
const EDITABLE = 'input, textarea, select, [contenteditable="true"]';

export class MapView {
  constructor(root) {
    this.root = root;
    this.choice = new Choice();
    this.open = new Set();
    this.sections = new Map();
    this.search = new Search({
      onChoose: (result) => this.locate(result),
      onClear: () => this.marker.clear(),
    });
    this.nodes = frame(root, this.search.node, {
      zoom: (by) => this.zoomBy(by),
      home: () => this.fly(this.homeCamera()),
    });
    this.marker = new Marker(this.nodes.marker);
    this.pointer = new Pointer(this.nodes.pointer);
    this.asked = new Set();
    this.folded = root.clientWidth > 0 && root.clientWidth < 560;
    this.card = new Card(this.nodes.card, {
      onClose: () => this.select(null),
      onZoom: (at) => this.fly({...at, zoom: this.camera().zoom + 2}),
    });
    // Who follows has no camera of one's own to tell: a page script for each move would be idle.
    this.reportCamera = later(REPORT_MS, () => this.board?.following || this.tell('camera', this.camera()));
    this.reportLayers = later(REPORT_MS, () => this.tell('layers', this.choice.report(this.layers)));
    this.onKey = (event) => this.key(event);
    document.addEventListener('keydown', this.onKey);
    this.nodes.stage.addEventListener('pointerleave', () => this.leave());
    this.nodes.stage.addEventListener('pointermove', (event) => this.point(event));
    this.nodes.stage.addEventListener('pointerdown', (event) => {
      this.pressed = event.button === 0 ? event : null;
    });
    for (const name of ['pointermove', 'wheel', 'dblclick', 'keydown', 'touchmove']) {
      root.addEventListener(name, (event) => this.handle(event), {capture: true, passive: true});
    }
    this.nodes.stage.addEventListener('pointerup', (event) => this.release(event));
    this.ages = setInterval(() => [tickAges(root), tickWall(this)], 1000);
  }

  // ---- data from Python ------------------------------------------------------------------

  update({data, setStateValue, setTriggerValue}) {
    const before = this.data;
    this.data = data;
    this.tell = setStateValue;
    this.askPage = setTriggerValue;
    this.choice.hear(data.layers, data.seen ?? 0);
    this.root.style.height = data.height;
    this.root.dataset.theme = data.theme;
    this.root.dataset.knownAt = data.knownAt ?? '';
    this.root.classList.toggle('wall', data.wall);
    this.halo = HALO[data.theme];
    this.card.knownAt = data.knownAt;
    this.search.url = data.assets.search;
    this.search.node.hidden = data.wall;
    this.drawNote();
    this.refresh();
    if (before && before.cameraNonce !== data.cameraNonce) this.fly(data.camera ?? this.homeCamera());
    if (data.board && !this.board) this.join(data.board);
    else if (this.board) this.hearPage(before);
  }

  // ---- the board -------------------------------------------------------------------------

  join(words) {
    this.board = new Board(this, words);
    this.bar = new Bar(this.nodes.board, this.board, {point: (on) => this.setPointing(on)});
  }

  drawBoard() {
    this.bar?.draw();
    if (!this.board?.presenting && this.pointing) this.bar.setPointing(false);
    this.root.classList.toggle('follows', Boolean(this.board?.following));
  }

  /** Give what the board is told of this map. */
  read() {
    const {lon, lat, zoom} = this.camera() ?? this.data.camera ?? this.homeCamera();
    return {camera: {lon, lat, zoom}, layers: this.shownLayers(), wanted: this.data.wanted};
  }

  shownLayers() {
    return this.layers
      .filter((layer) => layer.visible)
      .map(({id, opacity, measure}) => ({id, opacity, measure}));
  }

  /** Show what the board says; the figures beside the map follow by the page's own script. */
  show({camera, layers, wanted, pointer, frame}, tiles) {
    if (camera) this.look(camera);
    if (layers) {
      this.choice.adopt(this.layers, layers);
      this.reportLayers();
    }
    if (wanted && !same(wanted, this.data.wanted)) {
      this.tiles = tiles;
      this.asked.add(JSON.stringify(wanted));
      this.askPage('follow', {wanted});
    }
    if (layers || wanted) this.refresh();
    if (pointer !== undefined) {
      this.pointer.show(pointer, this.board.state?.presenter?.name ?? '');
      this.pointer.follow(this.viewport());
    }
  }

  /** Show again what the page's own address asks for, as a wall does when nobody presents. */
  leave() {
    this.tiles = null;
    this.choice = new Choice();
    this.pointer.show(null);
    this.choice.hear(this.data.layers, this.data.seen ?? 0);
    this.refresh();
    this.fly(this.data.camera ?? this.homeCamera());
    this.askPage('follow', {wanted: []});
  }

  /** Put the camera where the board has it, at once. */
  look(camera) {
    this.startsAt = camera;
    this.looks = (this.looks ?? 0) + 1;
    // A number of its own, as deck.gl heeds no view that equals the last one it was given.
    this.deck?.setProps({initialViewState: {...this.viewState(camera), looks: this.looks}});
    this.quiet = 0;
  }

  /** The page's script spoke: presenters pass its filter on, a follower's own filter steps out. */
  hearPage(before) {
    const {board, data} = this;
    if (same(data.wanted, board.state?.wanted)) this.tiles = null;
    if (same(before?.wanted, data.wanted)) return;
    if (board.presenting) board.tell({wanted: data.wanted});
    else if (!this.asked.has(JSON.stringify(data.wanted))) board.stepOut();
    this.asked.clear();
  }

  reportAll() {
    this.reportCamera();
    this.reportLayers();
  }

  /** Note that the viewer's own hand is on the map. */
  handle(event) {
    const dragging = event.type !== 'pointermove' || event.buttons > 0;
    if (dragging) this.handledAt = performance.now();
  }

  setPointing(on) {
    this.pointing = on;
    this.root.classList.toggle('pointing', on);
    if (!on) this.board.tell({pointer: null});
  }

  refresh() {
    this.layers = this.choice.apply(this.data.layers);
    this.drawPanel();
    this.drawDeck();
  }

  /** Credit the background, and of the layers those that are shown. */
  drawCredits() {
    const own = this.layers.filter((layer) => layer.visible).flatMap((layer) => layer.credits ?? []);
    const words = [...new Set([...own, ...this.data.attribution])];
    // Only the first of them have room: the makers whose terms ask for it by the sign.
    words.sort((a, b) => b.includes('©') - a.includes('©'));
    fill(this.nodes.attribution, ...words.map((text) => el('span', {text})));
  }

  drawPanel() {
    this.drawCredits();
    const state = {
      open: this.open, sections: this.sections, folded: this.folded, wall: this.data.wall, halo: this.halo,
    };
    drawPanel(this.nodes.panel, this.layers, state, {
      set: (id, change, quiet) => this.set(id, change, quiet),
      move: (id, by) => this.move(id, by),
      toggle: (id) => {
        if (!this.open.delete(id)) this.open.add(id);
        this.drawPanel();
      },
      section: (name, open) => {
        this.sections.set(name, open);
        this.drawPanel();
      },
      fold: () => {
        this.folded = !this.folded;
        this.drawPanel();
      },
    });
    tickAges(this.root);
  }

  set(id, change, quiet) {
    this.board?.stepOut();
    this.choice.set(id, change);
    this.layers = this.choice.apply(this.data.layers);
    this.board?.tell({layers: this.shownLayers()});
    this.drawDeck();
    if (!quiet) this.drawPanel();
    this.reportLayers();
  }

  move(id, by) {
    this.board?.stepOut();
    this.choice.move(this.layers, id, by);
    this.refresh();
    this.board?.tell({layers: this.shownLayers()});
    this.reportLayers();
  }

  // ---- the deck --------------------------------------------------------------------------

  deckLayers() {
    const described = new Map(this.data.deck.layers.map((layer) => [layer.id, layer]));
    return this.layers
      .filter((layer) => layer.visible)
      .map((layer) => {
        const json = described.get(layer.id);
        const patch = layer.measures.find((m) => m.key === layer.measure)?.patch ?? {};
        const updateTriggers = {...json.updateTriggers, ...patch.updateTriggers};
        const selected = this.selection?.layer === layer.id ? this.selection.id : null;
        return {
          ...dress(this, layer, json),
          data: this.tiles?.[layer.id] ?? json.data,
          ...patch,
          updateTriggers,
          ...{visible: true, opacity: layer.opacity, highlightedFeatureId: selected},
        };
      });
  }

  start(runtime) {
    if (this.stopped) return;
    this.runtime = runtime;
    this.deck = runtime.createDeck({
      container: this.nodes.stage,
      jsonInput: {
        ...this.data.deck,
        layers: this.deckLayers(),
        initialViewState: this.viewState(this.startsAt ?? this.data.camera ?? this.homeCamera()),
      },
      tooltip: false,
      configuration: {classes: runtime.classes},
      handleEvent: (name, event) => this.onDeck(name, event),
    });
    this.pace = new Pace(this.deck, () => this.isLoading());
    this.deck.setProps({
      onAfterRender: () => {
        this.marker.follow(this.viewport());
        this.pointer.follow(this.viewport());
      },
    });
    this.pulse = new Pulse(this.data.assets.health, (there) => {
      if (there) this.retry();
      this.tick();
    });
    this.ticker = setInterval(() => this.tick(), TICK_MS);
    installHooks(this);
  }

  /** Say why there is no map; the layer panel stays readable. */
  fail(error) {
    this.failure = `The map cannot be drawn: ${error.message}`;
    this.drawNote();
  }

  drawNote() {
    const note = this.failure ?? this.data.emptyNote;
    this.nodes.empty.hidden = !note;
    this.nodes.empty.textContent = note;
    this.nodes.empty.classList.toggle('failure', Boolean(this.failure));
  }

  drawDeck() {
    if (!this.deck) return;
    this.runtime.updateDeck({layers: this.deckLayers()}, this.deck);
    this.busySince ??= Date.now();
    this.quiet = 0;
  }

  viewport() {
    return this.deck?.isInitialized ? this.deck.getViewports()[0] : null;
  }

  camera() {
    const viewport = this.viewport();
    if (!viewport) return null;
    const {longitude: lon, latitude: lat, zoom} = viewport;
    return {lon, lat, zoom, bounds: viewport.getBounds()};
  }

  /** Fit the home bounds into what the panel leaves free. */
  homeCamera() {
    const {clientWidth: width, clientHeight: height} = this.nodes.stage;
    const [west, south, east, north] = this.data.home;
    const beside = width > 640 ? this.nodes.panel.offsetWidth + 16 : 0;
    const padding = {left: beside + 24, right: 54, top: 28, bottom: 56};
    const viewport = new this.runtime.deck.WebMercatorViewport({width, height});
    const fitted = viewport.fitBounds([[west, south], [east, north]], {padding, maxZoom: 12});
    return {lon: fitted.longitude, lat: fitted.latitude, zoom: fitted.zoom};
  }

  viewState({lon, lat, zoom}) {
    const {minZoom, maxZoom} = this.data.deck.initialViewState;
    return {
      ...this.data.deck.initialViewState,
      longitude: lon,
      latitude: lat,
      zoom: Math.min(maxZoom, Math.max(minZoom, zoom)),
    };
  }

  fly(camera) {
    this.board?.stepOut();
    this.deck?.setProps({initialViewState: {...this.viewState(camera), transitionDuration: 300}});
  }

  /** Go to a result of the search and mark it. */
  locate(result) {
    this.marker.show(result);
    this.fly(result);
    this.marker.follow(this.viewport());
  }

  zoomBy(by) {
    const camera = this.camera();
    if (camera) this.fly({...camera, zoom: camera.zoom + by});
  }

  tileLayers() {
    const all = this.deck?.layerManager?.getLayers() ?? [];
    return all.filter((layer) => typeof layer.account === 'function');
  }

  retry() {
    for (const layer of this.tileLayers()) layer.retry();
    this.busySince = Date.now();
    if (this.pulse.goneSince) this.pulse.ask();
  }

  // ---- what the user does ----------------------------------------------------------------

  onDeck(name, event) {
    if (name === 'deck-view-state-change-event') {
      if (performance.now() - (this.handledAt ?? -1e9) < HANDLED_MS) this.board?.stepOut();
      const {longitude: lon, latitude: lat, zoom} = event;
      this.board?.tell({camera: {lon, lat, zoom}});
      this.reportCamera();
      this.quiet = 0;
      this.nodes.tip.hidden = true;
    } else if (name === 'deck-hover-event') this.hover(event);
  }

  /** A slash goes to the search; Escape closes the details, then takes the marker away. */
  key(event) {
    const from = event.composedPath()[0];
    const writing = from instanceof Element && from.matches(EDITABLE);
    const ours = from === document.body || event.composedPath().includes(this.root);
    if (event.key === '/' && !writing && !event.ctrlKey && !event.metaKey && !this.data?.wall) {
      event.preventDefault();
      this.search.focus();
    }
    if (event.key === 'p' && !writing && this.board?.presenting) this.bar.setPointing(!this.pointing);
    if (event.key !== 'Escape' || !ours) return;
    if (!this.nodes.card.hidden) this.card.close();
    else if (this.marker.at) this.search.clear();
  }

  /** Take a press and release at one place as a click; deck.gl's own misses slow machines' taps. */
  release(event) {
    const {pressed} = this;
    this.pressed = null;
    if (!pressed || !this.viewport()) return;
    const moved = Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY);
    if (moved > 4 || event.timeStamp - pressed.timeStamp > 600) return;
    const box = this.nodes.stage.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    this.click(this.deck.pickObject({x, y, radius: 4}));
  }

  picked(info) {
    if (!info?.object || !info.layer) return null;
    return this.layers.find((layer) => layer.id === info.layer.id) ?? null;
  }

  hover(info) {
    const layer = this.picked(info);
    this.nodes.stage.classList.toggle('over', Boolean(layer));
    const id = layer && idOf(layer, info.object.properties);
    if (id && id === this.selection?.id) {
      this.nodes.tip.hidden = true;
      return;
    }
    const {clientWidth: width, clientHeight: height} = this.root;
    drawTip(this.nodes.tip, layer, info.object?.properties, info.x, info.y, {width, height}, this.halo);
  }

  click(info) {
    const layer = this.picked(info);
    if (!layer) {
      this.card.close();
      return;
    }
    const {properties} = info.object;
    const [lon, lat] = info.coordinate;
    this.select({
      layer: layer.id,
      properties,
      lon,
      lat,
      id: idOf(layer, properties),
    });
    this.nodes.tip.hidden = true;
    this.card.show(layer, properties, {lon, lat}, this.halo);
  }

  select(selection) {
    this.selection = selection;
    this.drawDeck();
    const {id, ...report} = selection ?? {};
    this.tell('click', selection ? report : null);
  }

  point(event) {
    const viewport = this.viewport();
    if (!viewport || this.data.wall) return;
    const box = this.nodes.stage.getBoundingClientRect();
    const [lon, lat] = viewport.unproject([event.clientX - box.left, event.clientY - box.top]);
    drawCursor(this.nodes.cursor, {lon, lat}, viewport.zoom);
    if (this.pointing) this.board.tell({pointer: {lon, lat}});
  }

  leave() {
    this.nodes.tip.hidden = true;
    drawCursor(this.nodes.cursor, null);
    if (this.pointing) this.board.tell({pointer: null});
  }

  // ---- what the map says of itself -------------------------------------------------------

  account() {
    const accounts = this.tileLayers().map((layer) => ({id: layer.id, ...layer.account()}));
    const wanted = accounts.reduce((sum, a) => sum + a.wanted, 0);
    const loaded = accounts.reduce((sum, a) => sum + a.loaded, 0);
    return {accounts, wanted, loaded, failed: accounts.flatMap((a) => a.failed)};
  }

  isLoading() {
    const {wanted, loaded} = this.account();
    return loaded < wanted;
  }

  tick() {
    const viewport = this.viewport();
    if (!viewport) return;
    if (!this.reported && !this.data.wall) this.reportCamera();
    this.reported = true;
    const {wanted, loaded, failed} = this.account();
    const busy = loaded < wanted || wanted === 0;
    const drawing = this.deck.needsRedraw({clearRedrawFlags: false}) || !this.pace.isShown();
    this.quiet = busy || drawing ? 0 : this.quiet + 1;
    this.busySince = busy ? (this.busySince ?? Date.now()) : null;
    this.nodes.loading.hidden = !busy || Date.now() - this.busySince < 200;
    drawTrouble(this.nodes.trouble, failed, this.pulse.goneSince, () => this.retry());
    if (failed.some((failure) => failure.offline) && !this.pulse.goneSince && !this.asked) {
      this.asked = true;
      this.pulse.ask().finally(() => (this.asked = false));
    }
    const shown = `${viewport.latitude.toFixed(3)} ${viewport.zoom.toFixed(3)}`;
    if (shown !== this.shown) {
      this.shown = shown;
      const at = {lat: viewport.latitude, zoom: viewport.zoom};
      drawScale(this.nodes.scale, at, this.data.wall ? this.root.clientWidth / 5 : 96);
      this.nodes.zoom.textContent = `z ${viewport.zoom.toFixed(1)}`;
    }
  }

  stop() {
    this.stopped = true;
    clearInterval(this.ages);
    clearInterval(this.ticker);
    this.pulse?.stop();
    this.board?.stop();
    this.search.stop();
    document.removeEventListener('keydown', this.onKey);
    removeHooks(this);
    this.deck?.finalize();
  }
}
