// The raster layer: tiles that are images, laid on the map as they are; nothing in them is picked.

import {trackTileErrors, fetchTile, tileUrl} from './tile_errors.js';
import {shaded} from './shade.js';

/** Derive our class from the runtime's TileLayer; pydeck's JSON names it "TileLayer" as usual. */
export function defineRasterLayer({deck}) {
  return class RasterLayer extends trackTileErrors(deck.TileLayer) {
    static layerName = 'CopRasterLayer';

    static defaultProps = {
      copShade: {type: 'array', value: null, optional: true, compare: true},
      copTheme: {type: 'string', value: '', compare: true},
    };

    async getTileData({index, signal}) {
      const {copTheme, data} = this.props;
      const url = tileUrl(data, index) + (copTheme ? `&theme=${copTheme}` : '');
      const response = await fetchTile(url, signal, 'image/*');
      if (!response) return null;
      // Colors that are half transparent must not be multiplied.
      const bitmap = await createImageBitmap(await response.blob(), {premultiplyAlpha: 'none'});
      return {bitmap, shades: new Map()};
    }

    /** Return a tile's picture, as shadow and light where the layer is relief; once a theme. */
    imageOf({bitmap, shades}) {
      const {copShade} = this.props;
      if (!copShade) return bitmap;
      const key = copShade.join();
      if (!shades.has(key)) shades.set(key, shaded(bitmap, copShade));
      return shades.get(key);
    }

    renderSubLayers({data, tile, ...props}) {
      if (!data) return null;
      const {west, south, east, north} = tile.bbox;
      // Beyond the last zoom the pixels of a picture are shown as they are, not as a blur that looks
      // like more; slopes between heights are smooth in truth too.
      const last = tile.index.z === this.props.maxZoom && !this.props.copShade;
      const magFilter = last ? 'nearest' : 'linear';
      return new deck.BitmapLayer(props, {
        data: null,
        image: this.imageOf(data),
        bounds: [west, south, east, north],
        pickable: false,
        textureParameters: {minFilter: 'linear', magFilter},
      });
    }
  };
}
