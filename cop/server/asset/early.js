// Loads what the map needs while Streamlit and the server's script are still at work.

const META = 'meta[name="cop-early"]';

/** Run the map's module and have it prepare what the first map needs; the map finds both. */
export function loadEarly({module, deck, worker}) {
  // Where it fails the map loads it again, and says why.
  return import(module).then(({prepare}) => prepare({deck, worker})).catch(() => null);
}

/** Begin where the page has a map; its own scripts, which come first in it, have run by then. */
export function begin(page) {
  const meta = page.querySelector(META);
  return meta ? loadEarly(JSON.parse(meta.content)) : null;
}

if (globalThis.document) begin(document);
