// The agencies that a marking is releasable to: as text behind its label, and as boxes of a form.

import {el} from './dom.js';

const RELEASED = '//REL TO ';

/** Return the label of a marking, without agencies. */
export const labelOf = (marking) => marking.split('//')[0];

/** Return the codes of the agencies that a marking names; null for one that nobody may read. */
export function agenciesOf(marking) {
  const [, named] = marking.split(RELEASED);
  if (named) return named.split(', ');
  return marking.includes('//') ? null : [];
}

/** Write a label and agencies as a marking; without agencies it is for all of them. */
export const writeMarking = (label, codes) => (codes.length ? `${label}${RELEASED}${[...codes].sort().join(', ')}` : label);

/** Return the marking of all together, as the server works it out; `labels` come lowest first. */
export function combine(markings, labels) {
  let audience = null;
  for (const named of markings.map(agenciesOf)) {
    if (named?.length === 0) continue;
    audience = audience ? audience.filter((code) => named?.includes(code)) : (named ?? []);
  }
  const label = labels[Math.max(0, ...markings.map((one) => labels.indexOf(labelOf(one))))];
  return audience?.length === 0 ? `${label}//NOT RELEASABLE` : writeMarking(label, audience ?? []);
}

/** Draw a box for each agency; what a marking names is ticked, also where the policy no longer knows it. */
export function drawAgencies({agencies, agency}, marking) {
  // Where no agency may read all that a page shows, the viewer's own comes first.
  const named = agenciesOf(marking) ?? [agency].filter(Boolean);
  const gone = named.filter((code) => !agencies.some((one) => one.code === code));
  const listed = [...agencies, ...gone.map((code) => ({code, title: ''}))];
  if (!listed.length) return null;
  const box = ({code, title}) => {
    const attributes = {type: 'checkbox', name: 'agency', value: code, 'aria-label': `${code} ${title}`.trim(), checked: named.includes(code)};
    return el('label', {title}, el('input', attributes), el('span', {text: code}));
  };
  const boxes = el('div', {class: 'boxes'}, ...listed.map(box));
  boxes.addEventListener('change', ({target}) => tickOwn(boxes, target, agency));
  return el(
    'div',
    {class: 'agencies', role: 'group', 'aria-label': 'Releasable to'},
    el('span', {text: 'Releasable to'}),
    boxes,
    el('p', {text: 'All agencies if none is chosen.'}),
  );
}

/** Whoever names a first agency means to read it themselves: their own is ticked too, until they take it back. */
function tickOwn(boxes, {checked, value}, agency) {
  const all = [...boxes.querySelectorAll('input')];
  const own = all.find((one) => one.value === agency);
  if (own && checked && value !== agency && all.filter((one) => one.checked).length === 1) own.checked = true;
}

/** Return the codes that are ticked in a form. */
export const readAgencies = (form) => [...form.querySelectorAll('input[name="agency"]')].filter((one) => one.checked).map((one) => one.value);
