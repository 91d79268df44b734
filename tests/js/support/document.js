// As much of a browser's document as the modules ask of it, without layout and without drawing.

const KEPT = ['hidden', 'id'];

class FakeNode extends EventTarget {
  constructor(tag) {
    super();
    this.tagName = tag;
    this.attributes = [];
    this.children = [];
    this.style = {setProperty: (name, value) => (this.style[name] = value)};
    this.dataset = {};
    this.hidden = false;
    this.classList = {
      contains: (name) => this.names().includes(name),
      toggle: (name, on = !this.classList.contains(name)) =>
        this.setAttribute('class', [...this.names().filter((one) => one !== name), ...(on ? [name] : [])].join(' ')),
    };
  }

  names() {
    return (this.getAttribute('class') ?? '').split(' ').filter(Boolean);
  }

  getAttribute(name) {
    return this.attributes.find((one) => one.name === name)?.value ?? null;
  }

  setAttribute(name, value) {
    this.removeAttribute(name);
    this.attributes.push({name, value: String(value)});
    if (KEPT.includes(name)) this[name] = name === 'hidden' ? true : value;
  }

  removeAttribute(name) {
    this.attributes = this.attributes.filter((one) => one.name !== name);
  }

  append(...children) {
    this.children.push(...children);
  }

  prepend(...children) {
    this.children.unshift(...children);
  }

  replaceChildren(...children) {
    this.children = children;
  }

  remove() {
    this.removed = true;
  }

  get textContent() {
    return this.children.map((child) => child.textContent ?? String(child)).join('');
  }

  set textContent(text) {
    this.children = [{textContent: String(text), all: () => []}];
  }

  get firstChild() {
    return this.children[0] ?? null;
  }

  /** Give every node below that has all the classes. */
  all(...names) {
    const own = names.every((name) => this.names().includes(name)) ? [this] : [];
    return [...own, ...this.children.flatMap((child) => child.all?.(...names) ?? [])];
  }

  querySelectorAll(selector) {
    return this.children.flatMap((child) => child.all?.(selector.replace('.', '')) ?? []);
  }

  querySelector(tag) {
    const below = this.children.filter((child) => child instanceof FakeNode);
    return below.find((child) => child.tagName === tag) ?? below.map((child) => child.querySelector(tag)).find(Boolean) ?? null;
  }

  getBoundingClientRect() {
    return {left: 0, top: 0, width: 0, height: 0, ...this.box};
  }

  contains(other) {
    return other === this || this.children.some((child) => child.contains?.(other));
  }

  getRootNode() {
    return {activeElement: null};
  }

  setPointerCapture() {}

  scrollIntoView() {}

  focus() {}

  select() {}

  blur() {}

  getContext() {
    return new Proxy({}, {get: (drawn, name) => drawn[name] ?? (() => {}), set: (drawn, name, value) => (drawn[name] = value) || true});
  }
}

/** Build a node of the fake document. */
export const node = (tag = 'div') => new FakeNode(tag);

/** Put a fake document and window in place; modules may be imported before or after. */
export function installDocument() {
  const build = (tag) => new FakeNode(tag);
  globalThis.document = {createElement: build, createElementNS: (_space, tag) => build(tag)};
  globalThis.window = Object.assign(new EventTarget(), {innerWidth: 1366});
}

/** Send an event with properties of its own. */
export const send = (target, type, properties = {}) => target.dispatchEvent(Object.assign(new Event(type), properties));
