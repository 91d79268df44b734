// Loads what the map needs while Streamlit and the server's script are still at work.

const META = 'meta[name="cop-early"]';

/** Ask for the map's modules, and run its runtime once they are there; the map finds both. */
export function loadEarly(page, {runtime, deck, modules}) {
  for (const href of modules) {
    const link = page.createElement('link');
    link.rel = 'modulepreload';
    link.href = href;
    page.head.append(link);
  }
  // Where it fails the map loads it again, and says why.
  return import(runtime).then(({loadRuntime}) => loadRuntime(deck)).catch(() => null);
}

/** Begin once the page's own files are there, which the map's must not delay. */
export function beginAfterLoad(page, view) {
  const meta = page.querySelector(META);
  if (!meta) return;
  const begin = () => loadEarly(page, JSON.parse(meta.content));
  if (page.readyState === 'complete') begin();
  else view.addEventListener('load', begin, {once: true});
}

if (globalThis.document) beginAfterLoad(document, window);
