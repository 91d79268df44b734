// The words of the timeline: date-time groups, ranges, lengths, numbers.

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const HOUR = 3600000;
const two = (n) => String(n).padStart(2, '0');

const parts = (time) => {
  const t = new Date(time);
  return {
    day: two(t.getUTCDate()),
    clock: `${two(t.getUTCHours())}${two(t.getUTCMinutes())}`,
    month: `${MONTHS[t.getUTCMonth()]} ${two(t.getUTCFullYear() % 100)}`,
  };
};

/** Write a time as a date-time group, "241830Z NOV 26". */
export function dtg(time) {
  const {day, clock, month} = parts(time);
  return `${day}${clock}Z ${month}`;
}

/** Write a range of times, the month once where it is the same: "240000Z – 250000Z NOV 26". */
export function range(start, end) {
  if (start === null && end === null) return 'all time';
  if (start === null) return `until ${dtg(end)}`;
  if (end === null) return `from ${dtg(start)}`;
  const [a, b] = [parts(start), parts(end)];
  const from = a.month === b.month ? `${a.day}${a.clock}Z` : dtg(start);
  return `${from} – ${dtg(end)}`;
}

/** Write how long a range is: hours up to three days, then days, then years. */
export function length(start, end) {
  if (start === null || end === null) return '';
  const hours = (end - start) / HOUR;
  if (hours < 1) return `${Math.round(hours * 60)} min`;
  if (hours <= 72) return `${number(hours, 1)} h`;
  if (hours < 24 * 730) return `${number(hours / 24, 1)} d`;
  return `${number(hours / 8766, 1)} years`;
}

/** Write a number with thousands separators. */
export function number(value, decimals = 0) {
  return Number(value).toLocaleString('en-US', {maximumFractionDigits: decimals});
}

/** Write a number of an axis in little room: 800, 1.5k, 20k, 3M. */
export function short(value) {
  if (value >= 1e6) return `${number(value / 1e6, 2)}M`;
  return value >= 1000 ? `${number(value / 1000, 2)}k` : String(value);
}

/** Name the time of a tick; `major` ones begin a larger unit and are said with it. */
export function tickWords(time, unit, first) {
  const t = new Date(time);
  const month = MONTHS[t.getUTCMonth()];
  const year = String(t.getUTCFullYear());
  const january = t.getUTCMonth() === 0;
  if (unit === 'year') return {text: year, major: false};
  if (unit === 'month') {
    if (january) return {text: year, major: true};
    return first ? {text: `${month} ${year}`, major: true} : {text: month, major: false};
  }
  const day = `${two(t.getUTCDate())} ${month}`;
  const dated = first || (january && t.getUTCDate() === 1) ? `${day} ${year.slice(2)}` : day;
  if (unit === 'day') return {text: dated, major: dated !== day};
  const clock = `${two(t.getUTCHours())}:00`;
  if (t.getTime() % (24 * HOUR) === 0) return {text: dated, major: true};
  return first ? {text: `${clock} ${day}`, major: true} : {text: clock, major: false};
}
