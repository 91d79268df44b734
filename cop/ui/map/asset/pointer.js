// The presenter's pointer: a ring with a name at a place, for all who follow.

import {el, fill} from './dom.js';

/** A pointer that stays on its position while the map moves. */
export class Pointer {
  constructor(node) {
    this.node = node;
    this.at = null;
  }

  /** Point at a position {lon, lat} under a name; null takes the pointer away. */
  show(position, name) {
    this.at = position && [position.lon, position.lat];
    if (!position) this.node.hidden = true;
    else if (name !== this.name) fill(this.node, el('span', {class: 'ring'}), el('span', {class: 'who', text: name}));
    this.name = position ? name : null;
  }

  /** Move to where the viewport has the position now. */
  follow(viewport) {
    if (!this.at || !viewport) return;
    const [x, y] = viewport.project(this.at);
    this.node.hidden = x < 0 || y < 0 || x > viewport.width || y > viewport.height;
    this.node.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  }
}
