// The layer panel: groups of layers, each with switch, measure, legend, source, age and marking.

import {age, dtg, el, fill, icon} from './dom.js';
import {buildLegend, legendOf} from './legend.js';
import {drawWall} from './wall.js';

const STATUS_WORDS = {unknown: 'UNKNOWN', empty: 'EMPTY', error: 'ERROR'};
const UP = 'M8 12.5v-9M4 7.5l4-4 4 4';
const DOWN = 'M8 3.5v9M4 8.5l4 4 4-4';
const CHEVRON = 'M4 6l4 4 4-4';
const GROUPS = [
  ['picture', 'Picture'],
  ['place', 'Facilities'],
  ['statistic', 'Statistics'],
  ['upload', 'Uploaded'],
  ['background', 'Background'],
];
const LAYERS = ['M8 2l6 3-6 3-6-3z', 'M2 8l6 3 6-3', 'M2 11l6 3 6-3'];

function chips(layer) {
  const marks = [];
  if (layer.synthetic) marks.push(el('span', {class: 'chip synthetic', text: 'SYNTHETIC'}));
  if (layer.stale) marks.push(el('span', {class: 'chip stale', text: 'STALE'}));
  if (STATUS_WORDS[layer.status]) {
    marks.push(el('span', {class: `chip ${layer.status}`, text: STATUS_WORDS[layer.status]}));
  }
  if (layer.marking) marks.push(el('span', {class: 'chip marking', text: layer.marking}));
  return el('div', {class: 'chips'}, ...marks);
}

function timeLine(layer) {
  if (!layer.asOf) return el('div', {class: 'time', text: layer.group === 'picture' ? 'no records yet' : 'undated'});
  return el(
    'div',
    {class: `time${layer.stale ? ' old' : ''}`},
    el('span', {text: `as of ${dtg(layer.asOf)}`}),
    el('span', {class: 'age', 'data-time': layer.asOf, text: age(layer.asOf)}),
  );
}

function measureSelect(layer, set) {
  if (layer.measures.length < 2) return null;
  const buttons = layer.measures.map((measure) =>
    el('button', {
      type: 'button',
      role: 'radio',
      'aria-checked': String(measure.key === layer.measure),
      title: measure.note,
      text: measure.title,
      onclick: () => set(layer.id, {measure: measure.key}),
    }),
  );
  const many = layer.measures.length > 4 ? ' many' : '';
  return el('div', {class: `measures${many}`, role: 'radiogroup', 'aria-label': `Color ${layer.title} by`}, ...buttons);
}

function controls(layer, position, act) {
  const slider = el('input', {
    type: 'range',
    min: 0,
    max: 100,
    step: 5,
    'aria-label': `Opacity of ${layer.title}`,
    oninput: (event) => {
      value.textContent = `${event.target.value}%`;
      act.set(layer.id, {opacity: Number(event.target.value) / 100}, true);
    },
  });
  slider.value = Math.round(layer.opacity * 100);
  const value = el('span', {class: 'figure', text: `${Math.round(layer.opacity * 100)}%`});
  const move = (by, path, word, off) =>
    el(
      'button',
      {
        type: 'button',
        class: 'icon',
        title: word,
        'aria-label': `${word}: ${layer.title}`,
        disabled: off,
        onclick: () => act.move(layer.id, by),
      },
      icon(path),
    );
  return el(
    'div',
    {class: 'controls'},
    el('label', {class: 'opacity'}, el('span', {text: 'Opacity'}), slider, value),
    position && move(1, UP, 'Move up', position.top),
    position && move(-1, DOWN, 'Move down', position.bottom),
  );
}

/** Build the line that is always there: the switch, the title, and what unfolds the rest. */
function headOf(layer, open, act) {
  const box = el('input', {
    type: 'checkbox',
    role: 'switch',
    'aria-label': `Show ${layer.title}`,
    onchange: (event) => act.set(layer.id, {visible: event.target.checked}),
  });
  box.checked = layer.visible;
  return el(
    'div',
    {class: 'head'},
    el('label', {class: 'switch'}, box, el('span', {class: 'knob'})),
    el('span', {class: 'title', text: layer.title, title: layer.note}),
    el(
      'button',
      {
        type: 'button',
        class: 'icon fold',
        'aria-expanded': String(open),
        'aria-label': `Details of ${layer.title}`,
        onclick: () => act.toggle(layer.id),
      },
      icon(CHEVRON),
    ),
  );
}

/** Build what a layer says of its time and state. */
function metaOf(layer, full) {
  const words = [];
  if (layer.group !== 'background' && full) {
    words.push(el('div', {class: 'meta'}, timeLine(layer), chips(layer)));
  } else if (layer.status !== 'ok') {
    words.push(el('div', {class: 'meta'}, chips({status: layer.status})));
  }
  if (layer.statusNote && full) words.push(el('div', {class: `note ${layer.status}`, text: layer.statusNote}));
  return words;
}

