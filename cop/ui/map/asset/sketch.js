// The sheet over the map while somebody draws: it takes the clicks, so that the map stays where it is.

const SVG = 'http://www.w3.org/2000/svg';
const NEAR_PX = 4;
const CLOSE_PX = 10;
const STEP_PX = 24;
const FINE_PX = 2;
const CROSS_PX = 11;
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
const MOST_PLACES = {area: 100, line: 500, arrow: 500, point: 1, text: 1, measure: 500};
const WRITTEN = 'input, textarea, select';
const straight = (from, to) => [from, to];

/** Build a node of an SVG. */
export const shape = (tag, attributes) => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};

const cross = ([x, y]) => `M${x - CROSS_PX} ${y}h${2 * CROSS_PX}M${x} ${y - CROSS_PX}v${2 * CROSS_PX}`;

/** Whether a key is typed into a field, or presses a button. */
function isOthers(event) {
  const from = event.composedPath?.()[0];
  return Boolean(from?.matches?.(event.key === 'Enter' ? `${WRITTEN}, button` : WRITTEN));
}

/** Places in degrees that stay on the map while it moves. */
export class Sketch {
  constructor(view, on, {label = 'Drawing on the map', between = straight} = {}) {
    this.view = view;
    this.on = on;
    this.between = between;
    this.node = shape('svg', {class: 'sketch', tabindex: 0, role: 'application', 'aria-label': label});
    this.node.hidden = true;
    this.node.style.display = 'none';
    this.places = [];
    this.node.addEventListener('pointerdown', (event) => event.button === 0 && this.press(event));
    this.node.addEventListener('pointermove', (event) => this.hover(event));
    this.node.addEventListener('dblclick', () => this.on.onEnd());
    this.node.addEventListener('wheel', (event) => this.wheel(event), {passive: false});
  }

  begin(kind) {
    this.kind = kind;
    this.places = [];
    this.cursor = null;
    this.aimed = false;
    this.show(true);
    this.node.focus();
  }

  /** Leave the sketch on the map while its words are written. */
  rest() {
    this.cursor = null;
    this.resting = true;
    this.redraw();
  }

  end() {
    this.resting = false;
    this.places = [];
    this.show(false);
  }

  show(on) {
    this.node.hidden = !on;
    this.node.style.display = on ? '' : 'none';
    this.redraw();
  }

  back() {
    this.places.pop();
    this.redraw();
    this.on.onPlace();
  }

  /** Take a key while the sheet is out; true where it was for the drawing. */
  key(event) {
    if (this.node.hidden || this.resting || isOthers(event)) return false;
    if (event.key === 'Enter') this.on.onEnd();
    else if (event.key === 'Escape') this.on.onCancel();
    else if (event.key === 'Backspace') this.back();
    else if (!this.focused) return false;
    else if (event.key in ARROWS) this.aim(ARROWS[event.key], event.shiftKey ? FINE_PX : STEP_PX);
    else if (event.key === ' ') this.place(this.cursor ?? this.middle());
    else return false;
    event.preventDefault();
    return true;
  }

  at(event) {
    const box = this.node.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  get focused() {
    return this.node.getRootNode().activeElement === this.node;
  }

  middle() {
    const {width, height} = this.node.getBoundingClientRect();
    return [width / 2, height / 2];
  }

  /** Move the cross of the arrow keys, which begins in the middle and stays on the sheet. */
  aim([dx, dy], step) {
    const {width, height} = this.node.getBoundingClientRect();
    const [x, y] = this.cursor ?? this.middle();
    this.cursor = [Math.min(Math.max(x + dx * step, 0), width), Math.min(Math.max(y + dy * step, 0), height)];
    this.aimed = true;
    this.redraw();
    this.on.onMove?.();
  }

  press(event) {
    this.place(this.at(event));
  }

  place([x, y]) {
    const viewport = this.view.viewport();
    if (!viewport || this.resting || this.places.length >= MOST_PLACES[this.kind]) return;
    const last = this.places.length ? viewport.project(this.places.at(-1)) : null;
    // The second press of a double click is at the place of the first.
    if (last && Math.hypot(last[0] - x, last[1] - y) < NEAR_PX) return;
    if (this.on.onClose && this.closes(viewport, [x, y])) return;
    this.places.push(viewport.unproject([x, y]).slice(0, 2));
    this.redraw();
    this.on.onPlace();
  }

  /** Whether a press on the first place closed the line. */
  closes(viewport, [x, y]) {
    if (this.places.length < 3) return false;
    const [x2, y2] = viewport.project(this.places[0]);
    return Math.hypot(x2 - x, y2 - y) < CLOSE_PX && this.on.onClose() !== false;
  }

  hover(event) {
    this.aimed = false;
    this.cursor = this.at(event);
    this.redraw();
    this.on.onMove?.();
  }

  /** Return the places, and the one under the pointer or the cross, in degrees. */
  open() {
    const viewport = this.view.viewport();
    const aimed = this.cursor && !this.resting && viewport ? [viewport.unproject(this.cursor).slice(0, 2)] : [];
    return [...this.places, ...aimed];
  }

  /** Return the pixels of a line through places, which may bend between them. */
  line(viewport, places) {
    const bent = places.slice(1).flatMap((place, i) => this.between(places[i], place).slice(1));
    return [...places.slice(0, 1), ...bent].map((place) => viewport.project(place));
  }

  /** Zoom as without the sheet; who follows has no zoom of one's own. */
  wheel(event) {
    event.preventDefault();
    if (this.view.session.following) return;
    this.view.nodes.stage.querySelector('canvas')?.dispatchEvent(new WheelEvent('wheel', event));
  }

  redraw() {
    const viewport = this.view.viewport();
    this.node.replaceChildren();
    if (this.node.hidden || !viewport) return;
    const pixels = this.places.map((place) => viewport.project(place));
    const open = this.open();
    const written = (places) => this.line(viewport, places).map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
    const points = written(open);
    const closed = this.between === straight ? open : [...open, ...open.slice(0, 1)];
    if (this.kind === 'area') this.node.append(shape('polygon', {points: written(closed)}));
    if (this.kind !== 'area' || !this.resting) this.node.append(shape('polyline', {points}));
    this.node.classList.toggle('rests', Boolean(this.resting));
    if (this.aimed && this.cursor && !this.resting) this.node.append(shape('path', {class: 'cross', d: cross(this.cursor)}));
    for (const [cx, cy] of pixels) this.node.append(shape('circle', {cx, cy, r: 4.5}));
  }
}
