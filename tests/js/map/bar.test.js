// The bar of the board: its words, the buttons that each state offers, the question and the names.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Bar} from '../../../cop/ui/map/asset/bar.js';
import {installDocument, node, send} from '../support/document.js';

installDocument();

const ME = {id: 'me', name: 'Own', role: 'viewer'};
const OTHER = {id: 'you', name: 'Other', role: 'viewer'};
const LIVE = {state: {presenter: OTHER}, live: true, following: true};

const COMMANDER = {may: ['annotate', 'present'], asksName: true};

function open(change = {}, allowed = false, viewer = COMMANDER) {
  const done = [];
  const say = (word) => (...values) => done.push([word, ...values]);
  const board = {
    role: 'viewer', state: {presenter: null}, people: [ME, OTHER], you: ME.id, name: ME.name, goneSince: null,
    take: say('take'), release: say('release'), stepOut: say('stepOut'), back: say('back'), rename: say('rename'), ...change,
  };
  const tools = {allowed, open: false, toggle: say('draw')};
  const bar = new Bar(node(), board, {point: say('point'), tools, viewer: () => viewer});
  bar.draw();
  return {bar, board, done};
}

const buttonsOf = ({bar}) => bar.node.children.flatMap((child) => below(child)).filter((one) => one.tagName === 'button');
const below = (one) => [one, ...(one.children ?? []).flatMap(below)];
const press = (made, text) => send(buttonsOf(made).find((one) => one.textContent === text), 'click');
const offered = (made) => buttonsOf(made).map((one) => one.textContent);

test('each state has its words and its ways out', () => {
  const idle = open();
  assert.match(idle.bar.node.textContent, /No presenter/);
  assert.deepEqual(offered(idle), ['Present', '2']);
  const follow = open(LIVE);
  assert.match(follow.bar.node.textContent, /LiveOther is presenting/);
  assert.deepEqual(offered(follow), ['Own view', 'Take over', '2']);
  const own = open({...LIVE, following: false});
  assert.deepEqual(offered(own), ['Back to board', 'Take over', '2']);
  const present = open({...LIVE, presenting: true}, true);
  assert.deepEqual(offered(present), ['Point', 'Stop', 'Draw', '2']);
  press(present, 'Draw');
  press(present, 'Stop');
  assert.deepEqual(present.done, [['draw'], ['release']]);
});

test('who may neither present nor draw is offered neither', () => {
  const viewer = {may: [], asksName: false};
  assert.deepEqual(offered(open({}, false, viewer)), ['2']);
  assert.deepEqual(offered(open(LIVE, false, viewer)), ['Own view', '2']);
  assert.deepEqual(offered(open({...LIVE, following: false}, false, viewer)), ['Back to board', '2']);
});

test('who is signed in is not asked for a name', () => {
  const fields = (viewer) => {
    const made = open({}, false, viewer);
    press(made, '2');
    return below(made.bar.node).filter((one) => one.tagName === 'input').length;
  };
  assert.equal(fields({...COMMANDER, asksName: true}), 1);
  assert.equal(fields({...COMMANDER, asksName: false}), 0);
});

test('a presenter who is not connected is away, and a lost line says since when', () => {
  assert.match(open({...LIVE, people: [ME]}).bar.node.textContent, /Other \(away\) is presenting/);
  const gone = open({goneSince: '2026-11-24T18:30:00Z'});
  assert.match(gone.bar.node.textContent, /Connection lostsince 241830Z NOV 26/);
  assert.equal(gone.bar.node.dataset.state, 'gone');
});

test('taking over is asked for first', () => {
  const made = open(LIVE);
  press(made, 'Take over');
  assert.match(made.bar.node.textContent, /Everyone will see your map instead/);
  press(made, 'Cancel');
  assert.doesNotMatch(made.bar.node.textContent, /Everyone/);
  assert.deepEqual(made.done, []);
  made.bar.ask(true);
  send(buttonsOf(made).findLast((one) => one.textContent === 'Take over'), 'click');
  assert.deepEqual(made.done, [['take']]);
});

test('who points sees it on the button, and the map is told', () => {
  const made = open({...LIVE, presenting: true});
  press(made, 'Point');
  assert.deepEqual(made.done, [['point', true]]);
  const [point] = buttonsOf(made);
  assert.equal(point.getAttribute('aria-pressed'), 'true');
});

test('the list names everyone and takes a new name', () => {
  const made = open({...LIVE, people: [ME, {...OTHER, role: 'wall'}]});
  press(made, '2');
  const [list] = made.bar.node.all('people');
  assert.equal(list.querySelector('ul').textContent, 'OwnyouOtherwallpresenter');
  const field = list.querySelector('input');
  field.value = 'Newer';
  send(field, 'keydown', {key: 'a'});
  send(field, 'keydown', {key: 'Enter'});
  assert.deepEqual(made.done, [['rename', 'Newer']]);
});

test('a wall has no controls and shows nothing while nobody presents', () => {
  const wall = open({role: 'wall'});
  assert.equal(wall.bar.node.hidden, true);
  const live = open({...LIVE, role: 'wall'});
  assert.equal(live.bar.node.hidden, false);
  assert.deepEqual(offered(live), []);
});

test('a new presenter is announced, a refusal is said, and nothing is drawn anew that is as it was', (t) => {
  t.mock.timers.enable({apis: ['setTimeout', 'Date']});
  const made = open({...LIVE, news: OTHER, refused: 'not now'});
  assert.match(made.bar.node.textContent, /not nowOther is now presenting/);
  const before = made.bar.node.children;
  made.bar.draw();
  assert.equal(made.bar.node.children, before);
  t.mock.timers.tick(7100);
  assert.doesNotMatch(made.bar.node.textContent, /is now presenting/);
});
