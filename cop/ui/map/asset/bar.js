// The bar of the board: who presents, who is here, and the ways in and out.

import {dtg, el, fill, icon} from './dom.js';

const PEOPLE = ['M5.5 7.5a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z', 'M1.5 13c0-2.4 1.8-4 4-4s4 1.6 4 4', 'M11 7.2a1.9 1.9 0 1 0-.6-3.7', 'M11.4 9.2c1.9.2 3.1 1.7 3.1 3.8'];
const POINT = ['M8 1.5v3M8 11.5v3M1.5 8h3M11.5 8h3', 'M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z'];
const PEN = ['M3 13l.8-3.2L11 2.6 13.4 5 6.2 12.2z', 'M9.6 4l2.4 2.4'];
const NEWS_MS = 7000;

/** The bar over the map; it reads the board each time it is drawn. */
export class Bar {
  constructor(node, board, {point, tools, viewer}) {
    this.node = node;
    this.board = board;
    this.point = point;
    this.tools = tools;
    this.viewer = viewer;
    this.open = false;
    this.asking = false;
  }

  draw() {
    const {board, node} = this;
    const words = this.words();
    const key = JSON.stringify([words, board.people, board.name, board.refused, this.open, this.asking, this.pointing, this.tools.open, this.tools.allowed, this.viewer()]);
    if (key === this.drawn || this.typing()) return;
    this.drawn = key;
    const wall = board.role === 'wall';
    const focus = this.focused();
    node.hidden = (!board.state && !board.goneSince) || (wall && words.state === 'idle');
    node.dataset.state = words.state;
    fill(
      node,
      el('div', {class: 'row'}, el('span', {class: 'light'}), this.title(words), ...(wall ? [] : this.buttons(words.state))),
      this.asking ? this.question() : null,
      this.open && !wall ? this.list() : null,
      board.refused ? el('div', {class: 'say bad', role: 'alert', text: board.refused}) : null,
      this.announced(),
    );
    // What was pressed is drawn anew: the focus stays where it was, or on what took its place.
    if (focus) this.refocus(focus);
  }

  /** Which of its buttons has the focus: its words and its place; null for none. */
  focused() {
    const held = this.node.getRootNode().activeElement;
    return held?.matches('.board button') ? {text: held.textContent, at: this.listed().indexOf(held)} : null;
  }

  listed() {
    return [...this.node.querySelectorAll('button')];
  }

  refocus({text, at}) {
    const buttons = this.listed();
    (buttons.find((one) => one.textContent === text) ?? buttons[at] ?? buttons.at(-1))?.focus();
  }

  /** Leave the field alone while somebody types into it. */
  typing() {
    return this.node.getRootNode().activeElement?.matches?.('.board input') ?? false;
  }

  words() {
    const {board} = this;
    const name = board.state?.presenter?.name;
    if (board.goneSince) return {state: 'gone', title: 'Connection lost', more: `since ${dtg(board.goneSince)}`};
    if (board.presenting) return {state: 'present', title: 'You are presenting', more: ''};
    if (!board.live) return {state: 'idle', title: 'No presenter', more: ''};
    const away = board.people.some((one) => one.id === board.state.presenter.id) ? '' : ' (away)';
    if (board.following) return {state: 'follow', title: 'Live', more: `${name}${away} is presenting`};
    return {state: 'own', title: 'Own view', more: `${name}${away} is presenting`};
  }

  title({title, more}) {
    return el('span', {class: 'title', role: 'status'}, el('b', {text: title}), more ? el('span', {text: more, title: more}) : null);
  }

  buttons(state) {
    const {board} = this;
    const presents = this.viewer().may.includes('present');
    const button = (text, onclick, attributes = {}) => el('button', {type: 'button', onclick, text, ...attributes});
    const found = [];
    if (state === 'idle' && presents) found.push(button('Present', () => board.take(), {class: 'main'}));
    if (state === 'follow') found.push(button('Own view', () => board.stepOut()));
    if (state === 'own') found.push(button('Back to board', () => board.back(), {class: 'main'}));
    if (presents && (state === 'follow' || state === 'own')) found.push(button('Take over', () => this.ask(true)));
    if (state === 'present') {
      const pressed = {'aria-pressed': String(Boolean(this.pointing)), title: 'Show your pointer to everyone (P)'};
      found.push(
        el('button', {type: 'button', class: 'toggle', onclick: () => this.setPointing(!this.pointing), ...pressed}, icon(...POINT), el('span', {text: 'Point'})),
        button('Stop', () => board.release()),
      );
    }
    if (this.tools.allowed) {
      const pressed = {'aria-pressed': String(this.tools.open), title: 'Draw on the map for everyone'};
      found.push(
        el('button', {type: 'button', class: 'toggle', onclick: () => this.tools.toggle(), ...pressed}, icon(...PEN), el('span', {text: 'Draw'})),
      );
    }
    found.push(this.crowd());
    return found;
  }

  crowd() {
    const {people} = this.board;
    const label = `${people.length} connected: ${people.map((one) => one.name).join(', ')}`;
    const attributes = {type: 'button', class: 'crowd', 'aria-expanded': String(this.open), 'aria-label': label, title: label};
    return el(
      'button',
      {...attributes, onclick: () => {
        this.open = !this.open;
        this.draw();
      }},
      icon(...PEOPLE),
      el('span', {text: people.length}),
    );
  }

  list() {
    const {board} = this;
    const field = el('input', {type: 'text', maxlength: 40, value: board.name, 'aria-label': 'Your name'});
    const done = () => {
      board.rename(field.value);
      field.blur();
    };
    field.addEventListener('change', done);
    field.addEventListener('keydown', (event) => event.key === 'Enter' && done());
    const line = (one) =>
      el(
        'li',
        {},
        el('span', {class: 'name', text: one.name, title: one.name}),
        one.id === board.you ? el('span', {class: 'tag', text: 'you'}) : null,
        one.role === 'wall' ? el('span', {class: 'tag', text: 'wall'}) : null,
        one.id === board.state?.presenter?.id ? el('span', {class: 'tag live', text: 'presenter'}) : null,
      );
    return el(
      'div',
      {class: 'people'},
      // Who is signed in has the name that they signed in with.
      this.viewer().asksName ? el('label', {}, el('span', {text: 'Your name'}), field) : null,
      el('ul', {'aria-label': 'Connected users'}, ...board.people.map(line)),
    );
  }

  question() {
    const name = this.board.state?.presenter?.name ?? 'Someone';
    return el(
      'div',
      {class: 'say', role: 'alertdialog', 'aria-label': 'Take over'},
      el('span', {text: `${name} is presenting. Everyone will see your map instead.`}),
      el('button', {type: 'button', class: 'main', text: 'Take over', onclick: () => {
        this.asking = false;
        this.board.take();
      }}),
      el('button', {type: 'button', text: 'Cancel', onclick: () => this.ask(false)}),
    );
  }

  ask(asking) {
    this.asking = asking;
    this.draw();
  }

  /** Announce for a while that somebody has begun to present or taken over. */
  announced() {
    const {board} = this;
    if (board.news !== this.announcedNews) {
      this.announcedNews = board.news;
      this.until = Date.now() + NEWS_MS;
      setTimeout(() => {
        this.drawn = null;
        this.draw();
      }, NEWS_MS + 50);
    }
    if (!this.announcedNews || board.presenting || Date.now() > this.until) return null;
    return el('div', {class: 'say', role: 'status', text: `${this.announcedNews.name} is now presenting`});
  }

  setPointing(pointing) {
    this.pointing = pointing;
    this.point(pointing);
    this.draw();
  }
}
