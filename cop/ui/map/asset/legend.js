// The legend of a layer: classes with shape and color, ramps and sizes with unit, "unknown".

import {el} from './dom.js';
import {glyphCanvas} from './glyph.js';

function swatch(entry, halo) {
  if (entry.shape === 'area') {
    return el('span', {
      class: 'swatch area',
      style: {background: entry.color, borderColor: entry.edge ?? 'transparent'},
    });
  }
  if (entry.shape === 'line') {
    return el('span', {class: 'swatch line', style: {background: entry.color}});
  }
  return glyphCanvas(entry.shape, entry.color, halo);
}

/** Build a class that a click hides or shows. */
function switched({property}, {value, label}, act, parts) {
  const off = act.off(property, value);
  const words = {title: `${off ? 'Show' : 'Hide'} ${label}`, 'aria-pressed': String(!off)};
  return el('button', {type: 'button', class: 'class', ...words, onclick: () => act.toggle(property, value)}, ...parts);
}

function classes(block, halo, act) {
  const items = block.entries.map((entry) => {
    const parts = [swatch(entry, halo), el('span', {text: entry.label})];
    return el('li', {}, ...(act && block.property ? [switched(block, entry, act, parts)] : parts));
  });
  return el('ul', {class: `classes${items.length > 3 ? ' wide' : ''}`}, ...items);
}

function ramp(block) {
  const steps = block.steps.map((step) =>
    el('span', {class: 'step', style: {background: step.color}, title: step.label}),
  );
  const share = 100 / block.steps.length;
  const ticks = block.breaks.map((text, i) =>
    el('span', {class: 'tick', style: {left: `${share * (i + 1)}%`}, text}),
  );
  return el(
    'div',
    {class: 'ramp', role: 'img', 'aria-label': `${block.unit}: ${block.steps.map((s) => s.label).join(', ')}`},
    el('div', {class: 'unit', text: block.unit}),
    el('div', {class: `steps ${block.shape}`}, ...steps),
    el('div', {class: `steps unknown ${block.shape}`}, el('span', {class: 'step', style: {background: block.unknown.color}})),
    el('div', {class: 'ticks', 'aria-hidden': 'true'}, ...ticks),
    el('div', {class: 'ticks last', text: block.unknown.label}),
  );
}

function disc({radius, fill}, edge) {
  const side = `${2 * radius}px`;
  return el('span', {class: 'disc', style: {width: side, height: side, borderColor: edge, background: fill ?? 'none'}});
}

function sizes(block) {
  const columns = block.entries.map((entry) =>
    el('li', {}, disc(entry, block.edge), el('span', {text: entry.label})),
  );
  const words = `Size, ${block.unit}: ${block.entries.map((entry) => entry.label).join(', ')}`;
  return el(
    'div',
    {class: 'sizes', role: 'img', 'aria-label': words},
    el('div', {class: 'unit'}, el('span', {text: block.unit}), disc(block.unknown, block.edge), el('span', {text: 'unknown'})),
    el('ul', {}, ...columns),
  );
}

const relief = (block) =>
  el('div', {class: 'relief'}, el('span', {class: 'swatch'}), el('span', {text: block.label}));

const BUILDERS = {classes, ramp, sizes, relief};

/** Return the legend of a layer as it is colored now. */
export const legendOf = (layer) =>
  layer.measures.find((measure) => measure.key === layer.measure)?.legend ?? layer.legend;

/** Build the legend's nodes from its blocks; with `act` (class_switch.js) its classes are switches. */
export function buildLegend(blocks, halo, act = null) {
  const reset = () => el('button', {type: 'button', text: 'Show all', onclick: act.reset});
  return el(
    'div',
    {class: 'legend'},
    ...blocks.map((block) => BUILDERS[block.type](block, halo, act)),
    act?.note ? el('div', {class: 'hidden-note'}, el('span', {text: act.note}), reset()) : null,
  );
}
