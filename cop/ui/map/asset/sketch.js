// The sheet over the map while somebody draws: it takes the clicks, so that the map stays where it is.

const SVG = 'http://www.w3.org/2000/svg';
const NEAR_PX = 4;
const MOST_PLACES = {area: 100, line: 500, arrow: 500, point: 1, text: 1};

const shape = (tag, attributes) => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};

/** Places in degrees that stay on the map while it moves. */
export class Sketch {
  constructor(view, {onPlace, onEnd, onCancel}) {
    this.view = view;
    this.on = {onPlace, onEnd, onCancel};
    this.node = shape('svg', {class: 'sketch', tabindex: 0, role: 'application', 'aria-label': 'Drawing on the map'});
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
    if (this.node.hidden || this.resting) return false;
    if (event.key === 'Enter') this.on.onEnd();
    else if (event.key === 'Escape') this.on.onCancel();
    else if (event.key === 'Backspace') this.back();
    else return false;
    event.preventDefault();
    return true;
  }

  at(event) {
    const box = this.node.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  press(event) {
    const viewport = this.view.viewport();
    if (!viewport || this.resting || this.places.length >= MOST_PLACES[this.kind]) return;
    const [x, y] = this.at(event);
    const last = this.places.length ? viewport.project(this.places.at(-1)) : null;
    // The second press of a double click is at the place of the first.
    if (last && Math.hypot(last[0] - x, last[1] - y) < NEAR_PX) return;
    this.places.push(viewport.unproject([x, y]).slice(0, 2));
    this.redraw();
    this.on.onPlace();
  }

  hover(event) {
    this.cursor = this.at(event);
    this.redraw();
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
    const open = this.cursor && !this.resting ? [...pixels, this.cursor] : pixels;
    const points = open.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
    if (this.kind === 'area') this.node.append(shape('polygon', {points}));
    if (this.kind !== 'area' || !this.resting) this.node.append(shape('polyline', {points}));
    this.node.classList.toggle('rests', Boolean(this.resting));
    for (const [cx, cy] of pixels) this.node.append(shape('circle', {cx, cy, r: 4.5}));
  }
}
