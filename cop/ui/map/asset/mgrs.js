// MGRS from latitude and longitude on WGS 84, by Krueger's series (accurate to well under 1 mm).

const A = 6378137;
const F = 1 / 298.257223563;
const K0 = 0.9996;
const N = F / (2 - F);
const RECTIFYING = (A / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64 + N ** 6 / 256);
const ALPHA = [
  N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3 + (41 / 180) * N ** 4,
  (13 / 48) * N ** 2 - (3 / 5) * N ** 3 + (557 / 1440) * N ** 4,
  (61 / 240) * N ** 3 - (103 / 140) * N ** 4,
  (49561 / 161280) * N ** 4,
];
const BANDS = 'CDEFGHJKLMNPQRSTUVWX';
const COLUMNS = ['ABCDEFGH', 'JKLMNPQR', 'STUVWXYZ'];
const ROWS = 'ABCDEFGHJKLMNPQRSTUV';
const radians = (degrees) => (degrees * Math.PI) / 180;

function zoneOf(lat, lon) {
  const zone = Math.min(60, Math.floor((lon + 180) / 6) + 1);
  if (lat >= 56 && lat < 64 && lon >= 3 && lon < 12) return 32;
  if (lat >= 72 && lon >= 0 && lon < 42) {
    if (lon < 9) return 31;
    if (lon < 21) return 33;
    return lon < 33 ? 35 : 37;
  }
  return zone;
}

function utm(lat, lon, zone) {
  const e = Math.sqrt(F * (2 - F));
  const phi = radians(lat);
  const lambda = radians(lon - (zone * 6 - 183));
  const tau = Math.tan(phi);
  const sigma = Math.sinh(e * Math.atanh((e * tau) / Math.sqrt(1 + tau * tau)));
  const tauPrime = tau * Math.sqrt(1 + sigma * sigma) - sigma * Math.sqrt(1 + tau * tau);
  const xi = Math.atan2(tauPrime, Math.cos(lambda));
  const eta = Math.asinh(Math.sin(lambda) / Math.hypot(tauPrime, Math.cos(lambda)));
  let x = eta;
  let y = xi;
  ALPHA.forEach((alpha, i) => {
    const j = 2 * (i + 1);
    x += alpha * Math.cos(j * xi) * Math.sinh(j * eta);
    y += alpha * Math.sin(j * xi) * Math.cosh(j * eta);
  });
  const easting = 500000 + K0 * RECTIFYING * x;
  const northing = K0 * RECTIFYING * y + (lat < 0 ? 10000000 : 0);
  return [easting, northing];
}

/** Return {zone, band, square, easting, northing} or null outside 80 S to 84 N. */
export function mgrsParts(lat, lon) {
  if (!(lat >= -80 && lat <= 84)) return null;
  const wrapped = ((((lon + 180) % 360) + 360) % 360) - 180;
  const zone = zoneOf(lat, wrapped);
  const band = BANDS[Math.min(19, Math.floor((lat + 80) / 8))];
  const [e, n] = utm(lat, wrapped, zone);
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
