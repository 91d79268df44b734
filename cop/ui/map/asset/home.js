// The camera that shows the whole picture beside the layer panel.

const EDGE_PX = 28;
const LEAST_HEIGHT_PX = 240;
const NARROW_PX = 640;
// On a phone the board has a line of its own, which comes only after the map.
const BOARD_PX = 76;

/** Return what the panel takes: of the left edge, or of the lower one as a wall's strip does. */
function panelEdges(width, panel) {
  const strip = panel.offsetWidth > width * 0.9;
  return {left: strip ? 0 : panel.offsetWidth, bottom: strip ? panel.offsetHeight : 0};
}

/** Return the size that a map draws in: deck.gl misses where its stage changes by less than a whole pixel. */
export function drawnSize({clientWidth: width, clientHeight: height}, viewport) {
  const isNear = viewport && Math.abs(viewport.width - width) <= 1 && Math.abs(viewport.height - height) <= 1;
  return isNear ? {width: viewport.width, height: viewport.height} : {width, height};
}

/** Return what a map of a size shows at a camera: [west, south, east, north]. */
export function boundsAt(deck, {width, height}, {lon, lat, zoom}) {
  return new deck.WebMercatorViewport({width, height, longitude: lon, latitude: lat, zoom}).getBounds();
}

/** Fit bounds (west, south, east, north) into the map beside the panel, to its edges. */
export function fitWhole(deck, size, {panel}, [west, south, east, north]) {
  const viewport = new deck.WebMercatorViewport(size);
  const padding = {right: 0, top: 0, ...panelEdges(size.width, panel)};
  const fitted = viewport.fitBounds([[west, south], [east, north]], {padding});
  return {lon: fitted.longitude, lat: fitted.latitude, zoom: fitted.zoom};
}

/** Fit bounds (west, south, east, north) into what the panel and the bars leave free of the map. */
export function fitHome(deck, {width, height}, {panel, search}, [west, south, east, north]) {
  const {left, bottom} = panelEdges(width, panel);
  const narrow = width <= NARROW_PX;
  const beside = !narrow && left ? left + 16 : 0;
  const above = height > LEAST_HEIGHT_PX && search ? search.offsetHeight + (narrow ? BOARD_PX : 0) : 0;
  const padding = {left: beside + 24, right: 54, top: EDGE_PX + above + bottom / 2, bottom: 56 + bottom};
  const viewport = new deck.WebMercatorViewport({width, height});
  const fitted = viewport.fitBounds([[west, south], [east, north]], {padding, maxZoom: 12});
  return {lon: fitted.longitude, lat: fitted.latitude, zoom: fitted.zoom};
}
