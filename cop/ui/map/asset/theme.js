// Between light and dark: Streamlit changes its own parts at once, ours are drawn with the page's next run.

export class ThemeWatch {
  /** Call `ask` where the viewer's theme is another than the page was drawn in. */
  constructor(app, ask) {
    this.app = app;
    this.ask = ask;
    this.changes = new MutationObserver(() => this.look());
    this.changes.observe(app, {attributes: true, attributeFilter: ['class']});
  }

  /** The page was drawn in a theme. */
  update(drawn) {
    if (drawn !== this.drawn) this.asked = null;
    this.drawn = drawn;
    this.look();
  }

  look() {
    const theme = getComputedStyle(this.app).colorScheme;
    if (theme === this.drawn) this.asked = null;
    // A run that drew the same theme again is not asked for twice.
    else if (theme !== this.asked) this.ask((this.asked = theme));
  }

  stop() {
    this.changes.disconnect();
  }
}
