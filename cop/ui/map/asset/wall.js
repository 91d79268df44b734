// The map of a wall: its legend in pages that turn, symbols as large as the words, stale layers gray.

import {age, dtg, el, fill} from './dom.js';
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

const textPx = (view) => parseFloat(getComputedStyle(view.nodes.panel).fontSize);

function enlarged(label, text) {
  return {...label, size: Math.max(text, label.size), sizes: label.sizes.map(([least, px]) => [least, Math.max(text, px)])};
}

/** Return a layer's description as a wall shows it; another map's stays as it is. */
export function dress(view, layer, json) {
  if (!view.data.wall) return json;
  const text = textPx(view);
  const scale = text / USUAL_TEXT_PX;
  return {
    ...json,
    pickable: false,
    lineWidthScale: scale,
    pointRadiusScale: scale,
    iconSizeScale: scale,
    copStale: staleness(layer, nowOf(view.root)),
    ...(json.copLabel ? {copLabel: enlarged(json.copLabel, text)} : {}),
  };
}

/** Let pages turn; draw anew when a layer has become stale or the words another size. */
export function tickWall(view) {
  if (!view.data?.wall) return;
  const now = nowOf(view.root);
  const key = [textPx(view), ...view.layers.map((layer) => staleness(layer, now))].join(' ');
  const changed = view.wallKey !== undefined && view.wallKey !== key;
  view.wallKey = key;
  if (changed) view.refresh();
  else turn(view.nodes.panel);
}

function chips(layer, level) {
  const marks = [
    layer.synthetic && ['synthetic', 'SYNTHETIC'],
    level && ['stale', 'STALE'],
    STATUS_WORDS[layer.status] && [layer.status, STATUS_WORDS[layer.status]],
    layer.marking && ['marking', layer.marking],
  ];
  return el('div', {class: 'chips'}, ...marks.filter(Boolean).map(([name, text]) => el('span', {class: `chip ${name}`, text})));
}

function time(layer) {
  if (!layer.asOf) return el('div', {class: 'time', text: layer.group === 'picture' ? 'no records yet' : 'undated'});
  return el(
    'div',
    {class: 'time'},
    el('span', {text: dtg(layer.asOf)}),
    el('span', {class: 'age', 'data-time': layer.asOf, text: age(layer.asOf)}),
  );
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
    el('div', {class: 'title', text: layer.title}),
    time(layer),
    chips(layer, level),
    layer.statusNote ? el('p', {class: `note ${layer.status}`, text: layer.statusNote}) : null,
    ...legendOf(layer).map((block) => legend(block, halo)),
  );
}

/** Draw the legend: nobody scrolls a wall, so what does not fit takes turns. */
export function drawWall(node, layers, halo) {
  const shown = layers
    .filter((layer) => layer.visible && layer.held && layer.group !== 'background' && layer.status !== 'empty')
    .reverse();
  const pages = fold('legend-pages', {across: true});
  const now = nowOf(node.closest('.copmap'));
  fill(pages.firstChild, ...shown.map((layer) => card(layer, halo, now)));
  fill(node, pages);
  node.hidden = shown.length === 0;
  turn(node);
}
