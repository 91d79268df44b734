// Around a wall's map: banner, figures, clock, scene and foot; all of it goes on without the server.

import {dtg, el, fill} from './dom.js';
import {fold, turn} from './pager.js';
import {Pulse} from './status.js';

const kiosks = new WeakMap();
const TICK_MS = 250;
const PULSE_MS = 4000;
const ASK_MS = 3000;
// A page that the server has not spoken to for so long, though it is there, is loaded anew.
const SILENT_MS = 100000;

const two = (n) => String(n).padStart(2, '0');

class Kiosk {
  constructor(root) {
    this.root = root;
    this.nodes = {
      marks: el('div', {class: 'marks'}),
      title: el('div', {class: 'title'}),
      scope: el('div', {class: 'scope', role: 'note', 'aria-label': 'Scope'}),
      clock: el('div', {class: 'clock'}, el('b'), el('span')),
      figures: fold('figures'),
      alerts: el('div', {class: 'alerts', role: 'alert'}),
      scene: el('div', {class: 'scene', hidden: true}, el('b'), el('span', {class: 'left'}), el('i')),
      foot: fold('foot-lines'),
    };
    const {marks, title, scope, clock, figures, alerts, scene, foot} = this.nodes;
    const banner = el('div', {class: 'banner'}, marks, title, clock);
    this.head = el('div', {class: 'head'}, el('header', {}, banner, scope, figures), alerts);
    this.foot = el('footer', {}, scene, foot);
    fill(root, this.head, this.foot);
    this.sizes = new ResizeObserver(() => this.measure());
    this.sizes.observe(this.head);
    this.sizes.observe(this.foot);
    this.ticker = setInterval(() => this.tick(), TICK_MS);
  }

  update({data, setTriggerValue}) {
    this.data = data;
    this.heardAt = Date.now();
    this.askedAt = 0;
    this.tell = setTriggerValue;
    this.root.dataset.theme = data.theme;
    this.pulse ??= new Pulse(data.health, (there) => this.changed(there), PULSE_MS);
    const {marks, title, scope, figures, foot} = this.nodes;
    const color = data.marking_color;
    fill(
      marks,
      el('span', {class: 'marking', text: data.marking, style: {color}}),
      data.synthetic ? el('span', {class: 'synthetic', text: 'SYNTHETIC'}) : null,
      data.trial ? el('span', {class: 'trial', text: 'WHAT-IF'}) : null,
    );
    title.textContent = data.title;
    scope.textContent = data.scope;
    fill(figures.firstChild, ...data.figures.map(figure));
    fill(foot.firstChild, ...data.foot.map((text) => el('p', {text})));
    this.sceneEnd = data.scene ? this.heardAt + data.scene.left_s * 1000 : null;
    this.drawAlerts();
    this.tick();
  }

  /** The server went or came back. */
  changed(there) {
    if (there) this.heardAt = Date.now();
    this.drawAlerts();
  }

  drawAlerts() {
    const since = this.pulse.goneSince;
    const gone = since && `SERVER NOT REACHABLE SINCE ${dtg(since)}. The picture dates from then.`;
    fill(
      this.nodes.alerts,
      gone ? el('p', {class: 'gone', text: gone}) : null,
      this.data.stale ? el('p', {class: 'stale', text: this.data.stale}) : null,
      ...this.data.alerts.map((text) => el('p', {text})),
    );
  }

  /** Leave the map the room between head and foot. */
  measure() {
    const {style} = document.documentElement;
    style.setProperty('--wall-top', `${this.head.offsetHeight}px`);
    style.setProperty('--wall-bottom', `${this.foot.offsetHeight}px`);
    turn(this.root);
  }

  tick() {
    const now = new Date();
    const [zulu, local] = this.nodes.clock.children;
    zulu.textContent = dtg(now);
    local.textContent = now.toLocaleTimeString('en-GB', {timeZoneName: 'short'});
    turn(this.root);
    if (!this.data) return;
    this.tickScene(now.getTime());
    const silent = now.getTime() - this.heardAt > SILENT_MS;
    if (silent && this.pulse && !this.pulse.goneSince) location.reload();
  }

  tickScene(now) {
    const {scene} = this.data;
    this.nodes.scene.hidden = !scene;
    if (!scene) return;
    const left = Math.max(0, Math.ceil((this.sceneEnd - now) / 1000));
    const [name, count, bar] = this.nodes.scene.children;
    const turns = scene.of > 1;
    name.textContent = turns ? `${scene.place}/${scene.of} ${scene.name}` : scene.name;
    count.textContent = turns ? `${Math.floor(left / 60)}:${two(left % 60)}` : '';
    bar.style.width = turns ? `${Math.min(100, (100 * left) / scene.seconds)}%` : '0';
    if (now >= this.sceneEnd && !this.pulse.goneSince && turns) this.ask(now);
  }

  /** Ask for the next scene; again after a while where no answer came. */
  ask(now) {
    if (now - this.askedAt < ASK_MS) return;
    this.askedAt = now;
    this.tell('turn', now);
  }

  stop() {
    clearInterval(this.ticker);
    this.pulse?.stop();
    this.sizes.disconnect();
  }
}

function figure({title, value, change}) {
  return el(
    'div',
    {class: 'figure'},
    el('span', {class: 'of', text: title}),
    el('b', {text: value}),
    el('span', {class: 'change', text: change}),
  );
}

/** Streamlit calls this at mount and whenever the data changes; it gives the clean-up. */
export default function render(component) {
  const root = component.parentElement.querySelector('.copkiosk');
  if (!kiosks.has(root)) kiosks.set(root, new Kiosk(root));
  const kiosk = kiosks.get(root);
  kiosk.update(component);
  return () => {
    kiosk.stop();
    kiosks.delete(root);
  };
}
