// MGRS from latitude and longitude on WGS 84.

import {utm, zoneOf} from './utm.js';

const FALSE_NORTHING = 10000000;
const BANDS = 'CDEFGHJKLMNPQRSTUVWX';
const COLUMNS = ['ABCDEFGH', 'JKLMNPQR', 'STUVWXYZ'];
const ROWS = 'ABCDEFGHJKLMNPQRSTUV';

/** Return {zone, band, square, easting, northing} or null outside 80 S to 84 N. */
export function mgrsParts(lat, lon) {
  if (!(lat >= -80 && lat <= 84)) return null;
  const wrapped = ((((lon + 180) % 360) + 360) % 360) - 180;
  const zone = zoneOf(lat, wrapped);
  const band = BANDS[Math.min(19, Math.floor((lat + 80) / 8))];
  const [e, north] = utm(lat, wrapped, zone);
  const n = north + (lat < 0 ? FALSE_NORTHING : 0);
  const column = COLUMNS[(zone - 1) % 3][Math.floor(e / 100000) - 1];
  const row = ROWS[(Math.floor(n / 100000) + (zone % 2 ? 0 : 5)) % 20];
  return {zone, band, square: column + row, easting: e % 100000, northing: n % 100000};
}

/** Write MGRS with 0-5 digits a side (5 = 1 m, 0 = 100 km); digits are cut, never rounded. */
export function mgrs(lat, lon, digits = 5, gap = ' ') {
  const parts = mgrsParts(lat, lon);
  if (!parts) return '';
  // Half a millimeter is added as GEOTRANS does, so that both cut at the same place.
  const cut = (meters) =>
    String(Math.floor(Math.min(99999, meters + 0.0005) / 10 ** (5 - digits))).padStart(digits, '0');
  const zone = `${String(parts.zone).padStart(2, '0')}${parts.band}`;
  const pieces = [zone, parts.square];
  if (digits > 0) pieces.push(cut(parts.easting), cut(parts.northing));
  return pieces.join(gap);
}

const PRECISION = ['100 km', '10 km', '1 km', '100 m', '10 m', '1 m'];

/** Write MGRS no finer than what a pixel shows, and say how fine that is. */
export function mgrsForPixel(lat, lon, metersPerPixel) {
  const digits = Math.max(0, Math.min(5, 5 - Math.ceil(Math.log10(Math.max(1, metersPerPixel)))));
  return {text: mgrs(lat, lon, digits), precision: PRECISION[digits]};
}
