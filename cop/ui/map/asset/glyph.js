// Point symbols: a shape repeats what the color says; the map's icons and the legend share them.

const CELL = 64;
const R = 20;
const SYMBOL_HEIGHT = 1.3;
// A drawing made smaller takes in what lies beside it: room between cells keeps their edges apart.
const GAP = 16;

function polygon(context, points) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
}

function star(points = 5, inner = 0.45) {
  return Array.from({length: points * 2}, (_, i) => {
    const r = i % 2 ? R * 1.2 * inner : R * 1.2;
    const turn = (Math.PI * i) / points - Math.PI / 2;
    return [r * Math.cos(turn), r * Math.sin(turn)];
  });
}

function plus(arm) {
  const a = arm;
  const l = R * 1.1;
  return [
    [-a, -l], [a, -l], [a, -a], [l, -a], [l, a], [a, a],
    [a, l], [-a, l], [-a, a], [-l, a], [-l, -a], [-a, -a],
  ];
}

/** Boxes [left, top, right, bottom] as one ring, joined by lines without width. */
function blocks(...boxes) {
  const rings = boxes.flatMap(([l, t, r, b]) => [[l, t], [r, t], [r, b], [l, b], [l, t]]);
  return [...rings, ...boxes.slice(0, -1).reverse().map(([l, t]) => [l, t])];
}

const OUTLINES = {
  square: [[-17, -17], [17, -17], [17, 17], [-17, 17]],
  diamond: [[0, -23], [23, 0], [0, 23], [-23, 0]],
  triangle: [[0, -22], [22, 17], [-22, 17]],
  wedge: [[0, 22], [22, -17], [-22, -17]],
  plus: plus(7.5),
  star: star(),
  burst: star(8, 0.58),
  house: [[0, -22], [20, -5], [20, 18], [-20, 18], [-20, -5]],
  arrow: [[0, -23], [20, -2], [8, -2], [8, 21], [-8, 21], [-8, -2], [-20, -2]],
  stripes: blocks([-22, -22, 22, -13], [-22, -5, 22, 5], [-22, 13, 22, 22]),
  bars: blocks([-22, -22, -13, 22], [-5, -22, 5, 22], [13, -22, 22, 22]),
  dots: blocks([-21, -21, -12, -12], [12, -21, 21, -12], [-5, -5, 5, 5], [-21, 12, -12, 21], [12, 12, 21, 21]),
  checks: blocks([-22, -22, -8, -8], [8, -22, 22, -8], [-8, -8, 8, 8], [-22, 8, -8, 22], [8, 8, 22, 22]),
};

function outline(context, shape) {
  if (shape === 'cross') {
    context.rotate(Math.PI / 4);
    polygon(context, plus(6));
    context.rotate(-Math.PI / 4);
  } else if (OUTLINES[shape]) {
    polygon(context, OUTLINES[shape]);
  } else {
    context.beginPath();
    context.arc(0, 0, shape === 'ring' ? R - 3 : R, 0, 2 * Math.PI);
  }
}

/** Draw a symbol of MIL-STD-2525: areas in its own colors, the first lowest. */
function drawSymbol(context, {parts}) {
  for (const {fill, path} of parts) {
    context.fillStyle = fill;
    context.fill(new Path2D(path));
  }
}

/** Draw a shape with a halo, or a symbol, around the place (x, y). */
export function drawGlyph(context, shape, color, halo, x = CELL / 2, y = CELL / 2) {
  context.save();
  context.translate(x, y);
  if (shape.parts) drawSymbol(context, shape);
  else drawShape(context, shape, color, halo);
  context.restore();
}

function drawShape(context, shape, color, halo) {
  context.lineJoin = 'round';
  outline(context, shape);
  if (shape === 'ring') {
    context.strokeStyle = halo;
    context.lineWidth = 20;
    context.stroke();
    context.strokeStyle = color;
    context.lineWidth = 10;
    context.stroke();
  } else {
    context.strokeStyle = halo;
    context.lineWidth = 11;
    context.stroke();
    context.fillStyle = color;
    context.fill();
  }
}

/** Build deck.gl's iconAtlas and iconMapping from {value: [shape, color]}; a cell has `side` squares of a shape. */
export function buildAtlas(glyphs, halo, side = 1) {
  const values = Object.keys(glyphs);
  const cell = Math.ceil(CELL * side);
  const across = Math.ceil(Math.sqrt(values.length));
  const canvas = document.createElement('canvas');
  const pitch = cell + GAP;
  canvas.width = pitch * across;
  canvas.height = pitch * Math.ceil(values.length / across);
  const context = canvas.getContext('2d');
  const mapping = {};
  values.forEach((value, i) => {
    const [shape, color] = glyphs[value];
    const [x, y] = [pitch * (i % across), pitch * Math.floor(i / across)];
    drawGlyph(context, shape, color, halo, x + cell / 2, y + cell / 2);
    mapping[value] = {x, y, width: cell, height: cell, mask: false};
  });
  return {iconAtlas: canvas, iconMapping: mapping};
}

/** Build a canvas that holds the whole of a symbol, as high as a line of words allows. */
function symbolCanvas(symbol, size) {
  const [left, top, right, bottom] = symbol.box;
  const scale = CELL / (bottom - top);
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil((right - left) * scale);
  canvas.height = CELL;
  canvas.className = 'symbol';
  canvas.style.height = `${Math.round(size * SYMBOL_HEIGHT)}px`;
  const context = canvas.getContext('2d');
  context.scale(scale, scale);
  drawGlyph(context, symbol, null, null, -left, -top);
  return canvas;
}

/** Build a small canvas showing one symbol, for legends and cards. */
export function glyphCanvas(shape, color, halo, size = 16) {
  const canvas = shape.parts ? symbolCanvas(shape, size) : shapeCanvas(shape, color, halo, size);
  canvas.setAttribute('aria-hidden', 'true');
  return canvas;
}

function shapeCanvas(shape, color, halo, size) {
  const canvas = document.createElement('canvas');
  canvas.width = CELL;
  canvas.height = CELL;
  canvas.style.width = `${size}px`;
  canvas.style.height = `${size}px`;
  drawGlyph(canvas.getContext('2d'), shape, color, halo);
  return canvas;
}
