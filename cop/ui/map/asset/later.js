// What happens often is reported once, when it has come to rest.

/** Return a function that calls once, with the last values, after so many milliseconds without another call. */
export function later(waitMs, call) {
  let timer = null;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...values), waitMs);
  };
}
