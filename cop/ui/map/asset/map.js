// The map component: pydeck's own runtime draws what Python described; the rest is words around it.

import {loadRuntime} from './runtime.js';
import {MapView} from './view.js';

const views = new WeakMap();

/** Streamlit calls this at mount and whenever the data changes; it gives the clean-up. */
export default function render(component) {
  const {parentElement} = component;
  const root = parentElement.querySelector('.copmap');
  let view = views.get(root);
  if (!view) {
    view = new MapView(root);
    views.set(root, view);
    loadRuntime(component.data.assets.deck).then(
      (runtime) => view.start(runtime),
      (error) => view.fail(error),
    );
  }
  view.update(component);
  return () => {
    view.stop();
    views.delete(root);
  };
}
