import assert from 'node:assert/strict';
import {afterEach, beforeEach, test} from 'node:test';

import {Board, same} from '../../../cop/ui/map/asset/board.js';

class Socket {
  static OPEN = 1;

  static opened = [];

  constructor(address) {
    Object.assign(this, {address, readyState: Socket.OPEN, sent: []});
    Socket.opened.push(this);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {}
}

const storage = () => {
  const values = new Map();
  return {getItem: (name) => values.get(name) ?? null, setItem: (name, value) => values.set(name, value)};
};

const here = {id: 'me'};
const other = {id: 'you', name: 'Other'};
const STATE = {revision: 1, camera: {lon: 1}, layers: [], wanted: [], pointer: null, frame: null, annotations: 0, presenter: null};

let clock = 0;
let waiting = [];

beforeEach(() => {
  clock = 1000;
  waiting = [];
  Socket.opened = [];
  Object.assign(globalThis, {
    WebSocket: Socket, sessionStorage: storage(), localStorage: storage(),
    location: {origin: 'http://127.0.0.1:8501'},
    setTimeout: (call) => waiting.push(call),
    clearTimeout: (timer) => timer && (waiting[timer - 1] = () => {}),
  });
  globalThis.performance.now = () => clock;
});

const {setTimeout: later, clearTimeout: forget} = globalThis;
afterEach(() => Object.assign(globalThis, {setTimeout: later, clearTimeout: forget}));

function seat(role = 'viewer', more = {}) {
  const told = {shown: [], drawn: [], reports: 0, left: 0};
  const host = {
    read: () => ({camera: {lon: 5}}),
    show: (shown) => told.shown.push(shown),
    drawBoard: () => {},
    annotated: (counter) => (told.counter = counter),
    drawn: (reason) => void told.drawn.push(reason),
    reportAll: () => (told.reports += 1),
    leave: () => (told.left += 1),
  };
  const board = new Board(host, {socket: '/board', role, ...more});
  const [socket] = Socket.opened;
  socket.onopen();
  return {board, socket, told};
}

function follow() {
  const made = seat();
  made.board.receive({you: here.id});
  made.board.receive({board: {...STATE, presenter: other}});
  return made;
}

function present() {
  const made = seat();
  made.board.receive({you: here.id});
  made.board.receive({board: STATE});
  made.board.receive({change: {presenter: here}, revision: 2});
  clock += 1000;
  made.socket.sent.length = 0;
  return made;
}

test('values are the same where their JSON is', () => {
  assert.ok(same([['a', 1]], [['a', 1]]));
  assert.ok(same(undefined, null));
  assert.ok(!same([], null));
});

test('a tab says who it is, and keeps its key over a reload', () => {
  const first = seat();
  assert.equal(first.socket.address, 'ws://127.0.0.1:8501/board');
  assert.deepEqual(first.socket.sent, [{key: first.board.key, name: first.board.name, role: 'viewer'}]);
  assert.equal(seat().board.key, first.board.key);
});

test('a follower is shown the board whole, and then what changes', () => {
  const {board, told} = follow();
  assert.ok(board.following);
  assert.deepEqual(Object.keys(told.shown[0]), ['camera', 'wanted', 'layers', 'pointer', 'frame']);
  board.receive({change: {camera: {lon: 2}, sent_ms: 7}, revision: 2, at: 1});
  assert.deepEqual(told.shown[1], {camera: {lon: 2}});
  assert.equal(board.trace.length, 1);
});

test('who steps out is disturbed no more, and comes back to all of it', () => {
  const {board, told} = follow();
  board.stepOut();
  assert.ok(!board.following);
  assert.equal(told.reports, 1);
  const before = told.shown.length;
  board.receive({change: {camera: {lon: 2}}, revision: 2, at: 1});
  assert.equal(told.shown.length, before);
  board.back();
  assert.deepEqual(told.shown.at(-1).camera, {lon: 2});
  assert.ok(board.following);
});

test('a presenter tells at once, then no faster than it may', () => {
  const {board, socket} = present();
  board.tell({camera: {lon: 1}});
  board.tell({camera: {lon: 2}});
  board.tell({layers: []});
  assert.equal(socket.sent.length, 1);
  waiting.forEach((call) => call());
  const moves = socket.sent.map(({move: {sent_ms: _ms, ...move}}) => move);
  assert.deepEqual(moves, [{camera: {lon: 1}}, {camera: {lon: 2}, layers: []}]);
});

test('who follows tells nothing', () => {
  const {board, socket} = follow();
  socket.sent.length = 0;
  board.tell({camera: {lon: 1}});
  assert.deepEqual(socket.sent, []);
});

test('who presented and is taken over follows', () => {
  const {board} = present();
  board.receive({change: {presenter: other}, revision: 3});
  assert.ok(board.following);
  assert.deepEqual(board.news, other);
});

test('a lost line is opened again, and says from where it goes on', () => {
  const {board, socket} = follow();
  socket.onclose();
  assert.ok(board.goneSince);
  waiting.at(-1)();
  const next = Socket.opened.at(-1);
  next.onopen();
  assert.equal(next.sent[0].after, 1);
  board.receive({you: here.id});
  assert.equal(board.goneSince, null);
  assert.equal(board.tries, 0);
});

test('whoever presented while the line was cut says again what the map has become', () => {
  const {board, socket} = present();
  board.receive({you: here.id});
  assert.deepEqual(socket.sent[0].move.camera, {lon: 5});
});

test('a presenter that comes back shows the board, or tells what was chosen elsewhere', () => {
  for (const chosen of [false, true]) {
    Socket.opened = [];
    const {board, socket, told} = seat('viewer', {chosen});
    board.receive({you: here.id});
    socket.sent.length = 0;
    board.receive({board: {...STATE, presenter: here}});
    assert.equal(told.shown.length, chosen ? 0 : 1);
    assert.deepEqual(socket.sent.map(({move}) => move.camera), chosen ? [{lon: 5}] : []);
  }
});

test('a wall follows always, and goes back to its own picture when nobody presents', () => {
  const {board, told} = seat('wall');
  board.receive({you: here.id});
  board.receive({board: {...STATE, presenter: other}});
  board.stepOut();
  assert.ok(board.following);
  board.receive({change: {presenter: null}, revision: 2});
  assert.equal(told.left, 1);
});

test('a refusal and an accepted drawing are told to the tools', () => {
  const {board, told} = follow();
  board.receive({refused: 'no'});
  board.receive({drawn: true});
  assert.deepEqual(told.drawn, ['no', null]);
  assert.equal(board.refused, 'no', 'the bar says it where nothing else does');
  board.host.drawn = () => true;
  board.receive({refused: 'no more'});
  assert.equal(board.refused, null, 'it is said beside what was pressed');
});

test('what others drew is told without a revision of the board', () => {
  const {board} = follow();
  const heard = [];
  board.host.annotated = (count) => heard.push(count);
  const {revision} = board.state;
  board.receive({annotations: 4});
  assert.deepEqual(heard, [4]);
  assert.deepEqual([board.state.annotations, board.state.revision], [4, revision]);
  board.receive({change: {camera: {lon: 2}}, revision: revision + 1});
  assert.deepEqual(heard, [4, 4]);
});

test('a name is cut, kept, and told', () => {
  const {board, socket} = follow();
  board.rename('   ');
  board.rename(`  ${'x'.repeat(60)} `);
  assert.deepEqual(socket.sent.at(-1), {name: 'x'.repeat(40)});
  assert.equal(seat().board.name, 'x'.repeat(40));
});
