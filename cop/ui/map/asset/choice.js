// What the user chose on the panel (order, switches, opacity, measures) against what Python says.

const KEYS = ['visible', 'opacity', 'measure'];

/** Holds the user's choices; a later, different word from Python wins over an older choice. */
export class Choice {
  constructor() {
    this.rev = 0;
    this.changes = new Map();
    this.order = null;
    this.known = new Map();
    this.knownOrder = '';
  }

  /** Take Python's layers; `seen` is the last of our reports that Python knew when it spoke. */
  hear(layers, seen) {
    this.rev = Math.max(this.rev, seen);
    const current = seen >= this.rev;
    for (const layer of layers) {
      const before = this.known.get(layer.id);
      const change = this.changes.get(layer.id);
      if (before && change && current) {
        for (const key of KEYS) if (before[key] !== layer[key]) delete change[key];
      }
      this.known.set(layer.id, {visible: layer.visible, opacity: layer.opacity, measure: layer.measure});
    }
    const order = layers.map((layer) => layer.id).join(' ');
    if (current && this.knownOrder && order !== this.knownOrder) this.order = null;
    this.knownOrder = order;
  }

  /** Apply the choices to Python's layers: bottom first. */
  apply(layers) {
    const chosen = layers.map((layer) => ({...layer, ...this.changes.get(layer.id)}));
    if (!this.order) return chosen;
    const place = new Map(this.order.map((id, i) => [id, i]));
    return chosen
      .map((layer, i) => ({layer, at: place.get(layer.id) ?? i}))
      .sort((a, b) => a.at - b.at)
      .map(({layer}) => layer);
  }

  set(id, change) {
    this.changes.set(id, {...this.changes.get(id), ...change});
    this.rev += 1;
  }

  /** Take over the layers of the board, bottom first; every other one is switched off. */
  adopt(layers, shown) {
    const place = new Map(shown.map((layer, i) => [layer.id, i]));
    for (const {id, held} of layers) {
      const live = shown[place.get(id)];
      const change = {visible: Boolean(live) && held};
      if (live) change.opacity = live.opacity;
      if (live?.measure) change.measure = live.measure;
      this.changes.set(id, {...this.changes.get(id), ...change});
    }
    const ids = layers.map((layer) => layer.id);
    const ordered = ids.filter((id) => place.has(id)).sort((a, b) => place.get(a) - place.get(b));
    this.order = ids.map((id) => (place.has(id) ? ordered.shift() : id));
    this.rev += 1;
  }

  /** Swap a layer with its neighbor in its group; the background stays. */
  move(layers, id, by) {
    const ids = layers.map((layer) => layer.id);
    const {group} = layers.find((layer) => layer.id === id);
    const movable = layers.filter((layer) => layer.group === group && layer.held).map((layer) => layer.id);
    const other = movable[movable.indexOf(id) + by];
    if (!other) return;
    const [i, j] = [ids.indexOf(id), ids.indexOf(other)];
    [ids[i], ids[j]] = [ids[j], ids[i]];
    this.order = ids;
    this.rev += 1;
  }

  /** Return what Python needs to know. */
  report(layers) {
    const changes = Object.fromEntries(
      layers.map(({id, visible, opacity, measure}) => [id, {visible, opacity, measure}]),
    );
    return {rev: this.rev, order: layers.map((layer) => layer.id), changes};
  }
}
