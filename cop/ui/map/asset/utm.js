// UTM on WGS 84 by Krueger's series, there and back (accurate to well under 1 mm; Karney, J. Geodesy 85, 2011).

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
const BETA = [
  N / 2 - (2 / 3) * N ** 2 + (37 / 96) * N ** 3 - (1 / 360) * N ** 4,
  (1 / 48) * N ** 2 + (1 / 15) * N ** 3 - (437 / 1440) * N ** 4,
  (17 / 480) * N ** 3 - (37 / 840) * N ** 4,
  (4397 / 161280) * N ** 4,
];
const E2 = F * (2 - F);
const E = Math.sqrt(E2);
const NEWTON_STEPS = 5;
const radians = (degrees) => (degrees * Math.PI) / 180;
const degrees = (angle) => (angle * 180) / Math.PI;
const meridian = (zone) => zone * 6 - 183;

/** Return the tangent of the conformal latitude from that of the latitude. */
function conformal(tau) {
  const sigma = Math.sinh(E * Math.atanh((E * tau) / Math.sqrt(1 + tau * tau)));
  return tau * Math.sqrt(1 + sigma * sigma) - sigma * Math.sqrt(1 + tau * tau);
}

/** Return the zone of a place, with the wider ones of Norway and Svalbard. */
export function zoneOf(lat, lon) {
  const zone = Math.min(60, Math.floor((lon + 180) / 6) + 1);
  if (lat >= 56 && lat < 64 && lon >= 3 && lon < 12) return 32;
  if (lat >= 72 && lon >= 0 && lon < 42) {
    if (lon < 9) return 31;
    if (lon < 21) return 33;
    return lon < 33 ? 35 : 37;
  }
  return zone;
}

/** Return easting and northing in a zone in meters; south of the equator the northing is below zero. */
export function utm(lat, lon, zone) {
  const phi = radians(lat);
  const lambda = radians(lon - meridian(zone));
  const tau = Math.tan(phi);
  const tauPrime = conformal(tau);
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
  return [easting, K0 * RECTIFYING * y];
}

/** Return the tangent of the latitude from that of the conformal one, by Newton's method. */
function geodetic(tauPrime) {
  let tau = tauPrime / (1 - E2);
  for (let i = 0; i < NEWTON_STEPS; i += 1) {
    const found = conformal(tau);
    const slope = ((1 - E2) * Math.hypot(1, found) * Math.hypot(1, tau)) / (1 + (1 - E2) * tau * tau);
    tau += (tauPrime - found) / slope;
  }
  return tau;
}

/** Return [lon, lat] of an easting and a northing in a zone; south of the equator the northing is below zero. */
export function fromUtm(easting, northing, zone) {
  const x = (easting - 500000) / (K0 * RECTIFYING);
  const y = northing / (K0 * RECTIFYING);
  let eta = x;
  let xi = y;
  BETA.forEach((beta, i) => {
    const j = 2 * (i + 1);
    xi -= beta * Math.sin(j * y) * Math.cosh(j * x);
    eta -= beta * Math.cos(j * y) * Math.sinh(j * x);
  });
  const tau = geodetic(Math.sin(xi) / Math.hypot(Math.sinh(eta), Math.cos(xi)));
  return [degrees(Math.atan2(Math.sinh(eta), Math.cos(xi))) + meridian(zone), degrees(Math.atan(tau))];
}
