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

/** Return what the stage shows at a camera: [west, south, east, north]. */
export function boundsAt(deck, {clientWidth: width, clientHeight: height}, {lon, lat, zoom}) {
  return new deck.WebMercatorViewport({width, height, longitude: lon, latitude: lat, zoom}).getBounds();
}

/** Fit bounds (west, south, east, north) into the stage beside the panel, to its edges. */
export function fitWhole(deck, {stage, panel}, [west, south, east, north]) {
  const {clientWidth: width, clientHeight: height} = stage;
  const viewport = new deck.WebMercatorViewport({width, height});
  const padding = {right: 0, top: 0, ...panelEdges(width, panel)};
  const fitted = viewport.fitBounds([[west, south], [east, north]], {padding});
  return {lon: fitted.longitude, lat: fitted.latitude, zoom: fitted.zoom};
}

/** Fit bounds (west, south, east, north) into what the panel and the bars leave free of the stage. */
export function fitHome(deck, {stage, panel, search}, [west, south, east, north]) {
  const {clientWidth: width, clientHeight: height} = stage;
  const {left, bottom} = panelEdges(width, panel);
  const narrow = width <= NARROW_PX;
  const beside = !narrow && left ? left + 16 : 0;
  const above = height > LEAST_HEIGHT_PX && search ? search.offsetHeight + (narrow ? BOARD_PX : 0) : 0;
  const padding = {left: beside + 24, right: 54, top: EDGE_PX + above + bottom / 2, bottom: 56 + bottom};
  const viewport = new deck.WebMercatorViewport({width, height});
  const fitted = viewport.fitBounds([[west, south], [east, north]], {padding, maxZoom: 12});
  return {lon: fitted.longitude, lat: fitted.latitude, zoom: fitted.zoom};
}
