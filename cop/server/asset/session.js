// Leads a page to signing in once its session is over: Streamlit itself would go on trying to connect.

const ADDRESS = '/api/session';
const EVERY_MS = 5000;
const UNAUTHORIZED = 401;

/** Ask whether the session goes on, and reload the page if it does not: the server then leads on. */
export async function checkSession(fetching, reload) {
  try {
    const answer = await fetching(ADDRESS, {cache: 'no-store', headers: {Accept: 'application/json'}});
    if (answer.status === UNAUTHORIZED) reload();
  } catch {
    // The server is away: the page says so by itself.
  }
}

/** Ask from time to time, and when the page is looked at again. */
export function watchSession(page, {fetching, reload, every = setInterval}) {
  const check = () => page.hidden || checkSession(fetching, reload);
  every(check, EVERY_MS);
  page.addEventListener('visibilitychange', check);
}

if (globalThis.document) {
  watchSession(document, {fetching: (...asked) => fetch(...asked), reload: () => location.reload()});
}
