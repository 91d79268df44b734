// Lengths and areas on the WGS 84 ellipsoid, and how the map writes them.

import {number} from './dom.js';

const A = 6378137;
const F = 1 / 298.257223563;
const B = A * (1 - F);
const E2 = F * (2 - F);
const E = Math.sqrt(E2);
const MEAN_RADIUS = (2 * A + B) / 3;
const MOST_TURNS = 200;
const CLOSE = 1e-12;
const PIECE_DEGREES = 0.5;
const MILE_M = 1609.344;
const FOOT_M = 0.3048;
const radians = (degrees) => (degrees * Math.PI) / 180;
const degrees = (angle) => (angle * 180) / Math.PI;

/** Return the difference of two longitudes the short way round, in radians. */
const turn = (from, to) => radians(((((to - from + 180) % 360) + 360) % 360) - 180);

/** Return the haversine of two places in meters on a sphere of the mean radius: at most 0.6% off. */
function haversine([lon, lat], [lon2, lat2]) {
  const [phi, phi2] = [radians(lat), radians(lat2)];
  const h = Math.sin((phi2 - phi) / 2) ** 2 + Math.cos(phi) * Math.cos(phi2) * Math.sin(turn(lon, lon2) / 2) ** 2;
  return 2 * MEAN_RADIUS * Math.asin(Math.sqrt(Math.min(1, h)));
}

/** Return where Vincenty's auxiliary longitude is equal to itself; null for places nearly opposite each other. */
function solve(l, [sinU, cosU], [sinU2, cosU2]) {
  let lambda = l;
  for (let i = 0; i < MOST_TURNS; i += 1) {
    const [sin, cos] = [Math.sin(lambda), Math.cos(lambda)];
    const sinSigma = Math.hypot(cosU2 * sin, cosU * sinU2 - sinU * cosU2 * cos);
    if (sinSigma === 0) return {sinSigma, cosSigma: 1, cos2Alpha: 1, cos2M: 0};
    const cosSigma = sinU * sinU2 + cosU * cosU2 * cos;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cosU * cosU2 * sin) / sinSigma;
    const cos2Alpha = 1 - sinAlpha ** 2;
    const cos2M = cos2Alpha ? cosSigma - (2 * sinU * sinU2) / cos2Alpha : 0;
    const c = (F / 16) * cos2Alpha * (4 + F * (4 - 3 * cos2Alpha));
    const before = lambda;
    lambda = l + (1 - c) * F * sinAlpha * (sigma + c * sinSigma * (cos2M + c * cosSigma * (2 * cos2M ** 2 - 1)));
    if (Math.abs(lambda - before) < CLOSE) return {sinSigma, cosSigma, cos2Alpha, cos2M};
  }
  return null;
}

/**
 * Return the geodesic between two places (lon, lat in degrees) in meters.
 *
 * T. Vincenty, Direct and inverse solutions of geodesics on the ellipsoid, Survey Review XXIII (1975) 176:
 * within 1 mm on WGS 84; on a sphere for places nearly opposite each other, where that does not converge.
 */
export function distance(from, to) {
  const reduced = (lat) => {
    const u = Math.atan((1 - F) * Math.tan(radians(lat)));
    return [Math.sin(u), Math.cos(u)];
  };
  const found = solve(turn(from[0], to[0]), reduced(from[1]), reduced(to[1]));
  if (!found) return haversine(from, to);
  const {sinSigma, cosSigma, cos2Alpha, cos2M} = found;
  const u2 = (cos2Alpha * (A * A - B * B)) / (B * B);
  const a = 1 + (u2 / 16384) * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)));
  const b = (u2 / 1024) * (256 + u2 * (-128 + u2 * (74 - 47 * u2)));
  const last = (b / 6) * cos2M * (4 * sinSigma ** 2 - 3) * (4 * cos2M ** 2 - 3);
  const delta = b * sinSigma * (cos2M + (b / 4) * (cosSigma * (2 * cos2M ** 2 - 1) - last));
  return B * a * (Math.atan2(sinSigma, cosSigma) - delta);
}

