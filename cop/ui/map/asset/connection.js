// What every page watches: the line to the server, with our own words where it is lost, and the viewer's theme.

import {dtg, el} from './dom.js';
import {Pulse} from './status.js';
import {ThemeWatch} from './theme.js';

const bars = new WeakMap();
const STATE = 'data-test-connection-state';
const TICK_MS = 1000;
// A line that is back at once is not announced.
const SHOWN_AFTER_MS = 1000;
// Streamlit waits up to a minute between its own attempts; longer than a question of the pulse may take.
const RELOAD_AFTER_MS = 10000;

export class ConnectionBar {
  constructor(health, ask) {
    this.node = el('div', {class: 'cop-connection', role: 'alert', hidden: true});
    document.body.append(this.node);
    this.app = document.querySelector('[data-testid="stApp"]');
    this.line = new MutationObserver(() => this.heed());
    this.line.observe(this.app, {attributes: true, attributeFilter: [STATE]});
    this.dialogs = new MutationObserver(() => this.dismiss());
    this.pulse = new Pulse(health, () => this.draw());
    this.theme = new ThemeWatch(this.app, ask);
    this.lostAt = null;
    // A page may be drawn after its line was lost.
    if (!this.isConnected) this.lost();
  }

  get isConnected() {
    return this.app.getAttribute(STATE) === 'CONNECTED';
  }

  /** The page was drawn in a theme. */
  update({theme}) {
    this.node.dataset.theme = theme;
    this.theme.update(theme);
  }

  /** The page's own line to the server was lost, or is there again. */
  heed() {
    if (this.isConnected) this.found();
    else if (!this.lostAt) this.lost();
    this.draw();
  }

  lost() {
    this.lostAt = this.triedAt = Date.now();
    this.ticker = setInterval(() => this.tick(), TICK_MS);
    this.dialogs.observe(document.body, {childList: true, subtree: true});
    this.pulse.ask();
  }

  found() {
    this.lostAt = null;
    clearInterval(this.ticker);
    this.dialogs.disconnect();
    if (this.pulse.goneSince) this.pulse.ask();
  }

  /** Load the page anew where the server answers but the line does not come back. */
  tick() {
    if (this.pulse.goneSince) this.triedAt = Date.now();
    else if (Date.now() - this.triedAt >= RELOAD_AFTER_MS) location.reload();
    this.draw();
  }

  /** Close Streamlit's dialog about the viewer's internet, before it is painted. */
  dismiss() {
    for (const dialog of document.querySelectorAll('[data-testid="stDialog"]')) {
      if (dialog.querySelector('h2')?.textContent !== 'Connection error') continue;
      dialog.style.display = 'none';
      dialog.querySelector('button[aria-label="Close"]')?.click();
    }
  }

  /** Return when the connection was lost, in milliseconds; null where it is there. */
  since() {
    const gone = this.pulse.goneSince ? Date.parse(this.pulse.goneSince) : null;
    const lost = this.lostAt && Date.now() - this.lostAt >= SHOWN_AFTER_MS ? this.lostAt : null;
    return gone && this.lostAt ? Math.min(gone, this.lostAt) : (gone ?? lost);
  }

  draw() {
    const since = this.since();
    this.node.hidden = since === null;
    document.documentElement.classList.toggle('cop-disconnected', since !== null);
    const words = since === null ? '' : `Connection to the server lost at ${dtg(since)}. The page shows what was known then. Reconnecting\u2026`;
    if (words !== this.words) this.node.textContent = this.words = words;
  }

  stop() {
    clearInterval(this.ticker);
    this.line.disconnect();
    this.dialogs.disconnect();
    this.pulse.stop();
    this.theme.stop();
    this.node.remove();
    document.documentElement.classList.toggle('cop-disconnected', false);
  }
}

/** Streamlit calls this at mount and whenever the data changes; it gives the clean-up. */
export default function render({data, parentElement, setTriggerValue}) {
  const root = parentElement.querySelector('.copconnection');
  if (!bars.has(root)) bars.set(root, new ConnectionBar(data.health, (theme) => setTriggerValue('theme', theme)));
  const bar = bars.get(root);
  bar.update(data);
  return () => {
    bar.stop();
    bars.delete(root);
  };
}
