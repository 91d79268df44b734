// window.__copTimeline: plain data about the timeline on the page, for tests and for the curious.

/** Put the hooks of a timeline on the window; the last one mounted has them. */
export function installHooks(timeline) {
  const box = () => timeline.nodes.plot.getBoundingClientRect();
  window.__copTimeline = {
    owner: timeline,
    window: () => timeline.window(),
    frame: () => timeline.player.frame,
    revision: () => timeline.revision,
    seen: () => timeline.data.seen,
    busy: () => Boolean(timeline.brush.busy || timeline.drafted),
    bins: () => timeline.data.n.map((n, i) => ({start: timeline.bins[i], end: timeline.bins[i + 1], n})),
    /** Return the page's pixel of a time, at half the height of the bars. */
    at: (time) => {
      const {top, bottom} = timeline.box;
      return [box().left + timeline.scale.x(time), box().top + (top + bottom) / 2];
    },
  };
}

/** Take the hooks of a timeline away again. */
export function removeHooks(timeline) {
  if (window.__copTimeline?.owner === timeline) delete window.__copTimeline;
}
