import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';

import {BoardSession} from '../../../cop/ui/map/asset/board_session.js';
import {installDocument, node, send} from '../support/document.js';

let clock = 0;
installDocument();

beforeEach(() => {
  clock = 10000;
  globalThis.performance.now = () => clock;
});

const WANTED = [['sector', 'TCA']];

class Viewport {
  getBounds() {
    return [0, 0, 2, 4];
  }

  fitBounds(bounds) {
    assert.deepEqual(bounds, [[0, 0], [2, 4]]);
    return {longitude: 7, latitude: 8, zoom: 9};
  }
}

function sit({presenting = false} = {}) {
  const log = [];
  const note = (name) => (...values) => void log.push([name, ...values]);
  const view = {
    root: node(), nodes: {pointer: node(), board: node(), panel: {offsetWidth: 0}}, measure: {active: false}, tools: {active: false, hear: note('tools')}, note: {hear: note('note')},
    layers: [{id: 'a', visible: true, opacity: 1, measure: 'm'}, {id: 'b', visible: false}],
    data: {wanted: [], choices: 0, camera: null}, played: {show: note('frame')}, choice: {adopt: note('adopt')},
    camera: () => ({lon: 1, lat: 2, zoom: 3, bounds: [0, 0, 2, 4]}), runtime: {deck: {WebMercatorViewport: Viewport}}, viewport: () => null, size: () => ({width: 9, height: 9}), homeCamera: () => 'home',
    askPage: note('ask'), refresh: note('refresh'), look: note('look'), fly: note('fly'), forget: note('forget'),
    reportCamera: note('camera'), reportLayers: note('layers'),
  };
  const session = new BoardSession(view);
  session.board = {presenting, state: {wanted: [], presenter: {name: 'Avery'}}, tell: note('tell'), stepOut: note('out'), stop: note('stop')};
  session.bar = {draw: () => {}, setPointing: note('pointing')};
  return {view, session, log};
}

test('a filter that a presenter chose is told, a follower steps out with it', () => {
  for (const [presenting, expected] of [[true, ['tell', {wanted: WANTED}]], [false, ['out']]]) {
    const {view, session, log} = sit({presenting});
    view.data = {...view.data, wanted: WANTED, choices: 1};
    session.hearPage({choices: 0});
    assert.deepEqual(log, [expected]);
  }
});

test('a filter that is chosen on the map is told by a presenter, and a follower steps out with it', () => {
  for (const [presenting, following, expected] of [[true, false, [['tell', {wanted: WANTED}]]], [false, true, [['out']]], [false, false, []]]) {
    const {session, log} = sit({presenting});
    session.board.following = following;
    session.choose(WANTED);
    assert.deepEqual(log, [...expected, ['ask', 'follow', {wanted: WANTED}]]);
  }
});

test('a new place of the filter moves the camera, but of who follows only where it was chosen here', () => {
  for (const [following, choices, nonce, expected] of [[false, 0, 2, true], [false, 0, 1, false], [true, 0, 2, false], [true, 1, 2, true]]) {
    const {view, session} = sit();
    session.board.following = following;
    view.data = {...view.data, choices, cameraNonce: nonce};
    assert.equal(session.mayFly({choices: 0, cameraNonce: 1}), expected);
  }
});

test('a filter that the page has by itself, or as the board has it, changes nothing', () => {
  const {view, session, log} = sit({presenting: true});
  view.data = {...view.data, wanted: WANTED};
  session.hearPage({choices: 0});
  session.board.state.wanted = WANTED;
  session.tiles = {a: 'x'};
  session.hearPage({choices: -1});
  assert.deepEqual(log, []);
  assert.equal(session.tiles, null);
});

test('a wall shows all that the presenter sees, another map looks from where the presenter does', () => {
  const camera = {lon: 1, lat: 2, zoom: 3, bounds: [0, 0, 2, 4]};
  for (const [wall, seen] of [[true, {lon: 7, lat: 8, zoom: 9}], [false, camera]]) {
    const {view, session, log} = sit();
    view.data = {...view.data, wall};
    session.show({camera}, {});
    assert.deepEqual(log, [['look', seen]]);
  }
});

test('the board asks a follower for a camera, and nobody else', () => {
  const camera = {lon: 1, lat: 2, zoom: 3, bounds: [0, 0, 2, 4]};
  const {session} = sit();
  session.board.state.camera = camera;
  assert.equal(session.boardCamera(), null);
  session.board.following = true;
  assert.equal(session.boardCamera(), camera);
  session.board.state.camera = null;
  assert.equal(session.boardCamera(), null);
});

