// The form for reports from the field: what is written without a connection is sent later, once.

import {isOf, openQueue} from './report_queue.js';
import {
  countWaiting, describeReport, mercator, readGrid, readHindrance, readReason, shrinkPhoto, stateOf,
} from './report_form.js';

const SENT = '/report/sent';
const EVERY_MS = 15000;
const MAP = {width: 358, height: 240};
const ZOOM = {least: 4, most: 15, first: 6, near: 10};
const MIDDLE = {lon: -106.5, lat: 30.5};
const TAKEN = 201;
const REFUSED = [400, 413, 422];
const REST_S = 60;
const SLOWEST_MS = 300000;
const HEADERS = {'Content-Type': 'application/json'};

const find = (id) => document.getElementById(id);
const place = {lon: null, lat: null, accuracy: null, view: {...MIDDLE, zoom: ZOOM.first}};
const WHO = 'cop-report-who';
const ID = 'cop-report-id';
let queue;
let known = [];
let sending = false;
const rest = {until: 0, why: ''};
let signed = {id: null, who: null};

function show(words, {off = false} = {}) {
  find('state').textContent = words;
  find('state').classList.toggle('off', off);
}

function complain(words) {
  find('problem').textContent = words;
  find('problem').hidden = !words;
}

function setPlace(lon, lat, accuracy, words) {
  Object.assign(place, {lon, lat, accuracy});
  find('place').textContent = words ?? `${lat.toFixed(5)}, ${lon.toFixed(5)}, within ${Math.ceil(accuracy)} m`;
  place.view = {lon, lat, zoom: Math.max(place.view.zoom, ZOOM.near)};
  drawMap();
}

const inDark = () => matchMedia('(prefers-color-scheme: dark)');

function drawMap() {
  const {lon, lat, zoom} = place.view;
  const image = find('still');
  image.onload = () => {
    find('map').hidden = false;
    drawMark();
  };
  image.onerror = () => {
    find('map').hidden = true;
  };
  const theme = inDark().matches ? 'dark' : 'light';
  image.src = `/report/map.png?lon=${lon.toFixed(5)}&lat=${lat.toFixed(5)}&zoom=${zoom}&theme=${theme}`;
}

function drawMark() {
  const mark = find('at');
  mark.hidden = place.lon === null;
  if (mark.hidden) return;
  const {x, y} = mercator(place.view, MAP).project(place.lon, place.lat);
  mark.style.left = `${(100 * x) / MAP.width}%`;
  mark.style.top = `${(100 * y) / MAP.height}%`;
}

function tap(event) {
  const box = find('still').getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * MAP.width;
  const y = ((event.clientY - box.top) / box.height) * MAP.height;
  const at = mercator(place.view, MAP);
  const {lon, lat} = at.unproject(x, y);
  setPlace(lon, lat, at.metersPerPixel(lat) * 12);
}

function changeZoom(by) {
  place.view.zoom = Math.min(ZOOM.most, Math.max(ZOOM.least, place.view.zoom + by));
  drawMap();
}

function locate() {
  find('place').textContent = 'Looking for where you are …';
  navigator.geolocation.getCurrentPosition(
    ({coords}) => setPlace(coords.longitude, coords.latitude, coords.accuracy),
    () => {
      find('place').textContent = 'The phone does not say where it is: tap the map or type MGRS.';
    },
    {enableHighAccuracy: true, timeout: 20000, maximumAge: 10000},
  );
}

async function build() {
  const form = find('report');
  const typed = find('grid').value.trim();
  const kind = form.elements.kind.value;
  if (!kind) throw new Error('Choose what it was.');
  const count = Number(find('count').value);
  if (!Number.isInteger(count) || count < 1) throw new Error('Say how many, at least 1.');
  const when = new Date(find('when').value);
  if (Number.isNaN(when.getTime())) throw new Error('Say when it was.');
  if (!typed && place.lon === null) throw new Error('Say where it was.');
  const where = typed ? {grid: typed} : {lon: place.lon, lat: place.lat, accuracy_m: place.accuracy};
  const [file] = find('photo').files;
  return {
    id: crypto.randomUUID(),
    kind,
    count,
    ...where,
    occurred_at: when.toISOString().replace(/\.\d+Z$/, 'Z'),
    note: find('note').value,
    photo: file ? await shrinkPhoto(file) : null,
  };
}

async function submit(event) {
  event.preventDefault();
  complain('');
  try {
    const report = await build();
    if (report.grid) readGrid(report.grid);
    await queue.add({report, writer: signed});
  } catch (fault) {
    complain(fault.message);
    find('problem').scrollIntoView({block: 'center'});
    return;
  }
  find('report').reset();
  Object.assign(place, {lon: null, lat: null, accuracy: null});
  find('place').textContent = 'No place yet.';
  setNow();
  drawMark();
  await refresh();
}

