// A clock: the date-time group in UTC, local time below.

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const two = (number) => String(number).padStart(2, '0');
const running = new WeakMap();

/** The date-time group of a moment, seconds beside it. */
function words(now) {
  const time = `${two(now.getUTCHours())}${two(now.getUTCMinutes())}`;
  const year = two(now.getUTCFullYear() % 100);
  return {
    dtg: `${two(now.getUTCDate())}${time}Z ${MONTHS[now.getUTCMonth()]} ${year}`,
    local: now.toLocaleTimeString('en-GB', {timeZoneName: 'short'}),
  };
}

function line(root, name) {
  const node = document.createElement('div');
  node.className = name;
  root.append(node);
  return node;
}

/** Streamlit calls this at mount and on every update; it gives the clean-up. */
export default function render({parentElement}) {
  const root = parentElement.querySelector('.copclock');
  if (running.has(root)) return undefined;
  const dtg = line(root, 'copclock-dtg');
  const local = line(root, 'copclock-local');
  const tick = () => {
    const now = words(new Date());
    dtg.textContent = now.dtg;
    local.textContent = now.local;
  };
  tick();
  running.set(root, setInterval(tick, 500));
  return () => {
    clearInterval(running.get(root));
    running.delete(root);
    root.replaceChildren();
  };
}
