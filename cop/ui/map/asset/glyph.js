// Point symbols: a shape repeats what the colour says; the map's icons and the legend share them.

const CELL = 64;
const R = 20;

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

const OUTLINES = {
  square: [[-17, -17], [17, -17], [17, 17], [-17, 17]],
  diamond: [[0, -23], [23, 0], [0, 23], [-23, 0]],
  triangle: [[0, -22], [22, 17], [-22, 17]],
  wedge: [[0, 22], [22, -17], [-22, -17]],
  plus: plus(7.5),
  star: star(),
  burst: star(8, 0.58),
  house: [[0, -22], [20, -5], [20, 18], [-20, 18], [-20, -5]],
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

/** Draw a symbol centred in a 64 px cell whose left edge is at x, with a halo. */
export function drawGlyph(context, shape, color, halo, x = 0) {
  context.save();
  context.translate(x + CELL / 2, CELL / 2);
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
  context.restore();
}

/** Build deck.gl's iconAtlas and iconMapping from {value: [shape, colour]}. */
export function buildAtlas(glyphs, halo) {
  const values = Object.keys(glyphs);
  const canvas = document.createElement('canvas');
  canvas.width = CELL * values.length;
  canvas.height = CELL;
  const context = canvas.getContext('2d');
  const mapping = {};
  values.forEach((value, i) => {
    const [shape, color] = glyphs[value];
    drawGlyph(context, shape, color, halo, i * CELL);
    mapping[value] = {x: i * CELL, y: 0, width: CELL, height: CELL, mask: false};
  });
  return {iconAtlas: canvas, iconMapping: mapping};
}

/** Build a small canvas showing one symbol, for legends and cards. */
export function glyphCanvas(shape, color, halo, size = 16) {
  const canvas = document.createElement('canvas');
  canvas.width = CELL;
  canvas.height = CELL;
  canvas.style.width = `${size}px`;
  canvas.style.height = `${size}px`;
  canvas.setAttribute('aria-hidden', 'true');
  drawGlyph(canvas.getContext('2d'), shape, color, halo);
  return canvas;
}
