// The marks of alerts that stand: a triangle with its words where the records of a surge lie.

import {addStyle, el, fill} from './dom.js';

/** Marks that stay on their positions while the map moves. */
export class Alarms {
  constructor(root, node) {
    this.node = node;
    addStyle(root, 'alarm');
    this.marks = [];
  }

  /** Take the alerts that the page's script tells: where, what, and whether somebody saw to them. */
  update(alerts) {
    this.marks = alerts.map(({lon, lat, title, open}) => ({
      at: [lon, lat],
      node: el(
        'div',
        {class: open ? 'alarm open' : 'alarm', role: 'img', 'aria-label': `Alert: ${title}`},
        el('span', {class: 'sign', text: '\u25B2'}),
        el('span', {class: 'what', text: title}),
      ),
    }));
    fill(this.node, ...this.marks.map(({node}) => node));
  }

  /** Move to where the viewport has the positions now. */
  follow(viewport) {
    if (!viewport) return;
    for (const {at, node} of this.marks) {
      const [x, y] = viewport.project(at);
      node.hidden = x < 0 || y < 0 || x > viewport.width || y > viewport.height;
      node.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    }
  }
}