test('what the board says is shown, its filter with its tiles at once', () => {
  const {session, log} = sit();
  session.show({camera: {lon: 9}, layers: [{id: 'b'}], wanted: WANTED, frame: null}, {a: '/board/a'});
  assert.deepEqual(log.map(([name]) => name), ['look', 'adopt', 'layers', 'ask', 'refresh', 'frame']);
  assert.equal(session.address({id: 'a', data: '/own/a'}), '/board/a');
  assert.equal(session.address({id: 'b', data: '/own/b'}), '/own/b');
});

test('the board is told what the map shows', () => {
  const {view, session} = sit();
  assert.deepEqual(session.read(), {
    layers: [{id: 'a', opacity: 1, measure: 'm'}], wanted: [], camera: {lon: 1, lat: 2, zoom: 3, bounds: [0, 0, 2, 4]},
  });
  view.camera = () => null;
  assert.equal('camera' in session.read(), false);
});

test('a map that moves by itself tells, one that a hand moves steps out first', () => {
  const {session, view, log} = sit({presenting: true});
  const at = {longitude: 1, latitude: 2, zoom: 3};
  session.moved(at);
  session.moved(at);
  assert.deepEqual(log, [['tell', {camera: {lon: 1, lat: 2, zoom: 3, bounds: [0, 0, 2, 4]}}]]);
  send(view.root, 'wheel');
  session.moved({...at, zoom: 4});
  assert.deepEqual(log.slice(1).map(([name]) => name), ['out', 'tell']);
  clock += 1001;
  session.moved({...at, zoom: 5});
  assert.deepEqual(log.slice(3).map(([name]) => name), ['tell']);
});

test('a presenter whose map has another size tells what it shows now', () => {
  const {view, session, log} = sit({presenting: true});
  session.resized();
  assert.deepEqual(log, [['tell', {camera: view.camera()}]]);
  view.camera = () => null;
  session.resized();
  assert.equal(log.length, 1);
});

test('a pointer that only passes over the map, or draws on it, is no hand on it', () => {
  const {session, view, log} = sit();
  send(view.root, 'pointermove', {buttons: 0});
  view.tools.active = true;
  send(view.root, 'wheel');
  session.moved({longitude: 1, latitude: 2, zoom: 3});
  assert.deepEqual(log.map(([name]) => name), ['tell']);
});

test('only a presenter points', () => {
  const {session, log} = sit({presenting: true});
  session.point([1, 2]);
  session.setPointing(true);
  session.point([1, 2]);
  session.setPointing(false);
  session.key({key: 'p'});
  assert.deepEqual(log, [['tell', {pointer: [1, 2]}], ['tell', {pointer: null}], ['pointing', true]]);
});

test('when nobody presents the map goes back to its own picture', () => {
  const {session, log} = sit();
  session.tiles = {a: 'x'};
  session.leave();
  assert.deepEqual(log, [['frame', null], ['forget'], ['fly', 'home'], ['ask', 'follow', {wanted: []}]]);
  assert.equal(session.tiles, null);
});

test('the frame that is played goes to the board until the map is gone', () => {
  const {session, log} = sit({presenting: true});
  send(globalThis.window, 'cop:frame', {detail: {from: 1, to: 2, next: 'more'}});
  assert.deepEqual(log, [['tell', {frame: {from: 1, to: 2}}]]);
  session.stop();
  send(globalThis.window, 'cop:frame', {detail: null});
  assert.deepEqual(log.slice(1), [['stop']]);
});

test('a refusal is offered to the drawing and to the card, and is shown where it was asked for', () => {
  const {session, view, log} = sit();
  assert.equal(session.drawn('no'), false);
  assert.deepEqual(log, [['tools', 'no'], ['note', 'no']]);
  view.note.hear = () => true;
  assert.equal(session.drawn('no'), true);
});

test('a page that offers something is told who sits here and who presents, once each', () => {
  const {session, view, log} = sit();
  view.tell = (...said) => log.push(['told', ...said]);
  session.board = {...session.board, name: 'Blake', you: '1', state: null};
  view.data.asksSeat = true;
  session.drawBoard();
  session.board.state = {presenter: {name: 'Avery', id: '2'}};
  view.data.asksSeat = false;
  session.drawBoard();
  assert.deepEqual(log, []);
  view.data.asksSeat = true;
  session.update(view.data);
  session.drawBoard();
  session.board.state = {presenter: null};
  session.drawBoard();
  const told = log.filter(([name]) => name === 'told').map(([, name, seat]) => [name, seat]);
  assert.deepEqual(told, [
    ['seat', {name: 'Blake', presenter: 'Avery', presenting: false}],
    ['seat', {name: 'Blake', presenter: '', presenting: false}],
  ]);
});
