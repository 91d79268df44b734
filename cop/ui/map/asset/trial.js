// What if: a sensor's card offers to switch it off, raise or move it, on trial; the page works it out.

import {el} from './dom.js';

const SENSORS = 'sensors';
const MOVING = 'Drag the ring to the place where it would stand, or click there.';

/** Return a page's filter with one change of a sensor more, earlier ones of the same sort left out. */
export function withTrial(wanted, sort, sensor, text) {
  const same = `${sort}:${sensor}`;
  const rest = wanted.filter(([name, value]) => name !== 'whatif' || (value !== same && !value.startsWith(`${same}@`)));
  return [...rest, ['whatif', text ? `${same}@${text}` : same]];
}

/** Return the buttons of a sensor's card; null for any other feature, and on a wall. */
export function trialActions(view, layer, properties) {
  const {sensor_id: sensor, height_m: height} = properties;
  if (layer.id !== SENSORS || !sensor || view.data.wall) return null;
  const ask = (sort, text) => {
    const {wanted} = view.data;
    view.card.close();
    view.session.choose(withTrial(wanted, sort, sensor, text));
  };
  const said = el('p', {role: 'status'});
  const input = el('input', {type: 'number', min: 0, max: 50000, 'aria-label': 'Height above ground, m'});
  input.value = String(Math.round(height ?? 10));
  const move = () => {
    said.textContent = MOVING;
    const {lon, lat} = view.selection;
    view.interaction.pickOnce((to) => ask('move', `${to.lon.toFixed(6)},${to.lat.toFixed(6)}`), [lon, lat]);
  };
  const button = (text, onclick) => el('button', {type: 'button', text, onclick});
  return el(
    'div',
    {class: 'trial'},
    el('h3', {text: 'What if'}),
    el(
      'div',
      {class: 'ends'},
      button('Switch off', () => ask('off')),
      button('Move', move),
      input,
      button('Set height', () => ask('raise', `${Number(input.value)}`)),
    ),
    said,
  );
}
