// The words about dropped files: drafts in the layer panel, notes beside the map, the sheet over the page.

import {el, icon} from './dom.js';

const CLOSE = 'M4 4l8 8M12 4l-8 8';
const INVITE = 'Drop to show on your map';
const PRIVATE = 'Only you see it until you publish it';

const SHAPES = {point: 'point', linestring: 'line', polygon: 'area'};

const many = (n, noun) => `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;
const amount = ({n, kinds}) => {
  const names = Object.keys(kinds).map((kind) => SHAPES[kind.toLowerCase().replace('multi', '')]);
  return many(n, new Set(names).size === 1 ? (names[0] ?? 'feature') : 'feature');
};
const notes = (texts, kind) => texts.map((text) => el('div', {class: `note ${kind}`, text}));

function consent(file, state, act) {
  if (!file.far.length) return [];
  const box = el('input', {type: 'checkbox', onchange: (event) => act.agree(file.id, event.target.checked)});
  box.checked = state.agreed.has(file.id);
  return [...notes(file.far, 'warn'), el('label', {}, box, el('span', {text: 'Publish outside the area'}))];
}

const warningsOf = ({layers, skipped}, several) => [
  ...layers.flatMap(({title, warnings}) => warnings.map((words) => (several ? `${title}: ${words}` : words))),
  ...skipped.map((words) => `Skipped: ${words}`),
];

const WORDS = {publish: ['Publish', 'Publishing\u2026'], discard: ['Discard', 'Discarding\u2026']};

function press(file, what, waits, act, state) {
  const blocked = state && file.far.length > 0 && !state.agreed.has(file.id);
  const text = WORDS[what][waits === what ? 1 : 0];
  const words = {text, 'aria-label': `${text} ${file.name}`, class: state ? 'main' : null};
  return el('button', {type: 'button', ...words, disabled: Boolean(waits || blocked), onclick: () => act.press(what, file.id)});
}

function entry(file, state, act) {
  const waits = state.waits.get(file.id);
  const [{title}] = file.layers;
  const several = file.layers.length > 1;
  const chip = (kind, text) => el('span', {class: `chip ${kind}`, text});
  const each = (layer) => el('li', {text: `${layer.title}: ${amount(layer)}`});
  return el(
    'section',
    {class: 'layer draft', 'data-draft': file.id},
    el('div', {class: 'head'}, el('span', {class: 'ring'}), el('span', {class: 'title', text: several ? file.name : title, title: file.name})),
    el('div', {class: 'chips'}, chip('draft', 'DRAFT'), chip('draft', 'PRIVATE'), chip('marking', file.marking)),
    several ? el('ul', {}, ...file.layers.map(each)) : el('div', {class: 'note', text: `${amount(file.layers[0])}, all times`}),
    ...consent(file, state, act),
    el('div', {class: 'draft-actions'}, press(file, 'publish', waits, act, state), press(file, 'discard', waits, act)),
    ...notes(warningsOf(file, several), 'warn'),
    el('div', {class: 'words', text: 'Only you see it. Gone when you close or reload this page.'}),
  );
}

/** Build the panel's group of this viewer's drafts; null where there is none. */
export function buildDrafts(files, state, act) {
  if (!files.length) return null;
  const color = `rgb(${state.color.join(' ')})`;
  const group = el('div', {class: 'group', 'data-group': 'draft'}, el('h2', {text: 'Your drafts'}), ...files.map((file) => entry(file, state, act)));
  group.style.setProperty('--draft', color);
  return group;
}

/** Build what opens the choice of a file, where nothing can be dropped. */
export function buildAdd(onclick) {
  return el('button', {type: 'button', class: 'draft-add', title: `Or drop it on the page. ${PRIVATE}.`, text: 'Add a file to your map', onclick});
}

/** Build a line about a file; a fault leads to the page Upload, which asks what is missing. */
export function buildNote({text, bad, link}, upload, onclick) {
  const way = bad && link !== false ? el('a', {href: upload, target: '_blank', rel: 'noopener', text: 'Open Upload'}) : null;
  const close = onclick && el('button', {type: 'button', class: 'icon', 'aria-label': 'Close this note', onclick}, icon(CLOSE));
  const words = el('span', {text: way ? `${text.replace(/\.$/, '')}. ` : text});
  if (way) words.append(way);
  return el('div', {class: `say${bad ? ' bad' : ''}`, role: bad ? 'alert' : 'status'}, words, close ?? null);
}

/** Build the sheet that lies over the page while a file is held above it. */
export function buildSheet() {
  const style = {
    position: 'fixed', inset: '0', zIndex: '999999', pointerEvents: 'none', display: 'grid', placeContent: 'center', gap: '6px',
    border: '4px dashed #56b4e9', background: '#0b1119d9', color: '#ffffff', textAlign: 'center', font: '600 22px/1.4 system-ui, sans-serif',
  };
  return el(
    'div',
    {class: 'cop-drop-sheet', role: 'status', style},
    el('div', {text: INVITE}),
    el('div', {text: PRIVATE, style: {fontSize: '15px', fontWeight: '400'}}),
  );
}