function row(layer, position, state, act) {
  const open = state.open.has(layer.id);
  const blocks = legendOf(layer);
  const body = metaOf(layer, layer.visible || open);
  if (layer.visible) {
    body.push(measureSelect(layer, act.set));
    if (blocks.length) body.push(buildLegend(blocks, state.halo, state.classes?.act(layer)));
  }
  if (open) {
    body.push(
      controls(layer, position, act),
      el('div', {class: 'words', text: layer.note}),
      layer.source ? el('div', {class: 'words', text: `Source: ${layer.source}`}) : null,
    );
  }
  return el(
    'section',
    {class: `layer${layer.visible ? '' : ' off'}${open ? ' open' : ''}`, 'data-layer': layer.id},
    headOf(layer, open, act),
    ...body.filter(Boolean),
  );
}

/** Build one group: a heading that folds it, and its rows where it is unfolded. */
function section([name, title], layers, unfolded, state, act) {
  if (!layers.length) return null;
  const open = state.sections.get(name) ?? unfolded;
  const shown = layers.filter((layer) => layer.visible).length;
  const heading = el(
    'button',
    {type: 'button', 'aria-expanded': String(open), onclick: () => act.section(name, !open)},
    icon(CHEVRON),
    el('span', {text: title}),
    el('span', {class: 'figure', text: `${shown} of ${layers.length}`}),
  );
  const movable = name !== 'background';
  const rows = layers.map((layer, i) =>
    row(layer, movable && {top: i === 0, bottom: i === layers.length - 1}, state, act),
  );
  return el('div', {class: 'group', 'data-group': name}, el('h2', {}, heading), ...(open ? rows : []));
}

/** Build the list of the layers that have no data, each with what would load it. */
function absentSection(layers, state, act) {
  if (!layers.length) return null;
  const open = state.sections.get('absent') ?? false;
  const heading = el(
    'button',
    {type: 'button', 'aria-expanded': String(open), onclick: () => act.section('absent', !open)},
    icon(CHEVRON),
    el('span', {text: `No data (${layers.length})`}),
  );
  const rows = layers.map((layer) =>
    el(
      'section',
      {class: 'layer absent', 'data-layer': layer.id},
      el('div', {class: 'title', text: layer.title}),
      el('div', {class: 'words', text: layer.statusNote.replace(/^unknown: /, '') || layer.note}),
    ),
  );
  return el('div', {class: 'group', 'data-group': 'absent'}, el('h2', {}, heading), ...(open ? rows : []));
}

function groupsOf(layers, state, act) {
  const held = layers.filter((layer) => layer.held).reverse();
  const sections = GROUPS.map(([name, title]) => {
    const own = held.filter((layer) => layer.group === name);
    const unfolded = name === 'picture' || (name !== 'background' && own.some((layer) => layer.visible));
    return section([name, title], own, unfolded, state, act);
  });
  const absent = layers.filter((layer) => !layer.held).reverse();
  return [...sections, absentSection(absent, state, act)].filter(Boolean);
}

/** Draw the panel into its node; layers come bottom first and are listed top first. */
export function drawPanel(node, layers, state, act) {
  if (state.wall) {
    drawWall(node, layers, state.halo);
    return;
  }
  const {above = [], below = []} = state.around ?? {};
  const scrolled = node.querySelector('.rows')?.scrollTop ?? 0;
  const focused = focusKey(node);
  const counted = layers.filter((layer) => layer.held && layer.group !== 'background');
  const shown = counted.filter((layer) => layer.visible).length;
  fill(
    node,
    el(
      'button',
      {
        type: 'button',
        class: 'bar',
        'aria-expanded': String(!state.folded),
        title: state.folded ? 'Show the layers' : 'Hide the layers',
        onclick: act.fold,
      },
      icon(...LAYERS),
      el('span', {class: 'name', text: 'Layers'}),
      el('span', {class: 'figure', text: `${shown} of ${counted.length}`}),
      el('span', {class: 'fold'}, icon(CHEVRON)),
    ),
    state.folded ? null : el('div', {class: 'rows'}, ...[...above, ...groupsOf(layers, state, act), ...below].filter(Boolean)),
  );
  node.classList.toggle('folded', state.folded);
  const list = node.querySelector('.rows');
  if (list) list.scrollTop = scrolled;
  if (focused) node.querySelectorAll('button, input')[focused]?.focus();
}

function focusKey(node) {
  const active = node.getRootNode().activeElement;
  if (!active || !node.contains(active)) return null;
  return [...node.querySelectorAll('button, input')].indexOf(active);
}

/** Let every age on the map tick; as known at a moment they stand still. */
export function tickAges(root) {
  const now = root.dataset.knownAt ? Date.parse(root.dataset.knownAt) : Date.now();
  for (const node of root.querySelectorAll('.age')) {
    node.textContent = age(node.dataset.time, now);
  }
}
