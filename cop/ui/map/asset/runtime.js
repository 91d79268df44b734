// Loads the JavaScript runtime that pydeck's wheel ships, once a page, from our own server.

import {defineAnnotationLayer} from './annotation_layer.js';
import {defineDroppedLayer} from './dropped_layer.js';
import {defineRasterLayer} from './raster.js';
import {defineTileLayer} from './tile.js';
import {defineUnitLayer} from './unit_layer.js';

let loading = null;

function script(url) {
  return new Promise((resolve, reject) => {
    const node = document.createElement('script');
    node.src = url;
    node.onload = resolve;
    node.onerror = () => {
      node.remove();
      reject(new Error(`the map's runtime did not load from ${url}`));
    };
    document.head.append(node);
  });
}

/** Load the runtime and give {deck, createDeck, updateDeck, classes}: ours by pydeck's names. */
export function loadRuntime(url) {
  // A context is asked for once: it would wait for all that is drawn meanwhile.
  if (!loading && !document.createElement('canvas').getContext('webgl2')) {
    return Promise.reject(new Error('this browser does not support WebGL 2'));
  }
  loading ??= script(url).then(
    () => {
      const {deck, loaders, createDeck, updateDeck} = window;
      const classes = {
        MVTLayer: defineTileLayer({deck, loaders}),
        TileLayer: defineRasterLayer({deck}),
        AnnotationLayer: defineAnnotationLayer({deck}),
        DroppedLayer: defineDroppedLayer({deck}),
        UnitLayer: defineUnitLayer({deck}),
      };
      return {deck, createDeck, updateDeck, classes};
    },
    (error) => {
      loading = null;
      throw error;
    },
  );
  return loading;
}