/** Return the length of a line in meters. */
export const length = (places) => places.slice(1).reduce((sum, place, i) => sum + distance(places[i], place), 0);

/** Return q of a latitude, by which the authalic one has the ellipsoid's area (Snyder, USGS PP 1395, 3-12). */
const authalic = (sine) => (1 - E2) * (sine / (1 - E2 * sine * sine) + Math.atanh(E * sine) / E);

/**
 * Return the area within a closed line (lon, lat in degrees, the last place not repeated) in square meters.
 *
 * Spherical excess on the authalic sphere of WGS 84 (Snyder 3-11 to 3-13), whose great circles are nearly geodesics: with sides
 * of 400 km within 0.0001% of what geodesics enclose, of 2,000 km within 0.04%. The sides do not cross; no pole is inside.
 */
export function area(places) {
  const whole = authalic(1);
  const half = ([, lat]) => Math.tan(Math.asin(Math.max(-1, Math.min(1, authalic(Math.sin(radians(lat))) / whole))) / 2);
  const excess = places.reduce((sum, place, i) => {
    const next = places[(i + 1) % places.length];
    const [t, t2] = [half(place), half(next)];
    return sum + 2 * Math.atan2(Math.tan(turn(place[0], next[0]) / 2) * (t + t2), 1 + t * t2);
  }, 0);
  return Math.abs(excess) * A * A * (whole / 2);
}

/** Return whether two sides of a closed line cross each other. */
export function crosses(places) {
  const side = ([x, y], [x2, y2], [x3, y3]) => Math.sign((x2 - x) * (y3 - y) - (y2 - y) * (x3 - x));
  const sides = places.map((place, i) => [place, places[(i + 1) % places.length]]);
  return sides.some(([a, b], i) =>
    sides.slice(i + 2, i ? undefined : -1).some(([c, d]) => side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0),
  );
}

/** Return places along the great circle between two, near enough to be drawn with straight lines. */
export function trace(from, to) {
  const point = ([lon, lat]) => {
    const [l, p] = [radians(lon), radians(lat)];
    return [Math.cos(p) * Math.cos(l), Math.cos(p) * Math.sin(l), Math.sin(p)];
  };
  const [a, b] = [point(from), point(to)];
  const angle = Math.acos(Math.max(-1, Math.min(1, a.reduce((sum, x, i) => sum + x * b[i], 0))));
  const pieces = Math.ceil(degrees(angle) / PIECE_DEGREES);
  if (pieces < 2) return [from, to];
  const between = Array.from({length: pieces - 1}, (_, i) => {
    const share = (i + 1) / pieces;
    const [s, s2] = [Math.sin((1 - share) * angle), Math.sin(share * angle)];
    const [x, y, z] = a.map((v, j) => s * v + s2 * b[j]);
    return [from[0] + degrees(turn(from[0], degrees(Math.atan2(y, x)))), degrees(Math.atan2(z, Math.hypot(x, y)))];
  });
  return [from, ...between, to];
}

/** Write a length as "12.3 km · 7.65 mi", a short one as "340 m · 1,115 ft". */
export function writeLength(meters) {
  if (meters < 1000) return `${number(meters, 0)} m · ${number(meters / FOOT_M, 0)} ft`;
  return `${number(meters / 1000)} km · ${number(meters / MILE_M)} mi`;
}

/** Write an area as "12.3 km² · 4.75 mi²", a small one as "3,400 m² · 36,597 ft²". */
export function writeArea(square) {
  if (square < 1e4) return `${number(square, 0)} m² · ${number(square / FOOT_M ** 2, 0)} ft²`;
  return `${number(square / 1e6)} km² · ${number(square / MILE_M ** 2)} mi²`;
}
