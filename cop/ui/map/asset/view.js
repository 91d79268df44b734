// One mounted map: keeps the deck, the panel, the card and the status bars in step.

import {Alarms} from './alarm.js';
import {Annotations} from './annotation.js';
import {Choice} from './choice.js';
import {ClassSwitch} from './class_switch.js';
import {Card} from './details.js';
import {Tools} from './draw.js';
import {Dropped} from './dropped.js';
import {Grid} from './grid.js';
import {Interaction} from './interaction.js';
import {installHooks, removeHooks} from './test_hooks.js';
import {drawPanel, tickAges} from './panel.js';
import {frame, nameParts} from './frame.js';
import {drawnSize, fitHome} from './home.js';
import {later} from './later.js';
import {Link} from './link.js';
import {Measure} from './measure.js';
import {Sight} from './sight.js';
import {trialActions} from './trial.js';
import {Note} from './note.js';
import {Marker} from './marker.js';
import {openDeck} from './first_deck.js';
import {FrameScheduler} from './frame_scheduler.js';
import {Played} from './play.js';
import {Search} from './search.js';
import {BoardSession} from './board_session.js';
import {Pulse, drawCredits, drawTrouble, drawZoom} from './status.js';
import {Units} from './unit.js';
import {Values} from './value.js';
import {dress, takenOf, tickWall} from './wall.js';
import {Wheel} from './wheel.js';

