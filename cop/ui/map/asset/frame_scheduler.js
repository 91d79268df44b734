// How often the map is drawn: with software GL one frame can take a second.

const FRAMES = 3;
const MOST_MS = 1500;
const SWIFT_MS = 50;
const REST_MS = 120;
const FIRST_MS = 3000;
const SETTLE_MS = 100;

/**
 * Draws a deck at once where frames are cheap. Where they are not, it is drawn only every few
 * frames' time while tiles are awaited or the view moves; a moving view slides what was drawn
 * last to its place, and is drawn once it rests. Where a processor draws, frames are known to be
 * dear before there is one: the first picture waits for its tiles, and for the labels that follow.
 */
export class FrameScheduler {
  constructor(deck, isLoading, onSlide) {
    this.deck = deck;
    this.isLoading = isLoading;
    this.onSlide = onSlide;
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
    this.since ??= now;
    this.began ??= now;
    if (view !== this.latest) this.movedAt = now;
    this.latest = view;
    if (now - this.since < this.patience(now) && this.mayWait(view, now)) {
      // Still to be drawn: asked again at the next animation frame.
      this.deck.layerManager.setNeedsRedraw(reason);
      return;
    }
    this.since = null;
    this.view = view;
    this.deck._drawLayers(reason);
    this.deck.getCanvas().style.transform = '';
    this.measure(now);
  }

  /** Return for how long a frame may wait. */
  patience(now) {
    return this.isFirst(now) ? MOST_MS : Math.min(MOST_MS, FRAMES * this.frameMs);
  }

  /** Return whether a processor draws the first picture. */
  isFirst(now) {
    return now - this.began < FIRST_MS && this.deck.device?.info.gpuType === 'cpu';
  }

  /** Return whether tiles are awaited, or came only just now. */
  isSettling(now) {
    const isLoading = this.isLoading();
    if (isLoading) this.awaited = now;
    return isLoading || (this.isFirst(now) && now - this.awaited < SETTLE_MS);
  }

  /** Return whether this view may be drawn later: it awaits tiles, or moves and was slid to its place. */
  mayWait(view, now) {
    if (view === this.view || (!this.view && this.isFirst(now))) return this.isSettling(now);
    return this.frameMs > SWIFT_MS && now - this.movedAt < REST_MS && this.slide(view);
  }

  /** Move the canvas as the view has moved since it was drawn; false where that is no plain move. */
  slide(view) {
    const {view: drawn} = this;
    const parts = ['width', 'height', 'pitch', 'bearing'];
    if (!drawn || parts.some((part) => view[part] !== drawn[part]) || view.pitch || view.bearing) return false;
    const [x, y] = view.project([drawn.longitude, drawn.latitude]);
    const scale = 2 ** (view.zoom - drawn.zoom);
    const canvas = this.deck.getCanvas();
    // The hand is where it is over the map, however the canvas has been slid below it.
    canvas.getBoundingClientRect = () => canvas.parentElement.getBoundingClientRect();
    canvas.style.transform =
      `translate(${x - view.width / 2}px, ${y - view.height / 2}px) scale(${scale})`;
    this.onSlide();
    return true;
  }

  /** Return whether the browser has shown what was drawn last. */
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
