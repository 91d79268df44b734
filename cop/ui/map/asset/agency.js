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

/** Draw a box for each agency; what a marking names is ticked, also where the policy no longer knows it. */
export function drawAgencies({agencies, agency}, marking) {
  // Where no agency may read all that a page shows, the viewer's own comes first.
  const named = agenciesOf(marking) ?? [agency].filter(Boolean);
  const gone = named.filter((code) => !agencies.some((one) => one.code === code));
  const listed = [...agencies, ...gone.map((code) => ({code, title: ''}))];
  if (!listed.length) return null;
  const box = ({code, title}) =>
    el(
      'label',
      {title},
      el('input', {type: 'checkbox', name: 'agency', value: code, checked: named.includes(code)}),
      el('span', {}, el('b', {text: code}), title ? el('span', {text: ` ${title}`}) : null),
    );
  return el(
    'fieldset',
    {class: 'agencies'},
    el('legend', {text: 'Releasable to'}),
    el('div', {class: 'boxes'}, ...listed.map(box)),
    el('p', {text: 'All agencies if none is chosen.'}),
  );
}

/** Return the codes that are ticked in a form. */
export const readAgencies = (form) => [...form.querySelectorAll('input[name="agency"]')].filter((one) => one.checked).map((one) => one.value);
