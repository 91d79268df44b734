// A phone for tests of the form of reports: its elements, its storage, and a server that answers.

const element = (id) => ({
  id, textContent: '', hidden: false, value: '', files: [], elements: {kind: {value: ''}}, style: {}, children: [], heard: {},
  classList: {toggle() {}},
  append(...more) { this.children.push(...more); },
  replaceChildren(...more) { this.children = more; },
  addEventListener(name, hear) { this.heard[name] = hear; },
  getBoundingClientRect: () => ({}),
  reset() {},
});

/** All words of an element, in their order. */
export const words = (one) => [one.textContent, ...one.children.map(words)].filter(Boolean).join(' | ');

/** A database in memory, as much of one as the queue uses; `rows` are what it has. */
export function makeDatabase(rows) {
  const settled = (result) => {
    const request = {result};
    queueMicrotask(() => request.onsuccess());
    return request;
  };
  const at = (key) => rows.findIndex((row) => row.key === key);
  const store = {
    getAll: () => settled([...rows]),
    get: (key) => settled(rows[at(key)]),
    add: (row) => settled(rows.push(row)),
    put: (row) => settled((rows[at(row.key)] = row)),
    delete: (key) => settled(at(key) >= 0 && rows.splice(at(key), 1)),
  };
  return {open: () => settled({transaction: () => ({objectStore: () => store})})};
}

let opened = 0;

/**
 * Open the form on a phone: `rows` wait there, `kept` is its local storage, `server.session` says who is
 * signed in, `server.take` answers a report.
 */
export async function openForm({rows = [], kept = {}, server}) {
  const nodes = {};
  const scheme = {matches: true, addEventListener: (_name, hear) => { scheme.hear = hear; }, hear: null};
  const phone = {scheme, rows, kept, sent: [], find: (id) => (nodes[id] ??= element(id)), ticks: []};
  const answer = (status, body, headers = {}) => ({
    status, ok: status < 300, headers: new Headers(headers), text: async () => JSON.stringify(body), json: async () => body,
  });
  const fetching = async (path, {method = 'GET', body} = {}) => {
    if (server.away) throw new TypeError('away');
    if (path === '/api/session') return answer(200, server.session);
    if (method === 'GET' && server.lost) return answer(503, {error: 'lost'});
    if (method === 'GET') return answer(200, {reports: server.reports ?? []});
    const report = JSON.parse(body);
    phone.sent.push(report.id);
    return answer(...((await server.take?.(report)) ?? [201, {}]));
  };
  Object.assign(globalThis, {
    document: {getElementById: phone.find, createElement: element, addEventListener() {}, hidden: false},
    addEventListener() {},
    matchMedia: () => scheme,
    setInterval: (call) => phone.ticks.push(call),
    localStorage: {getItem: (name) => kept[name] ?? null, setItem: (name, value) => { kept[name] = String(value); }},
    indexedDB: makeDatabase(rows),
    fetch: fetching,
  });
  Object.defineProperty(globalThis, 'navigator', {value: {}, configurable: true});
  opened += 1;
  await import(`../../../cop/server/asset/report.js?${opened}`);
  phone.state = () => phone.find('state').textContent;
  phone.map = () => new URL(phone.find('still').src, 'http://cop.test').searchParams;
  phone.shown = () => phone.find('sent').children.map(words);
  phone.refresh = () => phone.ticks[0]();
  phone.press = (label) => {
    const buttons = phone.find('sent').children.flatMap(({children}) => children).filter((one) => one.heard.click);
    return buttons.find((one) => one.textContent === label).heard.click();
  };
  return phone;
}
