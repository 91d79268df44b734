// The marks of active alerts: a triangle with a label where the records of a surge lie.

import {addStyle, el, fill} from './dom.js';

/** Marks that stay on their positions while the map moves. */
export class Alarms {
  constructor(root, node) {
    this.node = node;
    addStyle(root, 'alarm');
    this.marks = [];
  }

  /** Draw the alerts, the most important first: where, what, and whether it is acknowledged. */
  update(alerts) {
    this.marks = alerts.map(({lon, lat, title, open}) => {
      const label = el('span', {class: 'what', text: title});
      const node = el(
        'div',
        {class: open ? 'alarm open' : 'alarm', role: 'img', 'aria-label': `Alert: ${title}`, hidden: true},
        el('span', {class: 'sign', text: '\u25B2'}),
        label,
      );
      return {at: [lon, lat], node, label};
    });
    fill(this.node, ...this.marks.map(({node}) => node));
  }

  /** Move the marks to where the viewport has their positions; hide labels that would overlap. */
  follow(viewport) {
    if (!viewport) return;
    const taken = [];
    for (const mark of this.marks) {
      const [x, y] = viewport.project(mark.at);
      mark.node.hidden = x < 0 || y < 0 || x > viewport.width || y > viewport.height;
      mark.node.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
      if (mark.node.hidden) continue;
      mark.size ??= measure(mark.label);
      const {box, left} = labelBox([x, y], mark.size, viewport.width);
      mark.node.classList.toggle('left', left);
      const hidden = taken.some((other) => overlap(box, other));
      mark.label.style.visibility = hidden ? 'hidden' : '';
      if (!hidden) taken.push(box);
    }
  }
}

function measure(label) {
  const {offsetWidth: width, offsetHeight: height, offsetLeft: gap} = label;
  return {width, height, gap};
}

/** Return the label's box (west, north, east, south) in pixels: right of its sign, or left at the edge. */
export function labelBox([x, y], {width, height, gap}, edge) {
  const left = x + gap + width > edge && x - gap - width >= 0;
  const west = left ? x - gap - width : x + gap;
  return {left, box: [west, y - height / 2, west + width, y + height / 2]};
}

/** Return whether two boxes share any point. */
export function overlap([west, north, east, south], [west2, north2, east2, south2]) {
  return west < east2 && west2 < east && north < south2 && north2 < south;
}
