// The timeline component: bars of events over time, and a window that one brushes.

import {Timeline} from './view.js';

const timelines = new WeakMap();

/** Streamlit calls this at mount and whenever the data changes; it gives the clean-up. */
export default function render(component) {
  const root = component.parentElement.querySelector('.coptime');
  let timeline = timelines.get(root);
  if (!timeline) {
    timeline = new Timeline(root);
    timelines.set(root, timeline);
  }
  timeline.update(component);
  return () => {
    timeline.stop();
    timelines.delete(root);
  };
}
