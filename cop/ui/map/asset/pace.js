// How often the map is drawn while tiles arrive: with software GL one frame can take a second.

const FRAMES = 3;
const MOST_MS = 1500;

/** Draws a deck at once, but while tiles are awaited only every few frames' time. */
export class Pace {
  constructor(deck, isLoading) {
    this.deck = deck;
    this.isLoading = isLoading;
    this.frameMs = 0;
    this.drawn = 0;
    this.shown = 0;
    this.since = null;
    this.view = null;
    deck.setProps({_customRender: (reason) => this.render(reason)});
  }

  render(reason) {
    const now = performance.now();
    const view = this.deck.getViewports()[0];
    const moved = view !== this.view;
    this.since ??= now;
    const held = Math.min(MOST_MS, FRAMES * this.frameMs);
    if (!moved && now - this.since < held && this.isLoading()) {
      // Still to be drawn: asked again at the next animation frame.
      this.deck.layerManager.setNeedsRedraw(reason);
      return;
    }
    this.since = null;
    this.view = view;
    this.deck._drawLayers(reason);
    this.measure(now);
  }

  /** Say whether the browser has shown what was drawn last. */
  isShown() {
    return this.shown === this.drawn;
  }

  /** Take the time until the browser asks for another frame: it waits while one is drawn. */
  measure(began) {
    const frame = ++this.drawn;
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        this.frameMs = performance.now() - began;
        this.shown = frame;
      }),
    );
  }
}
