// The tile layer: pydeck's MVTLayer with our own fetching, symbols, labels and account of failures.

import {trackTileErrors, fetchTile, tileUrl} from './tile_errors.js';
import {buildAtlas} from './glyph.js';
import {basemapFeatures} from './basemap_tile.js';
import {labelLayer} from './label.js';
import {shownOf} from './class_switch.js';
import {staleExtensions} from './stale.js';

const MVT = 'application/vnd.mapbox-vector-tile';
const HATCH_PX = 16;
const atlases = new Map();

/** Return the symbols that JSON cannot carry; the same object every time, so nothing is redrawn. */
function atlasOf({glyphs, halo, side}) {
  const key = JSON.stringify([glyphs, halo, side]);
  if (!atlases.has(key)) atlases.set(key, buildAtlas(glyphs, halo, side));
  return atlases.get(key);
}

/** Derive our class from the runtime's MVTLayer; pydeck's JSON names it "MVTLayer" as usual. */
export function defineTileLayer({deck, loaders}) {
  return class TileLayer extends trackTileErrors(deck.MVTLayer) {
    static layerName = 'CopTileLayer';

    static defaultProps = {
      copLabel: {type: 'object', value: null, optional: true},
      copIcons: {type: 'object', value: null, optional: true},
      copGround: {type: 'object', value: null, optional: true},
      copStale: {type: 'number', value: 0},
      copHidden: '',
    };

    async getTileData({index, signal}) {
      const response = await fetchTile(tileUrl(this.state.data, index), signal, MVT);
      const buffer = await response?.arrayBuffer();
      return buffer?.byteLength ? this.parseTile(buffer, index) : null;
    }

    async parseTile(buffer, index) {
      const options = this.getLoadOptions();
      const {binary} = this.state;
      const {copGround} = this.props;
      const features = await loaders.parse(buffer, this.props.loaders[0], {
        ...options,
        core: {...options?.core, mimeType: 'application/x-protobuf'},
        mvt: {
          ...options?.mvt,
          shape: binary ? 'binary' : 'geojson',
          coordinates: 'local',
          tileIndex: index,
        },
      });
      return copGround ? basemapFeatures(features, copGround.order) : features;
    }

    renderSubLayers(props) {
      if (!props.data) return null;
      const {copIcons, copStale, lineWidthScale} = this.props;
      const extensions = staleExtensions(deck, copStale, HATCH_PX * lineWidthScale);
      const data = shownOf(props.data, this.props.copHidden);
      return super.renderSubLayers({...props, data, extensions, ...(copIcons ? atlasOf(copIcons) : {})});
    }

    /** Find the highlighted feature among those that are drawn. */
    getHighlightedObjectIndex(tile) {
      return super.getHighlightedObjectIndex({content: shownOf(tile.content, this.props.copHidden)});
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
  };
}
