// The marks of active alerts: a triangle with a label where the records of a surge lie.

import {addStyle, el, fill} from './dom.js';

/** Marks that stay on their positions while the map moves. */
export class Alarms {
  constructor(root, node) {
    this.node = node;
    addStyle(root, 'alarm');
    this.marks = [];
    this.taken = [];
  }

  /** Draw the alerts, the most important first: where, what, and whether it is acknowledged. */
  update(alerts) {
    this.marks = alerts.map(({lon, lat, title, open}) => {
      const label = el('span', {class: 'what', text: title});
      const leader = el('i', {class: 'leader', hidden: true});
      const node = el(
        'div',
        {class: open ? 'alarm open' : 'alarm', role: 'img', 'aria-label': `Alert: ${title}`, hidden: true},
        el('span', {class: 'sign', text: '\u25B2'}),
        leader,
        label,
      );
      return {at: [lon, lat], node, label, leader};
    });
    fill(this.node, ...this.marks.map(({node}) => node));
  }

  /** Move the marks to where the viewport has their positions; labels keep off signs, each other and what is taken. */
  follow(viewport, {below, taken} = {below: 0, taken: []}) {
    if (!viewport) return;
    const map = {width: viewport.width, height: viewport.height - below};
    const shown = this.marks.filter((mark) => this.move(mark, viewport.project(mark.at), map));
    this.taken = [...taken, ...shown.map(({pixel: [x, y], size: {gap}}) => [x - gap, y - gap, x + gap, y + gap])];
    for (const mark of shown) {
      const stand = standOf(mark.pixel, mark.size, map, this.taken);
      mark.label.style.visibility = stand ? '' : 'hidden';
      mark.leader.hidden = !stand?.shift;
      if (!stand) continue;
      mark.node.classList.toggle('left', stand.left);
      mark.label.style.marginTop = `${stand.shift}px`;
      if (stand.shift) lead(mark.leader, stand.left ? -mark.size.gap : mark.size.gap, stand.shift);
      this.taken.push(stand.box);
    }
  }

  /** Move a sign; return whether it lies on the map. */
  move(mark, [x, y], {width, height}) {
    mark.node.hidden = x < 0 || y < 0 || x > width || y > height;
    mark.node.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    if (mark.node.hidden) return false;
    mark.pixel = [x, y];
    mark.size ??= measure(mark.label);
    return true;
  }
}

/** Draw a line from a sign to a label that does not stand beside it. */
function lead({style}, right, down) {
  style.width = `${Math.hypot(right, down)}px`;
  style.transform = `rotate(${Math.atan2(down, right)}rad)`;
}

function measure(label) {
  const {offsetWidth: width, offsetHeight: height, offsetLeft: gap} = label;
  return {width, height, gap};
}

/** Return the first place for a label that is free and inside the map: beside its sign, then off it. */
export function standOf(at, size, {width, height}, taken) {
  const beside = labelBox(at, size, width);
  const sides = [beside.left, !beside.left];
  for (const shift of [0, -1, 1, -2, 2, -3, 3].map((lines) => lines * size.height)) {
    for (const left of sides) {
      const {box} = labelBox([at[0], at[1] + shift], size, width, left);
      const inside = box[0] >= 0 && box[1] >= 0 && box[2] <= width && box[3] <= height;
      if (inside && !taken.some((other) => overlap(box, other))) return {box, left, shift};
    }
  }
  return null;
}

/** Return the label's box (west, north, east, south) in pixels: right of its sign, or left at the edge. */
export function labelBox([x, y], {width, height, gap}, edge, side) {
  const left = side ?? (x + gap + width > edge && x - gap - width >= 0);
  const west = left ? x - gap - width : x + gap;
  return {left, box: [west, y - height / 2, west + width, y + height / 2]};
}

/** Return whether two boxes share any point. */
export function overlap([west, north, east, south], [west2, north2, east2, south2]) {
  return west < east2 && west2 < east && north < south2 && north2 < south;
}
