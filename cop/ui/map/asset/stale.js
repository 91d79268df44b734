// What a stale layer looks like: gray, and hatched when it is stale by twice its limit.

const GRAY = `
  float copGray = dot(color.rgb, vec3(0.299, 0.587, 0.114));
  color.rgb = vec3(copGray);
`;

function hatch(period) {
  return `${GRAY}
  if (mod(gl_FragCoord.x + gl_FragCoord.y, ${period.toFixed(1)}) < ${(period * 0.45).toFixed(1)}) color.a *= 0.12;
`;
}

const made = new Map();

/** Return the extensions of deck.gl that draw a layer as stale as it is (0, 1, 2), always the same. */
export function staleExtensions(deck, level, period) {
  const key = level ? `${level} ${period}` : '';
  if (!made.has(key)) made.set(key, level ? [new (defineStale(deck))({code: level > 1 ? hatch(period) : GRAY})] : []);
  return made.get(key);
}

let Stale = null;

function defineStale(deck) {
  Stale ??= class extends deck.LayerExtension {
    static extensionName = 'CopStale';

    getShaders(extension) {
      return {inject: {'fs:DECKGL_FILTER_COLOR': extension.opts.code}};
    }
  };
  return Stale;
}
