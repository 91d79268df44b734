// The fixed parts of the map's DOM: stage, panel, buttons, bars, card, tooltip.

import {el, fill, icon} from './dom.js';

const PLUS = 'M8 3v10M3 8h10';
const MINUS = 'M3 8h10';
const HOME = 'M2.5 8L8 3l5.5 5M4 7v6h3V9.5h2V13h3V7';

const NAMES = {
  stage: 'Map',
  search: 'Search',
  panel: 'Layers',
  board: 'Board',
  drops: 'Dropped files',
  tools: 'Draw',
  measure: 'Measure',
  sight: 'Line of sight',
  card: 'Details',
};

/** Call each part by its name, on a page of several maps with the map's own. */
export function nameParts(nodes, map) {
  for (const [part, name] of Object.entries(NAMES)) {
    nodes[part].setAttribute('aria-label', map ? `${name} of the ${map}` : name);
  }
}

/** Build the frame inside the root, the search box beside the panel, and give its nodes by name. */
export function frame(root, search, {zoom, home}) {
  const button = (path, label, onclick) =>
    el('button', {type: 'button', title: label, 'aria-label': label, onclick}, icon(path));
  const nodes = {
    search,
    stage: el('div', {class: 'stage', role: 'application'}),
    loading: el('div', {class: 'loading', role: 'progressbar', 'aria-label': 'Loading tiles', hidden: true}),
    panel: el('aside', {class: 'panel'}),
    marker: el('div', {class: 'marker', hidden: true}),
    alarms: el('div', {class: 'alarms'}),
    pointer: el('div', {class: 'pointer', hidden: true}),
    board: el('aside', {class: 'board', hidden: true}),
    empty: el('div', {class: 'empty', role: 'status', hidden: true}),
    trouble: el('div', {class: 'trouble', role: 'alert', hidden: true}),
    drops: el('div', {class: 'dropped', role: 'region', hidden: true}),
    tools: el('aside', {class: 'tools', hidden: true}),
    measure: el('aside', {class: 'measure', hidden: true}),
    sight: el('aside', {class: 'sight', hidden: true}),
    card: el('section', {class: 'card', 'aria-live': 'polite', hidden: true}),
    tip: el('div', {class: 'tip', role: 'tooltip', hidden: true}),
    value: el('div', {class: 'probe', role: 'status', 'aria-label': 'Value under the pointer', hidden: true}),
    buttons: el(
      'div',
      {class: 'buttons', role: 'group', 'aria-label': 'Map controls'},
      button(PLUS, 'Zoom in', () => zoom(1)),
      button(MINUS, 'Zoom out', () => zoom(-1)),
      button(HOME, 'Zoom to full extent', home),
    ),
    scale: el('div', {class: 'scale', role: 'group', 'aria-label': 'Scale'}),
    cursor: el('div', {class: 'cursor', role: 'group', 'aria-label': 'Position of the pointer'}),
    zoom: el('span', {class: 'zoom', role: 'group', 'aria-label': 'Zoom'}),
    attribution: el('div', {class: 'attribution', role: 'note', tabindex: 0, 'aria-label': 'Attributions'}),
  };
  nameParts(nodes, '');
  const foot = el('div', {class: 'foot'}, nodes.scale, nodes.cursor, el('div', {class: 'right'}, nodes.attribution, nodes.zoom));
  const {stage, loading, panel, marker, alarms, pointer, board, empty, trouble, drops, tools, measure, sight, card, tip, value, buttons} = nodes;
  // One column: what opens on the right pushes the rest down and never lies over it.
  const side = el('div', {class: 'side'}, board, drops, tools, measure, sight, card);
  fill(root, stage, alarms, marker, pointer, loading, el('div', {class: 'corner'}, panel, search, side), buttons, empty, trouble, foot, value, tip);
  return nodes;
}
