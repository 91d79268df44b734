// The deck of a page's first map, made before that map is there: what it needs to draw is compiled meanwhile.

import {VIEW, sampleLayers} from './sample.js';

const SIDE_PX = 64;
const UNUSED_MS = 60_000;
const MOST_FRAMES = 300;
const SIZE_FRAMES = 30;
const HIDDEN = `position:fixed;left:0;top:0;width:${SIDE_PX}px;height:${SIDE_PX}px;visibility:hidden;pointer-events:none`;

const nextFrame = () => new Promise((done) => requestAnimationFrame(done));

let prepared = null;

class FirstDeck {
  constructor(runtime) {
    this.host = document.createElement('div');
    Object.assign(this.host, {style: HIDDEN, ariaHidden: 'true', inert: true});
    document.body.append(this.host);
    this.deck = runtime.createDeck({
      container: this.host,
      jsonInput: {
        layers: [],
        initialViewState: VIEW,
        views: [{'@@type': 'MapView', id: 'map', repeat: false}],
        deviceProps: {waitForPageLoad: false},
      },
      tooltip: false,
      configuration: {classes: runtime.classes},
      handleEvent: (...heard) => this.handleEvent?.(...heard),
    });
    this.unused = setTimeout(() => this.free(), UNUSED_MS);
  }

  /**
   * Make one layer a frame, so that the page is not held up, and draw them all at the end: only
   * drawing compiles them as a whole, in another process, for which the next program would wait.
   */
  async warm(makers) {
    await this.until(() => this.deck.isInitialized);
    if (this.isOver) return;
    this.deck.setProps({_customRender: () => {}});
    const layers = [];
    for (const make of makers) {
      if (this.isOver) return;
      layers.push(make());
      this.deck.setProps({layers: [...layers]});
      await nextFrame();
    }
    await this.until(() => this.isReady());
    if (!this.isOver) this.draw();
  }

  /** Return whether all that was made is there: a tile that was just loaded has no layers yet. */
  isReady() {
    const {layerManager} = this.deck;
    return !layerManager.needsUpdate() && layerManager.getLayers().every((layer) => layer.isLoaded);
  }

  draw() {
    this.deck.setProps({_customRender: null});
    this.deck.redraw('compile');
    this.deck.setProps({layers: []});
  }

  /** Look at each frame, for a while, until something is so. */
  async until(isSo) {
    for (let i = 0; i < MOST_FRAMES && !this.isOver && !isSo(); i++) await nextFrame();
  }

  context() {
    return this.deck.getCanvas()?.getContext('webgl2');
  }

  get isUsable() {
    return Boolean(this.deck?.isInitialized && !this.context().isContextLost());
  }

  /** Move into a stage; resolves once the deck has the stage's size, to null where it does not get it. */
  async moveTo(stage) {
    this.isOver = true;
    clearTimeout(this.unused);
    if (!this.isUsable) return this.free();
    this.draw();
    stage.append(...this.host.childNodes);
    this.host.remove();
    const isSized = () => Math.abs(this.deck.width - stage.clientWidth) <= 1 && Math.abs(this.deck.height - stage.clientHeight) <= 1;
    for (let i = 0; i < SIZE_FRAMES && !isSized(); i++) await nextFrame();
    return isSized() ? this : this.free(stage);
  }

  /** Draw what a map describes from now on, and let it hear of what happens there. */
  open(runtime, {jsonInput, handleEvent}) {
    this.handleEvent = handleEvent;
    runtime.updateDeck(jsonInput, this.deck);
    return this.deck;
  }

  free(stage = this.host) {
    this.isOver = true;
    clearTimeout(this.unused);
    const gl = this.isUsable ? this.context() : null;
    this.deck?.finalize();
    gl?.getExtension('WEBGL_lose_context')?.loseContext();
    stage.replaceChildren();
    this.host.remove();
    return null;
  }
}

/** Make the deck and draw one of each layer with it; where that fails, the map does without. */
export async function prepareDeck(runtime, workerUrl) {
  const own = new FirstDeck(runtime);
  prepared = own;
  try {
    await own.warm(sampleLayers(runtime, workerUrl));
  } catch {
    own.free();
  }
}

/** Give the deck to the first map that asks, in its stage; null for all others. */
export async function takeDeck(stage) {
  const own = prepared;
  prepared = null;
  return own ? own.moveTo(stage) : null;
}

/** Open a map's deck: the one that was prepared, where it has that, else a new one. */
export const openDeck = (runtime, first, options) => (first ? first.open(runtime, options) : runtime.createDeck(options));
