// window.__copMap: plain data about the map on the page, for tests and for the curious.

import {mgrs} from './mgrs.js';

/** Put the hooks of a view on the window: the last map mounted has __copMap, all are in __copMaps. */
export function installHooks(view) {
  const settled = () => {
    const {wanted, loaded} = view.tileAccount();
    return view.quiet >= 2 && loaded === wanted && isStyled();
  };
  // A stylesheet has a sheet once it is loaded.
  const isStyled = () => [...view.root.querySelectorAll('link[rel="stylesheet"]')].every(({sheet}) => sheet);
  window.__copMap = {
    owner: view,
    camera: () => view.camera(),
    /** True when every tile of the view has been answered and drawn, with every style. */
    settled: () => settled(),
    /** What the map still waits for, where it has not settled. */
    state: () => {
      const {accounts, wanted, loaded} = view.tileAccount();
      const {clientWidth, clientHeight, isConnected} = view.nodes.stage;
      const box = {clientWidth, clientHeight, isConnected, stopped: Boolean(view.stopped)};
      const redraw = view.deck?.needsRedraw({clearRedrawFlags: false});
      return {...box, wanted, loaded, quiet: view.quiet, redraw, shown: view.scheduler?.isShown(), accounts};
    },
    /** The same, and none has failed. */
    idle: () => settled() && !view.tileAccount().failed.length,
    layers: () =>
      view.layers.map((layer, order) => {
        const account = view.tileAccount().accounts.find((a) => a.id === layer.id);
        return {
          id: layer.id,
          order,
          visible: layer.visible,
          opacity: layer.opacity,
          measure: layer.measure,
          status: layer.status,
          url: view.played.retime(view.addressOf(layer), layer),
          tiles: account?.wanted ?? 0,
          loaded: account?.loaded ?? 0,
          failed: account?.failed.length ?? 0,
        };
      }),
    /** Return the pixel of a position, from the page's left top. */
    project: (lon, lat) => {
      const box = view.nodes.stage.getBoundingClientRect();
      const [x, y] = view.viewport().project([lon, lat]);
      return [x + box.left, y + box.top];
    },
    /** Return the board as this tab knows it, and whether it presents or follows. */
    board: () => {
      const {board} = view.session;
      if (!board) return null;
      const {state, you, mode, people, presenting, following, goneSince, trace} = board;
      return {state, you, mode, people, presenting, following, goneSince, trace};
    },
    /** Return the annotations that the map shows, as GeoJSON features. */
    annotations: () => view.annotations.shown ?? [],
    /** Return the own units that the map shows, each with its age in seconds. */
    units: () => view.units.shown.map((unit) => ({...unit, age: view.units.ageOf(unit)})),
    /** Return the private drafts of this viewer, with the features that are drawn. */
    drafts: () => view.dropped.list().map(({id, title, features}) => ({id, title, features})),
    pointer: () => view.session.pointer.at,
    /** Return what the rasters have under the pointer, as it is shown. */
    values: () => view.values.shown,
    mgrs,
  };
  window.__copMaps = [...(window.__copMaps ?? []), window.__copMap];
}

/** Take the hooks of a view away again. */
export function removeHooks(view) {
  window.__copMaps = (window.__copMaps ?? []).filter((hooks) => hooks.owner !== view);
  if (window.__copMap?.owner === view) delete window.__copMap;
}
