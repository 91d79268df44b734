// The MGRS grid: its lines are those of MGRS, by zone, at the step that the zoom has room for.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Grid, bandsOf, crossing, linesOf, squaresOf, stepAt, zonesWithin} from '../../../cop/ui/map/asset/grid.js';
import {mgrsParts} from '../../../cop/ui/map/asset/mgrs.js';
import {installDocument, node, send} from '../support/document.js';

installDocument();

const near = (found, known, by) => assert.ok(Math.abs(found - known) <= by, `${found} is not within ${by} of ${known}`);

test('lines are 1 km, 10 km or 100 km apart, or only zones, by zoom', () => {
  assert.deepEqual([4, 6, 9, 13].map((zoom) => stepAt(31, zoom)), [null, 100000, 10000, 1000]);
});

test('bounds are cut into zones, across the date line too, and end where zones are irregular', () => {
  const parts = zonesWithin([-115, 30, -107, 33]);
  assert.deepEqual(parts.map(({zone, box}) => [zone, box]), [[11, [-115, 30, -114, 33]], [12, [-114, 30, -108, 33]], [13, [-108, 30, -107, 33]]]);
  assert.deepEqual(zonesWithin([178, 0, 182, 1]).map(({zone, left}) => [zone, left]), [[60, 174], [1, 180]]);
  assert.deepEqual(zonesWithin([1, 50, 5, 60]).map(({box}) => box[3]), [56]);
  assert.deepEqual(zonesWithin([1, 57, 5, 60]), []);
});

test('every point of a line has the line\'s easting or northing, and lies in its zone', () => {
  for (const part of zonesWithin([-115, 31, -113, 32])) {
    const lines = linesOf(part, 10000);
    assert.ok(lines.length > 10);
    for (const {places, axis, meters} of lines) {
      for (const [lon, lat] of places) {
        assert.ok(lon >= part.left && lon <= part.left + 6);
        if (Math.abs(lon + 114) < 1e-6) continue; // cut at the zone's edge, straight between two points
        const parts = mgrsParts(lat, lon);
        assert.equal(parts.zone, part.zone);
        const off = (axis ? parts.northing : parts.easting) - (meters % 100000);
        near(Math.min(Math.abs(off), 100000 - Math.abs(off)), 0, 0.01);
      }
    }
  }
});

test('a zone\'s end is met within a meter of the true line', () => {
  const [east] = zonesWithin([-114.3, 31, -113.9, 31.2]);
  const ends = linesOf(east, 10000).filter(({axis}) => axis === 1).map(({places}) => places.at(-1));
  assert.ok(ends.length >= 2);
  for (const [lon, lat] of ends) {
    assert.equal(lon, -114);
    const {northing} = mgrsParts(lat, -114 - 1e-9);
    near(northing / 10000, Math.round(northing / 10000), 5e-4);
  }
});

test('squares of 100 km have the name that MGRS has in their middle', () => {
  const [part] = zonesWithin([-111, 31, -110, 32]);
  const squares = squaresOf(part);
  assert.deepEqual([...new Set(squares.map(({text}) => text))].toSorted(), ['WA', 'WV']);
  for (const {at: [lon, lat], text} of squares) assert.equal(mgrsParts(lat, lon).square, text);
});

test('zones and bands have lines every 6 and 8 degrees, and a name', () => {
  const [part] = zonesWithin([-113, 30, -109, 34]);
  const {lines, labels} = bandsOf(part);
  assert.deepEqual(lines, [[[-114, 30], [-114, 34]], [[-113, 32], [-109, 32]]]);
  assert.deepEqual(labels, [{at: [-111, 31], text: '12R'}, {at: [-111, 33], text: '12S'}]);
});

test('digits stand where a line crosses an edge', () => {
  assert.deepEqual(crossing([[0, 0], [10, 20]], 1, 10), [5, 10]);
  assert.equal(crossing([[0, 0], [10, 5]], 1, 10), null);
});

function build({wall = false} = {}) {
  const stored = {};
  globalThis.localStorage = {getItem: (key) => stored[key] ?? null, setItem: (key, value) => (stored[key] = value)};
  const viewport = {
    longitude: -110.5, latitude: 31.5, zoom: 9, width: 800, height: 400,
    getBounds: () => [-111, 31.3, -110, 31.7], project: ([lon, lat]) => [(lon + 111) * 800, (31.7 - lat) * 1000],
  };
  const view = {root: node(), nodes: {buttons: node()}, data: {wall}, viewport: () => viewport};
  return {view, grid: new Grid(view), viewport};
}

const named = ({node: svg}, name) => svg.children.filter((one) => one.getAttribute('class') === name);

test('its button shows and hides it, and the choice is kept in the browser', () => {
  const {view, grid} = build();
  grid.redraw();
  assert.deepEqual([grid.button.getAttribute('aria-pressed'), grid.node.children.length], ['false', 0]);
  send(grid.button, 'click');
  assert.equal(grid.button.getAttribute('aria-pressed'), 'true');
  assert.ok(named(grid, 'minor').length > 8);
  assert.ok(named(grid, 'digits').some((one) => /^\d$/.test(one.textContent)));
  assert.ok(named(grid, 'square').length >= 1);
  assert.equal(new Grid(view).on, true);
  send(grid.button, 'click');
  assert.deepEqual([grid.node.children.length, new Grid(view).on], [0, false]);
  delete globalThis.localStorage;
});

test('it is drawn anew only when the map has moved, and never on a wall', () => {
  const {grid, viewport} = build();
  grid.toggle();
  const [first] = grid.node.children;
  grid.redraw();
  assert.equal(grid.node.children[0], first);
  viewport.zoom = 13;
  grid.redraw();
  assert.notEqual(grid.node.children[0], first);
  const wall = build({wall: true});
  wall.grid.toggle();
  assert.equal(wall.grid.node.children.length, 0);
  delete globalThis.localStorage;
});
