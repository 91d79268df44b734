// Maps that move together: what one of them is moved to, the others of its group take over.

const EVENT = 'cop:camera';

/** Tells the maps of the view's group where it looks, and follows them. */
export class Link {
  constructor(view) {
    this.view = view;
    this.onCamera = ({detail}) => this.hear(detail);
    window.addEventListener(EVENT, this.onCamera);
  }

  get group() {
    return this.view.data?.link ?? null;
  }

  /** Report that the user has moved this map to a view state of deck.gl's. */
  tell({longitude, latitude, zoom}) {
    if (!this.group || this.following) return;
    const detail = {from: this, group: this.group, camera: {lon: longitude, lat: latitude, zoom}};
    window.dispatchEvent(new CustomEvent(EVENT, {detail}));
  }

  hear({from, group, camera}) {
    if (from === this || !this.group || group !== this.group) return;
    const state = this.view.viewState(camera);
    this.following = true;
    this.view.deck?.setProps({initialViewState: state});
    this.view.onDeck('deck-view-state-change-event', state);
    this.following = false;
  }

  stop() {
    window.removeEventListener(EVENT, this.onCamera);
  }
}
