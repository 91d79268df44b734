// The viewer's name, as the browser remembers it: the rail, the board and every tab share one.

const KEY = 'cop-board-name';
const COOKIE = 'cop-name';
const MOST = 40;
const YEAR_S = 365 * 24 * 3600;
export const CHANGED = 'cop:name';

/** Return a name on one line, of a bounded length. */
export const tidy = (name) =>
  [...String(name ?? '').replace(/[\p{C}\s]+/gu, ' ').trim()].slice(0, MOST).join('').trim();

/** Return the name that is remembered; empty where there is none, or storage is refused. */
export function readName() {
  try {
    return tidy(localStorage.getItem(KEY));
  } catch {
    return '';
  }
}

/** Remember a name and tell this page; the cookie lets a page that is opened know it at once. */
export function keepName(name) {
  const given = tidy(name);
  const changed = given !== readName();
  try {
    if (given) localStorage.setItem(KEY, given);
    else localStorage.removeItem(KEY);
  } catch {
    // It is then forgotten with the page.
  }
  writeCookie(given);
  if (changed) globalThis.dispatchEvent?.(new CustomEvent(CHANGED, {detail: given}));
}

function writeCookie(name) {
  if (!globalThis.document) return;
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  const age = name ? YEAR_S : 0;
  document.cookie = `${COOKIE}=${encodeURIComponent(name)}; Max-Age=${age}; Path=/; SameSite=Strict${secure}`;
}

/** Between the page's script, which knows what was typed in this session, and the browser. */
export class NameKeeper {
  constructor(tell) {
    this.tell = tell;
    this.told = 0;
    this.name = '';
    this.onChanged = ({detail}) => this.hear(detail);
    this.onStored = ({key, newValue}) => key === KEY && this.hear(tidy(newValue));
    window.addEventListener(CHANGED, this.onChanged);
    window.addEventListener('storage', this.onStored);
  }

  /** What the script says: a name that was typed is kept; else it is told what is remembered. */
  update({name, told}) {
    this.name = name;
    if (told > this.told) {
      this.told = told;
      keepName(name);
    } else if (!told && (readName() || name)) {
      keepName(readName() || name);
      this.hear(readName() || name);
    }
  }

  hear(name) {
    if (name === this.name) return;
    this.name = name;
    this.tell(name);
  }

  stop() {
    window.removeEventListener(CHANGED, this.onChanged);
    window.removeEventListener('storage', this.onStored);
  }
}

const keepers = new WeakMap();

/** Streamlit calls this at mount and whenever the data changes; it gives the clean-up. */
export default function render({data, parentElement, setTriggerValue}) {
  const root = parentElement.querySelector('.copname');
  if (!keepers.has(root)) keepers.set(root, new NameKeeper((name) => setTriggerValue('given', name)));
  keepers.get(root).update(data);
  return () => {
    keepers.get(root)?.stop();
    keepers.delete(root);
  };
}
