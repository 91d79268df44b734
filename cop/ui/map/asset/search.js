// The search box: towns, facilities, sectors, segments, MGRS or latitude and longitude in one field.

import {el, fill, icon} from './dom.js';

const LENS = 'M7 12A5 5 0 107 2a5 5 0 000 10zM10.8 10.8L14 14';
const CROSS = 'M4 4l8 8M12 4l-8 8';
const WAIT_MS = 140;
const MOST = 100;
let boxes = 0;

/** Build the field and its list; `onChoose` gets a result of the server, `onClear` nothing. */
export class Search {
  constructor({onChoose, onClear}) {
    this.onChoose = onChoose;
    this.onClear = onClear;
    this.results = [];
    this.active = -1;
    const id = `copmap-found-${(boxes += 1)}`;
    this.list = el('ul', {id, role: 'listbox', 'aria-label': 'Places found'});
    this.say = el('div', {class: 'say', role: 'status'});
    this.drop = el('div', {class: 'drop', hidden: true}, this.say, this.list);
    this.input = el('input', {
      type: 'text',
      role: 'combobox',
      'aria-label': 'Find a place, segment or position',
      'aria-autocomplete': 'list',
      'aria-controls': id,
      'aria-expanded': 'false',
      placeholder: 'Town, segment, MGRS or lat, lon',
      autocomplete: 'off',
      spellcheck: 'false',
      maxlength: MOST,
      oninput: () => this.typed(),
    });
    this.cross = el(
      'button',
      {type: 'button', class: 'icon', 'aria-label': 'Clear the search', hidden: true, onclick: () => this.clear()},
      icon(CROSS),
    );
    this.hint = el('kbd', {text: '/', 'aria-hidden': 'true', title: 'Press / to search'});
    const field = el('div', {class: 'field'}, icon(LENS), this.input, this.hint, this.cross);
    this.node = el('div', {class: 'search', role: 'search'}, field, this.drop);
    this.node.addEventListener('focusout', (event) => {
      if (!this.node.contains(event.relatedTarget)) this.close();
    });
    this.node.addEventListener('keydown', (event) => this.pressed(event));
    // The page has keys of its own (r, c): outside of the shadow tree it cannot see our field.
    for (const name of ['keyup', 'keypress']) {
      this.node.addEventListener(name, (event) => event.stopPropagation());
    }
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  typed() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.eager = false;
    this.answered = null;
    const text = this.text();
    this.cross.hidden = !this.input.value;
    this.hint.hidden = Boolean(this.input.value);
    if (text) this.timer = setTimeout(() => this.ask(text), WAIT_MS);
    else this.show([], '');
  }

  text() {
    return this.input.value.trim();
  }

  async ask(text) {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = new AbortController();
    const {signal} = this.asking;
    let answer;
    try {
      const response = await fetch(`${this.url}?q=${encodeURIComponent(text)}`, {signal});
      answer = await response.json();
      if (!response.ok) answer = {results: [], message: answer.error};
    } catch (error) {
      if (signal.aborted) return;
      answer = {results: [], message: `Search failed: ${error.message}`};
    }
    if (signal.aborted) return;
    this.answered = text;
    this.show(answer.results, answer.message);
    if (this.eager && this.results.length) this.choose(0);
    this.eager = false;
  }

  show(results, message) {
    this.results = results;
    this.active = -1;
    const options = results.map((result, i) =>
      el(
        'li',
        {
          id: `${this.list.id}-${i}`,
          role: 'option',
          'aria-selected': 'false',
          onpointerdown: (event) => event.preventDefault(),
          onclick: () => this.choose(i),
        },
        el('span', {class: 'title', text: result.title}),
        el('span', {class: 'detail', text: result.detail}),
      ),
    );
    fill(this.list, ...options);
    this.say.textContent = message ?? '';
    this.say.hidden = !message;
    this.list.hidden = !results.length;
    this.open(Boolean(message) || results.length > 0);
  }

  open(there) {
    this.drop.hidden = !there;
    this.input.setAttribute('aria-expanded', String(there && this.results.length > 0));
    if (!there) this.input.removeAttribute('aria-activedescendant');
  }

  close() {
    this.open(false);
  }

  move(by) {
    const n = this.results.length;
    if (!n) return;
    this.open(true);
    this.active = (this.active + by + (this.active < 0 && by < 0 ? n + 1 : n)) % n;
    [...this.list.children].forEach((option, i) => {
      option.setAttribute('aria-selected', String(i === this.active));
    });
    const option = this.list.children[this.active];
    this.input.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({block: 'nearest'});
  }

  pressed(event) {
    event.stopPropagation();
    const {key} = event;
    if (event.isComposing) return;
    if (key === 'ArrowDown' || key === 'ArrowUp') this.move(key === 'ArrowDown' ? 1 : -1);
    else if (key === 'Enter' && event.target === this.input) this.entered();
    else if (key === 'Escape') this.escape();
    else return;
    event.preventDefault();
  }

  entered() {
    const text = this.text();
    if (!text) return;
    if (this.answered !== text) {
      this.eager = true;
      this.ask(text);
    } else if (this.results.length) this.choose(Math.max(0, this.active));
    else this.open(true);
  }

  escape() {
    if (!this.drop.hidden) {
      this.close();
      return;
    }
    this.clear();
    this.input.blur();
  }

  choose(i) {
    const result = this.results[i];
    this.input.value = result.title;
    this.answered = result.title;
    this.cross.hidden = false;
    this.hint.hidden = true;
    this.close();
    this.onChoose(result);
  }

  clear() {
    this.input.value = '';
    this.typed();
    this.onClear();
  }

  stop() {
    clearTimeout(this.timer);
    this.asking?.abort();
  }
}
