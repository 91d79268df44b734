// Times one change of the picture in the page: asked, described by the server, painted. Or its first map.
//
// It is put into the page before the page's own scripts, so that it hears their socket.

(() => {
  const CLEAN_FRAMES = 2;
  const LOOK_MS = 10;
  let watch = null;

  const seen = (name) => () => {
    if (watch && watch.asked !== null && watch.described === null) {
      if (name === 'heard' || watch[name] === null) watch[name] = performance.now();
    }
  };

  // The page's own socket, not the board's.
  const isPage = (socket) => socket.url.includes('/_stcore/');
  const {send} = WebSocket.prototype;
  WebSocket.prototype.send = function (...given) {
    if (isPage(this)) seen('sent')();
    return send.apply(this, given);
  };
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      if (isPage(this)) this.addEventListener('message', seen('heard'));
    }
  };

  const ask = (event) => {
    if (!watch || watch.described !== null) return;
    if (event.type === 'pointerup' || event.key === 'Enter' || event.key === 'Backspace') {
      watch.asked = event.timeStamp;
      watch.sent = watch.heard = null;
    }
  };
  addEventListener('pointerup', ask, true);
  addEventListener('keydown', ask, true);

  const addresses = (view) =>
    new Map(view.data.deck.layers.map((layer) => [layer.id, layer.data]));

  const loaded = (view) => {
    const wanted = addresses(view);
    const layers = view.tileLayers();
    return layers.length > 0 && layers.every((layer) => {
      const tiles = layer.state?.tileset?.selectedTiles;
      // A layer of images keeps its address in its props alone.
      const data = layer.state?.data ?? layer.props.data;
      return data === wanted.get(layer.id) && tiles?.every((tile) => tile.isLoaded);
    });
  };

  /** Wait for the pixels: drawing commands run in another process. */
  const finish = (view) => {
    const context = view.nodes.stage.querySelector('canvas').getContext('webgl2');
    context.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, new Uint8Array(4));
  };

  const frame = () => {
    const view = window.__copMap.owner;
    if (watch.described === null) {
      const now = [...addresses(view).values()].join();
      if (watch.asked !== null && now !== watch.before) watch.described = performance.now();
    }
    if (watch.described !== null) {
      const clean = loaded(view) && !view.deck.needsRedraw({clearRedrawFlags: false});
      watch.clean = clean ? watch.clean + 1 : 0;
      if (watch.clean >= CLEAN_FRAMES) {
        finish(view);
        watch.painted = performance.now();
        return;
      }
    }
    requestAnimationFrame(frame);
  };

  const frameOnceMounted = () => {
    if (window.__copMap) frame();
    else setTimeout(frameOnceMounted, LOOK_MS);
  };

  const tiles = (since) =>
    performance
      .getEntriesByType('resource')
      .filter((entry) => entry.startTime >= since && entry.name.includes('/tiles/'))
      .map((entry) => ({
        asked: entry.startTime,
        answered: entry.responseEnd,
        server: entry.serverTiming.reduce((sum, timing) => sum + timing.duration, 0),
      }));

  window.__copWatch = {
    begin() {
      performance.setResourceTimingBufferSize(10_000);
      performance.clearResourceTimings();
      const before = [...addresses(window.__copMap.owner).values()].join();
      watch = {before, asked: null, sent: null, heard: null, described: null, painted: null, clean: 0};
      requestAnimationFrame(frame);
    },
    /** Give the times of the change, in ms of the page's clock; null until it is painted. */
    read() {
      if (!watch || watch.painted === null) return null;
      const {asked, sent, heard, described, painted} = watch;
      return {asked, sent, heard, described, painted, tiles: tiles(asked)};
    },
    /** Wait for the first map of a page that is only just being loaded. */
    beginFirst() {
      performance.setResourceTimingBufferSize(10_000);
      watch = {described: 0, painted: null, clean: 0};
      frameOnceMounted();
    },
    /** Give when the way to the page began, by the clock, and after how many ms the last tile was there and the map painted. */
    readFirst() {
      if (watch.painted === null) return null;
      const answered = Math.max(...tiles(0).map((tile) => tile.answered).filter((at) => at < watch.painted));
      return {began: performance.timeOrigin, answered, painted: watch.painted};
    },
  };
})();
