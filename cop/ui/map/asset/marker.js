// The marker of a place that was searched for or clicked: a pulse with its name, position and MGRS.

import {el, fill} from './dom.js';

/** A marker that stays on its position while the map moves. */
export class Marker {
  constructor(node) {
    this.node = node;
    this.at = null;
  }

  /** Mark a place; one that was `clicked` stays as long as its details do. */
  show(result, clicked = false) {
    this.at = [result.lon, result.lat];
    this.clicked = clicked;
    fill(
      this.node,
      el('span', {class: 'pulse'}),
      el('span', {class: 'pin'}),
      el(
        'div',
        {class: 'say'},
        el('strong', {text: result.title}),
        result.position === result.title ? null : el('span', {text: result.position}),
        result.mgrs && result.mgrs !== result.title ? el('span', {class: 'grid', text: result.mgrs}) : null,
      ),
    );
  }

  closed() {
    if (this.clicked) this.clear();
  }

  clear() {
    this.at = null;
    this.node.hidden = true;
  }

  /** Move to where the viewport has the position now. */
  follow(viewport) {
    if (!this.at || !viewport) return;
    const [x, y] = viewport.project(this.at);
    this.node.hidden = x < 0 || y < 0 || x > viewport.width || y > viewport.height;
    this.node.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  }
}
