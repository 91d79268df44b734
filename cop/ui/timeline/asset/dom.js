// Small builders of HTML and SVG nodes; text only ever enters through textContent.

const SVG = 'http://www.w3.org/2000/svg';

function build(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'text') node.textContent = String(value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.filter(Boolean));
  return node;
}

/** Build an HTML element: attributes by name, `text` as its text. */
export function el(tag, attributes = {}, ...children) {
  return build(document.createElement(tag), attributes, children);
}

/** Build an SVG element likewise. */
export function svg(tag, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, tag), attributes, children);
}

/** Build a nested SVG that shows its children inside a box only, in the same coordinates. */
export function cut([from, to], top, bottom, ...children) {
  const [width, height] = [to - from, bottom - top];
  if (!(width > 0 && height > 0)) return null;
  const box = {x: from, y: top, width, height, viewBox: `${from} ${top} ${width} ${height}`};
  return svg('svg', {...box, overflow: 'hidden', preserveAspectRatio: 'none'}, ...children);
}

/** Return the path of diagonal lines that fill a box; their phase does not depend on the box. */
export function hatch(from, to, top, bottom, gap) {
  const height = bottom - top;
  let path = '';
  for (let x = Math.floor((from - height) / gap) * gap; x < to; x += gap) {
    path += `M${x} ${bottom}l${height} ${-height}`;
  }
  return path;
}
