// What the form of reports works out: positions, words, and photos made small.

const TILE_PX = 512;
const EARTH_M = 40075016.7;
const SIDE_PX = 1600;
const QUALITY = 0.8;
const GRID = /^\d{1,2}\s*[C-HJ-NP-X]\s*[A-HJ-NP-Z]\s*[A-HJ-NP-V]\s*[\d ]{2,13}$/i;
const DEGREES = /^[-+]?\d{1,3}(\.\d+)?\s*[,; ]\s*[-+]?\d{1,3}(\.\d+)?$/;

/** Web Mercator around a view of some pixels: degrees to pixels and back. */
export function mercator({lon, lat, zoom}, {width, height}) {
  const world = TILE_PX * 2 ** zoom;
  const unit = (x, y) => ({
    x: ((x + 180) / 360) * world,
    y: (0.5 - Math.asinh(Math.tan((y * Math.PI) / 180)) / (2 * Math.PI)) * world,
  });
  const middle = unit(lon, lat);
  return {
    project(x, y) {
      const at = unit(x, y);
      return {x: at.x - middle.x + width / 2, y: at.y - middle.y + height / 2};
    },
    unproject(x, y) {
      const share = (middle.y + y - height / 2) / world;
      return {
        lon: ((middle.x + x - width / 2) / world) * 360 - 180,
        lat: (Math.atan(Math.sinh(Math.PI * (1 - 2 * share))) * 180) / Math.PI,
      };
    },
    metersPerPixel: (y) => (EARTH_M * Math.cos((y * Math.PI) / 180)) / world,
  };
}

/** Check that a text looks like a position: the server reads it. */
export function readGrid(text) {
  const stripped = text.trim();
  if (!GRID.test(stripped) && !DEGREES.test(stripped)) {
    throw new Error('Write the place as MGRS, 12R WV 05961 67042, or as 31.33362, -110.93748.');
  }
  return stripped;
}

/** Why the server refuses: it says so as JSON, or as a line of text. */
export function readReason(text) {
  try {
    return String(JSON.parse(text).error ?? text);
  } catch {
    return text;
  }
}

/** Why the server does not take a report now, which it may later. */
export function readHindrance(status, text) {
  return status >= 400 && status < 500 ? readReason(text) : `the server answers ${status}`;
}

/** How many reports wait. */
export const countWaiting = (n) => (n === 1 ? '1 report waits' : `${n} reports wait`);

/** What a report says besides its line: where, and the note. */
export function detailsOf({grid, lon, lat, accuracy_m: accuracy, note}) {
  const place = grid ?? `${lat.toFixed(5)}, ${lon.toFixed(5)}, within ${Math.ceil(accuracy)} m`;
  return [`Place: ${place}`, ...(note ? [`Note: ${note}`] : [])];
}

/** A report in one line. */
export function describeReport({kind, count, occurred_at: at}) {
  const when = new Date(at).toLocaleString([], {dateStyle: 'medium', timeStyle: 'short'});
  return `${kind} · ${count} · ${when}`;
}

/** What became of a report, step by step. */
export function stateOf(report) {
  const {waits, refused, steps = []} = report;
  if (refused) return [`Not taken: ${refused}`, ...detailsOf(report)];
  return waits ? ['Waits on this phone'] : steps.map(({words}) => words);
}

/** A photo as a small JPEG in base64, without what the camera wrote into its file. */
export async function shrinkPhoto(file) {
  const image = await createImageBitmap(file);
  const share = Math.min(1, SIDE_PX / Math.max(image.width, image.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(image.width * share);
  canvas.height = Math.round(image.height * share);
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/jpeg', QUALITY).split(',')[1];
}
