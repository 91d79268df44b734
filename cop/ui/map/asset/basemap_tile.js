// A basemap's tile: land beneath, then its areas in the order in which they cover each other.

const LAND = {
  type: 'Feature',
  properties: {layerName: 'earth'},
  geometry: {type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]},
};

/** Sort a tile's features by the order of the style; files hold their layers in any order. */
export function basemapFeatures(features, order) {
  const rank = new Map(order.map((name, i) => [name, i + 1]));
  const place = (feature) => rank.get(feature.properties.layerName) ?? 0;
  return [LAND, ...features].sort((a, b) => place(a) - place(b));
}
