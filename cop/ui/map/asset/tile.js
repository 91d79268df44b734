// The tile layer: pydeck's MVTLayer with our own fetching, symbols, labels and account of failures.

import {buildAtlas} from './glyph.js';
import {labelLayer} from './label.js';

const TIMEOUT_MS = 30000;
const atlases = new Map();

/** Give the symbols that JSON cannot carry; the same object every time, so nothing is redrawn. */
function atlasOf({glyphs, halo}) {
  const key = JSON.stringify([glyphs, halo]);
  if (!atlases.has(key)) atlases.set(key, buildAtlas(glyphs, halo));
  return atlases.get(key);
}

async function fetchTile(url, signal) {
  const response = await fetch(url, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    headers: {accept: 'application/vnd.mapbox-vector-tile'},
  });
  if (!response.ok) {
    const reason = (await response.text().catch(() => '')).slice(0, 300);
    throw Object.assign(new Error(reason || response.statusText), {status: response.status});
  }
  return response.status === 204 ? new ArrayBuffer(0) : response.arrayBuffer();
}

/** Derive our class from the runtime's MVTLayer; pydeck's JSON names it "MVTLayer" as usual. */
export function defineTileLayer({deck, loaders}) {
  return class TileLayer extends deck.MVTLayer {
    static layerName = 'CopTileLayer';

    static defaultProps = {
      copLabel: {type: 'object', value: null, optional: true},
      copIcons: {type: 'object', value: null, optional: true},
    };

    async getTileData({index, signal}) {
      const url = this.state.data
        .replace('{z}', index.z)
        .replace('{x}', index.x)
        .replace('{y}', index.y);
      const buffer = await fetchTile(url, signal);
      if (!buffer.byteLength) return null;
      const options = this.getLoadOptions();
      const {binary} = this.state;
      return loaders.parse(buffer, this.props.loaders[0], {
        ...options,
        core: {...options?.core, mimeType: 'application/x-protobuf'},
        mvt: {
          ...options?.mvt,
          shape: binary ? 'binary' : 'geojson',
          coordinates: 'local',
          tileIndex: index,
        },
      });
    }

    _onTileLoad(tile) {
      tile.copError = null;
      super._onTileLoad(tile);
    }

    _onTileError(error, tile) {
      tile.copError = {
        status: error?.status ?? 0,
        reason: String(error?.message ?? error),
        offline: error instanceof TypeError,
      };
      tile.layers = null;
      this.setNeedsUpdate();
    }

    renderSubLayers(props) {
      if (!props.data) return null;
      const {copIcons} = this.props;
      return super.renderSubLayers(copIcons ? {...props, ...atlasOf(copIcons)} : props);
    }

    renderLayers() {
      const tiles = super.renderLayers();
      const {copLabel} = this.props;
      if (!copLabel || !this.state?.tileset || !tiles) return tiles;
      return [tiles, labelLayer(deck, this, copLabel)];
    }

    filterSubLayer(context) {
      return context.layer.props.tile ? super.filterSubLayer(context) : true;
    }

    /** Count the tiles of the present view: wanted, loaded, failed. */
    account() {
      const tiles = this.state?.tileset?.selectedTiles ?? [];
      const failed = tiles.filter((tile) => tile.copError && !tile.isLoading);
      return {
        wanted: tiles.length,
        loaded: tiles.filter((tile) => tile.isLoaded).length,
        failed: failed.map((tile) => tile.copError),
      };
    }

    /** Ask again for the tiles that failed. */
    retry() {
      for (const tile of this.state?.tileset?.tiles ?? []) {
        if (tile.copError) {
          tile.copError = null;
          tile.setNeedsReload();
        }
      }
      this.setNeedsUpdate();
    }
  };
}