const HALO = {dark: '#0b1119', light: '#ffffff'};
const REPORT_MS = 300;
const REST_MS = 1000;
const TICK_MS = 200;

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
    this.classes = new ClassSwitch(this);
    this.marker = new Marker(this.nodes.marker);
    this.alarms = new Alarms(root, this.nodes.alarms);
    this.link = new Link(this);
    this.played = new Played(this);
    this.session = new BoardSession(this);
    this.values = new Values(this);
    this.interaction = new Interaction(this);
    this.wheel = new Wheel(this);
    this.annotations = new Annotations(this);
    this.tools = new Tools(this);
    Object.assign(this, {measure: new Measure(this), sight: new Sight(this), grid: new Grid(this)});
    Object.assign(this, {note: new Note(this), dropped: new Dropped(this), units: new Units(this)});
    this.folded = root.clientWidth > 0 && root.clientWidth < 560;
    this.card = new Card(this.nodes.card, {
      onClose: () => this.interaction.closed(),
      onZoom: (at) => this.fly({...at, zoom: this.camera().zoom + 2}),
      actions: (layer, properties) => trialActions(this, layer, properties),
    });
    this.reportCamera = later(REPORT_MS, () => this.session.following || this.tell('camera', this.camera()));
    // The table below a follower's map follows once the presenter's camera rests: a script for each move would be idle.
    this.reportFollowed = later(REST_MS, () => this.session.following && !this.data.wall && this.tell('camera', this.camera()));
    this.reportLayers = later(REPORT_MS, () => this.tell('layers', this.choice.report(this.layers)));
    this.ages = setInterval(() => [tickAges(root), tickWall(this), this.annotations.tick(), this.units.tick()], 1000);
  }

  // ---- data from Python ------------------------------------------------------------------

  update({data, setStateValue, setTriggerValue}) {
    const before = this.data;
    this.data = data;
    this.folded ||= !before && Boolean(data.link);
    nameParts(this.nodes, data.name);
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
    this.dropped.update();
    this.units.update();
    this.refresh();
    if (before && this.session.mayFly(before)) this.fly(data.camera ?? this.homeCamera());
    this.annotations.update(before);
    this.alarms.update(data.alerts ?? []);
    this.alarms.follow(this.viewport(), takenOf(this));
    this.session.update(before);
  }

  /** Forget what was chosen on the map: it is as the page's script says. */
  forget() {
    this.choice = new Choice();
    this.choice.hear(this.data.layers, this.data.seen ?? 0);
    this.classes.reset();
  }

  refresh() {
    this.layers = this.choice.apply(this.data.layers);
    this.drawPanel();
    this.drawDeck();
  }

  drawPanel() {
    drawCredits(this.nodes.attribution, this.layers, this.data.attribution);
    this.classes.draw();
    const [drafts, add] = this.dropped.sections();
    const state = {
      open: this.open, sections: this.sections, folded: this.folded, wall: this.data.wall, halo: this.halo,
      around: {above: [drafts, this.units.section()], below: [add]},
      classes: this.classes,
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
    this.session.stepOut();
    this.choice.set(id, change);
    this.layers = this.choice.apply(this.data.layers);
    this.session.switched();
    this.drawDeck();
    if (!quiet) this.drawPanel();
    this.reportLayers();
  }

  move(id, by) {
    this.session.stepOut();
    this.choice.move(this.layers, id, by);
    this.refresh();
    this.session.switched();
    this.reportLayers();
  }

  // ---- the deck --------------------------------------------------------------------------

  deckLayers() {
    const described = new Map(this.data.deck.layers.map((layer) => [layer.id, layer]));
    const tiles = this.layers
      .filter((layer) => layer.visible)
      .map((layer) => {
        const json = described.get(layer.id);
        const patch = layer.measures.find((m) => m.key === layer.measure)?.patch ?? {};
        const updateTriggers = {...json.updateTriggers, ...patch.updateTriggers};
        const selected = this.selection?.layer === layer.id ? this.selection.id : null;
        return {
          ...dress(this, layer, json),
          data: this.played.retime(this.addressOf(layer), layer),
          ...patch,
          updateTriggers,
          copHidden: this.classes.filterOf(layer),
          ...{visible: true, opacity: layer.opacity, highlightedFeatureId: selected},
        };
      });
    return [...tiles, ...this.sight.layers(), ...this.dropped.layers(), ...this.annotations.layers(), ...this.units.layers()];
  }

  /** Return a layer's tile address over the whole window. */
  addressOf({id}) {
    return this.session.address(this.data.deck.layers.find((layer) => layer.id === id));
  }

  start(runtime, first) {
    if (this.stopped) return void first?.free();
    this.runtime = runtime;
    this.deck = openDeck(runtime, first, {
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
    const follow = () => {
      this.marker.follow(this.viewport());
      this.alarms.follow(this.viewport(), takenOf(this));
      this.session.pointer.follow(this.viewport());
      this.interaction.handle.follow();
      this.tools.sketch.redraw();
      this.measure.sketch.redraw();
      this.sight.sketch.redraw();
      this.grid.redraw();
    };
    this.scheduler = new FrameScheduler(this.deck, () => this.isLoading(), follow);
    this.deck.setProps({onAfterRender: follow, onResize: () => this.session.resized()});
    this.pulse = new Pulse(this.data.assets.health, (there) => {
      if (there) this.retry();
      this.tick();
    });
    this.ticker = setInterval(() => this.tick(), TICK_MS);
    installHooks(this);
  }

  /** Show why there is no map; the layer panel stays readable. */
  fail(error) {
    this.failure = `Cannot draw the map: ${error.message}`;
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

  /** Return the size that the map draws in, in pixels: {width, height}. */
  size() {
    return drawnSize(this.nodes.stage, this.viewport());
  }

  camera() {
    const viewport = this.viewport();
    if (!viewport) return null;
    const {longitude: lon, latitude: lat, zoom} = viewport;
    return {lon, lat, zoom, bounds: viewport.getBounds()};
  }

  homeCamera() {
    return fitHome(this.runtime.deck, this.size(), this.nodes, this.data.home);
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
    this.session.stepOut();
    this.deck?.setProps({initialViewState: {...this.viewState(camera), transitionDuration: 300}});
  }

  /** Look where the board looks, at once. */
  look(camera) {
    this.startsAt = camera;
    this.looks = (this.looks ?? 0) + 1;
    // A number of its own, as deck.gl heeds no view that equals the last one it was given.
    this.deck?.setProps({initialViewState: {...this.viewState(camera), looks: this.looks}});
    this.reportFollowed();
    this.quiet = 0;
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
    return all.filter((layer) => typeof layer.tileAccount === 'function');
  }

  retry() {
    for (const layer of this.tileLayers()) layer.retry();
    this.busySince = Date.now();
    if (this.pulse.goneSince) this.pulse.ask();
  }

  // ---- what the user does ----------------------------------------------------------------

  onDeck(name, event) {
    if (name === 'deck-view-state-change-event') {
      this.session.moved(event);
      this.link.tell(event);
      this.reportCamera();
      this.quiet = 0;
      this.nodes.tip.hidden = true;
      this.values.leave();
    } else if (name === 'deck-hover-event') this.interaction.hover(event);
  }

  select(selection) {
    this.selection = selection;
    this.drawDeck();
    const {id: _id, ...report} = selection ?? {};
    this.tell('click', selection ? report : null);
  }

  // ---- what the map says of itself -------------------------------------------------------

  tileAccount() {
    const accounts = this.tileLayers().map((layer) => ({id: layer.id, ...layer.tileAccount()}));
    const wanted = accounts.reduce((sum, a) => sum + a.wanted, 0);
    const loaded = accounts.reduce((sum, a) => sum + a.loaded, 0);
    return {accounts, wanted, loaded, failed: accounts.flatMap((a) => a.failed)};
  }

  isLoading() {
    const {wanted, loaded} = this.tileAccount();
    return loaded < wanted;
  }

  tick() {
    const viewport = this.viewport();
    if (!viewport) return;
    if (!this.reported) this.begin();
    const {wanted, loaded, failed} = this.tileAccount();
    const busy = loaded < wanted || wanted === 0;
    const drawing = this.deck.needsRedraw({clearRedrawFlags: false}) || !this.scheduler.isShown();
    this.quiet = busy || drawing ? 0 : this.quiet + 1;
    this.busySince = busy ? (this.busySince ?? Date.now()) : null;
    this.nodes.loading.hidden = !busy || Date.now() - this.busySince < 200;
    drawTrouble(this.nodes.trouble, failed, this.pulse.goneSince, () => this.retry());
    if (failed.some((failure) => failure.offline)) this.askHealth();
    drawZoom(this, viewport);
  }

  /** The map has its first frame: say where it looks. */
  begin() {
    this.reported = true;
    if (!this.data.wall) this.reportCamera();
    this.reportFollowed();
    this.session.ready();
  }

  /** Ask whether the server is there, unless that is known or being asked. */
  askHealth() {
    if (this.pulse.goneSince || this.asked) return;
    this.asked = true;
    this.pulse.ask().finally(() => (this.asked = false));
  }

  stop() {
    this.stopped = true;
    clearInterval(this.ages);
    clearInterval(this.ticker);
    this.pulse?.stop();
    this.session.stop();
    this.annotations.stop();
    this.search.stop();
    this.interaction.stop();
    this.wheel.stop();
    this.values.leave();
    this.link.stop();
    this.played.stop();
    this.dropped.stop();
    this.units.stop();
    removeHooks(this);
    this.deck?.finalize();
  }
}
