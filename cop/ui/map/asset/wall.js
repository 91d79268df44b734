// The map of a wall: its legend in pages that turn, symbols as large as the words, stale layers gray.

import {age, el, fill} from './dom.js';
import {fold, turn} from './pager.js';
import {glyphCanvas} from './glyph.js';
import {legendOf} from './legend.js';

const HOUR_MS = 3600000;
const USUAL_TEXT_PX = 44;
const STATUS_WORDS = {unknown: 'UNKNOWN', empty: 'EMPTY', error: 'ERROR'};

/** Return how stale a layer is: 0 fresh, 1 past its limit, 2 past twice its limit. */
export function staleness(layer, now) {
  const limit = (layer.staleAfterHours ?? Infinity) * HOUR_MS;
  const old = layer.asOf ? now - new Date(layer.asOf).getTime() : 0;
  if (old > 2 * limit) return 2;
  return layer.stale || old > limit ? 1 : 0;
}

/** Return the present, or the moment whose knowledge the map shows. */
const nowOf = (root) => (root.dataset.knownAt ? Date.parse(root.dataset.knownAt) : Date.now());

/** Return what of a map is taken by what stands over it, in pixels of the stage: on a wall nobody moves it away. */
export function takenOf({data, nodes}) {
  if (!data.wall) return {below: 0, taken: []};
  const {left: west, top: north} = nodes.stage.getBoundingClientRect();
  const boxes = [nodes.scale, nodes.empty, nodes.trouble, nodes.board].map((node) => node.getBoundingClientRect());
  const taken = boxes
    .filter(({width}) => width)
    .map(({left, top, right, bottom}) => [left - west, top - north, right - west, bottom - north]);
  return {below: nodes.panel.offsetHeight, taken};
}

const textPx = (view) => parseFloat(getComputedStyle(view.nodes.panel).fontSize);

/** Return in a word what a wall's layers are drawn by: another word draws them anew. */
function stateOf({root, nodes, alarms, layers}) {
  const now = nowOf(root);
  const boxes = alarms.taken.flat().map(Math.round);
  return [textPx({nodes}), nodes.panel.offsetHeight, boxes, ...layers.map((layer) => staleness(layer, now))].join(' ');
}

/** Return a label as large as the words, which stays clear of alerts, the map's edges and the strip below it. */
function enlarged(label, text, view) {
  const room = {below: view.nodes.panel.offsetHeight, taken: view.alarms.taken.map((box) => box.map(Math.round))};
  return {...label, room, size: Math.max(text, label.size), sizes: label.sizes.map(([least, px]) => [least, Math.max(text, px)])};
}

/** Return a layer's description as a wall shows it; another map's stays as it is. */
export function dress(view, layer, json) {
  if (!view.data.wall) return json;
  view.drawnAs = stateOf(view);
  const text = textPx(view);
  const scale = text / USUAL_TEXT_PX;
  return {
    ...json,
    pickable: false,
    lineWidthScale: scale,
    pointRadiusScale: scale,
    iconSizeScale: scale,
    copStale: staleness(layer, nowOf(view.root)),
    ...(json.copLabel ? {copLabel: enlarged(json.copLabel, text, view)} : {}),
  };
}

/** Show all of what is asked for again where head, foot or strip have taken or given room. */
function refit(view) {
  const {width, height} = view.size();
  const room = [width, height, view.nodes.panel.offsetHeight].join(' ');
  if (view.room === room || !view.deck) return;
  view.room = room;
  const camera = view.session.boardCamera() ?? (view.data.camera ? null : view.homeCamera());
  if (camera) view.look(camera);
}

/** Let pages turn; draw anew when a layer has become stale or the words another size. */
export function tickWall(view) {
  if (!view.data?.wall) return;
  refit(view);
  if (view.drawnAs !== stateOf(view)) view.refresh();
  fitPages(view.nodes.panel);
  turn(view.nodes.panel);
}

function chips(layer, level) {
  const marks = [
    layer.synthetic && ['synthetic', 'SYNTHETIC'],
    level && ['stale', 'STALE'],
    STATUS_WORDS[layer.status] && [layer.status, STATUS_WORDS[layer.status]],
  ];
  return el('div', {class: 'chips'}, ...marks.filter(Boolean).map(([name, text]) => el('span', {class: `chip ${name}`, text})));
}

function time(layer) {
  if (!layer.asOf) return el('div', {class: 'time', text: layer.group === 'picture' ? 'no records yet' : 'undated'});
  return el('div', {class: 'time'}, el('span', {class: 'age', 'data-time': layer.asOf, text: age(layer.asOf)}));
}

const painted = (name, color, edge) => el('span', {class: `swatch ${name}`, style: {background: color, borderColor: edge ?? 'transparent'}});

const item = (mark, text) => el('li', {}, mark, el('span', {text}));

const LISTS = {
  classes: ({entries}, halo) =>
    entries.map(({shape, color, edge, label}) =>
      item(['area', 'line'].includes(shape) ? painted(shape, color, edge) : glyphCanvas(shape, color, halo), label),
    ),
  ramp: ({steps, shape, unknown}) => [...steps, unknown].map(({color, label}) => item(painted(shape, color), label)),
  sizes: ({entries, edge, unknown}) =>
    [...entries, {...unknown, label: 'unknown'}].map(({radius, fill: color, label}) => {
      const side = `${(radius * 3) / USUAL_TEXT_PX}em`;
      return item(el('span', {class: 'disc', style: {width: side, height: side, borderColor: edge, background: color ?? 'none'}}), label);
    }),
  relief: ({label}) => [item(el('span', {class: 'swatch'}), label)],
};

function legend(block, halo) {
  const unit = block.unit ? el('p', {class: 'unit', text: block.unit}) : null;
  return el('div', {class: 'keys'}, unit, el('ul', {}, ...LISTS[block.type](block, halo)));
}

function card(layer, halo, now) {
  const level = staleness(layer, now);
  return el(
    'section',
    {class: 'layer', 'data-layer': layer.id, 'data-stale': level},
    el('div', {class: 'what'}, el('div', {class: 'title', text: layer.title}), time(layer), chips(layer, level)),
    ...legendOf(layer).map((block) => legend(block, halo)),
  );
}

/** Let each layer begin a page of its own: one that needs several fills the last of them. */
function fitPages(panel) {
  const body = panel.querySelector('.legend-pages > .fold-body');
  const {height: page} = body?.getBoundingClientRect() ?? {};
  for (const node of page ? body.children : []) {
    node.style.height = 'auto';
    const pages = Math.ceil(node.getBoundingClientRect().height / page - 0.1);
    node.style.height = `${100 * pages}%`;
  }
}

/** Draw the legend: nobody scrolls a wall, so what does not fit takes turns. */
export function drawWall(node, layers, halo) {
  const shown = layers
    .filter((layer) => layer.visible && layer.held && layer.group !== 'background' && layer.status !== 'empty')
    .reverse();
  const pages = fold('legend-pages');
  const now = nowOf(node.closest('.copmap'));
  fill(pages.firstChild, ...shown.map((layer) => card(layer, halo, now)));
  fill(node, pages);
  node.hidden = shown.length === 0;
  fitPages(node);
  turn(node);
}
