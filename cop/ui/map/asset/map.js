// The map component: pydeck's own runtime draws what Python described; the rest is words around it.

import {prepareDeck, takeDeck} from './first_deck.js';
import {loadRuntime} from './runtime.js';
import {addSkips} from './skip.js';
import {MapView} from './view.js';

const views = new WeakMap();
const LOOK_MS = 20;

/** Wait until the style sheet is there: a deck made before it takes its place for one without a size. */
async function dressed(root, view) {
  while (!view.stopped && getComputedStyle(root).visibility !== 'visible') {
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}

/** The page's head calls this before Streamlit has drawn anything. */
export async function prepare({deck, worker}) {
  await prepareDeck(await loadRuntime(deck), worker);
}

/** Streamlit calls this at mount and whenever the data changes; it gives the clean-up. */
export default function render(component) {
  const {parentElement} = component;
  const root = parentElement.querySelector('.copmap');
  let view = views.get(root);
  if (!view) {
    view = new MapView(root);
    view.removeSkips = addSkips(root, component.data);
    views.set(root, view);
    Promise.all([loadRuntime(component.data.assets.deck), dressed(root, view)]).then(
      async ([runtime]) => view.start(runtime, view.stopped ? null : await takeDeck(view.nodes.stage)),
      (error) => view.fail(error),
    );
  }
  view.update(component);
  return () => {
    view.stop();
    view.removeSkips();
    views.delete(root);
  };
}
