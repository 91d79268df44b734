// Relief over a map: gray turns into shadow and light, so that flat ground keeps the map's color.

const FLAT = 181;
const BLACK = 0;
const WHITE = 255;

/** Return black or white and an opacity for each gray; `strengths` are (strength, most) of shadow and of light. */
function table([shadow, light]) {
  return Array.from({length: 256}, (_, gray) => {
    const dark = gray < FLAT;
    const [strength, most] = dark ? shadow : light;
    const share = strength * (dark ? (FLAT - gray) / FLAT : (gray - FLAT) / (255 - FLAT));
    return [dark ? BLACK : WHITE, Math.round(255 * most * (1 - Math.exp(-share / most)))];
  });
}

/** Return the pixels of a gray image as shadow and light; what is transparent stays so. */
export function shaded(bitmap, strengths) {
  const {width, height} = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', {willReadFrequently: true});
  context.drawImage(bitmap, 0, 0);
  const image = context.getImageData(0, 0, width, height);
  const {data} = image;
  const shades = table(strengths);
  for (let i = 0; i < data.length; i += 4) {
    const [color, alpha] = shades[data[i]];
    data[i] = data[i + 1] = data[i + 2] = color;
    data[i + 3] = data[i + 3] && alpha;
  }
  return image;
}