/** Ask who is signed in; the phone keeps it, and false says that nobody is. */
async function identify() {
  const answer = await fetch('/api/session', {cache: 'no-store'});
  if (answer.status === 401) {
    location.reload();
    return false;
  }
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  const {id, name, agency, origin} = await answer.json();
  const who = `${agency} ${name}`.trim();
  // Who comes with the room key gets another id with each cookie.
  const next = {id: origin === 'room key' ? `room ${who}` : id, who};
  if (next.id !== signed.id) {
    known = [];
    rest.until = 0;
  }
  signed = next;
  localStorage.setItem(WHO, signed.who);
  localStorage.setItem(ID, signed.id);
  return true;
}

/** Send what waits: each report that its writer wrote, until one is not taken now. */
async function sendWaiting() {
  // One that takes long, with its photo, is not sent a second time meanwhile.
  if (sending || Date.now() < rest.until) return;
  sending = true;
  rest.why = '';
  try {
    for (const {key, report} of await listUnsent()) {
      const body = JSON.stringify(report);
      const signal = AbortSignal.timeout(SLOWEST_MS);
      const answer = await fetch(SENT, {method: 'POST', headers: HEADERS, body, signal});
      if (answer.status === TAKEN) {
        await queue.remove(key);
      } else if (REFUSED.includes(answer.status)) {
        await queue.refuse(key, readReason(await answer.text()));
      } else {
        rest.until = Date.now() + 1000 * (Number(answer.headers.get('Retry-After')) || REST_S);
        rest.why = readHindrance(answer.status, await answer.text());
        return;
      }
    }
  } finally {
    sending = false;
  }
}

/** What waits of who is signed in, without what the server has refused. */
async function listUnsent() {
  return (await queue.list()).filter((row) => !row.refused && isOf(row, signed));
}

async function refresh() {
  try {
    if (!(await identify())) return;
    await sendWaiting();
    const answer = await fetch(SENT, {cache: 'no-store'});
    await list((await answer.json()).reports);
    const n = (await listUnsent()).length;
    const words = `${countWaiting(n)} on this phone and will be sent: ${rest.why}`;
    show(`Connected as ${signed.who}.${n && rest.why ? ` ${words}` : ''}`);
    if (find('map').hidden) drawMap();
  } catch {
    await list(null);
    const n = (await listUnsent()).length;
    show(`No connection. ${n ? `${countWaiting(n)} on this phone and will be sent.` : 'Reports wait on this phone.'}`, {off: true});
  }
}

async function list(reports) {
  known = reports ?? known;
  const stored = await queue.list();
  const own = stored.filter((row) => isOf(row, signed));
  const waiting = own.map(({report, refused}) => ({...report, waits: true, refused}));
  const rows = [...waiting, ...known].map((report) => {
    const row = document.createElement('li');
    const title = document.createElement('b');
    title.textContent = describeReport(report);
    const steps = document.createElement('ol');
    for (const words of stateOf(report)) {
      const step = document.createElement('li');
      step.textContent = words;
      steps.append(step);
    }
    row.append(title, steps);
    if (report.refused) row.append(...buildRefused(report));
    return row;
  });
  if (stored.length > own.length) rows.push(countOthers(stored.length - own.length));
  find('sent').replaceChildren(...rows);
  find('none').hidden = rows.length > 0;
}

function countOthers(n) {
  const row = document.createElement('li');
  row.textContent = n === 1 ? '1 report of others waits on this phone.' : `${n} reports of others wait on this phone.`;
  return row;
}

/** The photo of a report that was refused, and what can be done with it. */
function buildRefused({id, photo}) {
  const built = [makeButton('Send again', () => queue.resend(id)), makeButton('Remove', () => queue.remove(id))];
  if (!photo) return built;
  const image = document.createElement('img');
  Object.assign(image, {src: `data:image/jpeg;base64,${photo}`, alt: 'The photo of this report'});
  return [image, ...built];
}

function makeButton(label, act) {
  const button = document.createElement('button');
  Object.assign(button, {type: 'button', className: 'second', textContent: label});
  button.addEventListener('click', async () => {
    await act();
    await refresh();
  });
  return button;
}

function setNow() {
  const now = new Date();
  now.setMinutes(now.getMinutes() - now.getTimezoneOffset());
  find('when').value = now.toISOString().slice(0, 16);
}

function addCount(by) {
  const field = find('count');
  field.value = String(Math.max(1, Number(field.value || 0) + by));
}

function listen() {
  find('report').addEventListener('submit', submit);
  find('here').addEventListener('click', locate);
  find('still').addEventListener('click', tap);
  find('closer').addEventListener('click', () => changeZoom(1));
  find('farther').addEventListener('click', () => changeZoom(-1));
  inDark().addEventListener('change', drawMap);
  find('more').addEventListener('click', () => addCount(1));
  find('fewer').addEventListener('click', () => addCount(-1));
  addEventListener('online', refresh);
  addEventListener('offline', refresh);
  document.addEventListener('visibilitychange', () => document.hidden || refresh());
  setInterval(refresh, EVERY_MS);
}

if (globalThis.document) {
  queue = await openQueue(indexedDB);
  signed = {id: localStorage.getItem(ID), who: localStorage.getItem(WHO)};
  setNow();
  listen();
  navigator.serviceWorker?.register('/report/worker.js', {scope: '/report'});
  drawMap();
  await refresh();
}
