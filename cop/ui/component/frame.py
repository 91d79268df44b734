"""The frame of every page: marking, SYNTHETIC, errors, theme."""

import time
from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from cop.errors import CopError
from cop.model.filter import Filter
from cop.model.marking import highest_marking, marking_color
from cop.model.moment import format_dtg
from cop.model.style import Theme
from cop.query.marking import page_marking
from cop.query.scope import STALE, WHAT_IF, Scope, read_scope
from cop.query.view import View
from cop.store.snapshot import Snapshot
from cop.ui.component.address import clear_address
from cop.ui.component.connection import render_connection
from cop.ui.component.context import use_context
from cop.ui.component.fresh import identify_layers, watch_layers
from cop.ui.component.moment import format_local
from cop.ui.component.opened import take_saved
from cop.ui.component.press import forget_press

_CSS = """
<style>
[data-testid="stMetric"] { padding: 0; }
[data-testid="stMetric"] > div { gap: 0; }
[data-testid="stMetricDelta"] { font-size: 0.78rem; }
[data-testid="stMetricDelta"] svg { display: none; }
[data-testid="stMetricValue"] { font-size: 1.55rem; font-variant-numeric: tabular-nums; }
[data-testid="stApp"] [data-testid="stCaptionContainer"] { opacity: 0.8; }
[data-testid="stApp"] [data-testid="stWidgetLabel"] { color: inherit; }
[data-testid="stMultiSelect"] input { min-width: 24px; }
[data-testid="stApp"] button[kind^="primary"]:enabled { color: light-dark(#ffffff, #06121b); }
[data-testid="stButtonGroup"] button[data-selected="true"] p {
  color: light-dark(#005b8e, #8fcdf2); }
[data-testid="stMarkdownContainer"] h2 { font-size: 1.25rem; padding: 0.375rem 0 1rem; }
[data-testid="stMarkdownContainer"] h3 { font-size: 1rem; padding: 0.25rem 0 0.75rem; }
.cop-skip:not(:focus-within) { position: absolute; width: 1px; height: 1px;
  padding: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.cop-skip { position: fixed; top: 0.5rem; left: 0.5rem; z-index: 2000001; display: flex;
  gap: 0.5rem; padding: 0.5rem; border-radius: 4px; background: #000; }
.cop-skip button { padding: 0.25rem 0.75rem; border: 1px solid #fff; border-radius: 3px;
  background: #000; color: #fff; font: inherit; cursor: pointer; }
.cop-skip button:focus-visible { outline: 3px solid #f0e442; outline-offset: 1px; }
[data-stale="true"] [data-testid="stDownloadButton"] { pointer-events: none; }
[data-testid="stFullScreenFrame"]:has([data-testid="stVegaLiteChart"])
  [data-testid="stElementToolbar"] { display: none; }
[data-testid="stElementToolbarButton"]:has(button[aria-label^="Download as CSV"]) {
  display: none; }
.cop-strip { display: flex; flex-wrap: wrap; gap: 0.5rem 0.9rem; align-items: center;
  font-size: 0.82rem; line-height: 1.5; }
.cop-strip b { font-weight: 650; }
.cop-chip { padding: 0 0.5rem; border-radius: 3px; font-weight: 700; letter-spacing: 0.04em;
  background: #000; color: #fff; border: 1px solid #5a6470; }
.cop-synthetic { background: #e69f00; color: #1b1200; border-color: #e69f00; }
.cop-trial { background: #56b4e9; color: #000; border-color: #56b4e9; }
.cop-known { background: #cc79a7; color: #000; border-color: #cc79a7; }
.cop-stale { background: #d55e00; color: #000; border-color: #d55e00; }
.cop-scope { font-size: 0.82rem; line-height: 1.5; }
.cop-unapplied { font-weight: 650; padding: 0 0.5rem; border-left: 4px solid #d55e00; }
.cop-fault { background: #d55e00; color: #000; border-color: #d55e00; }
.cop-alert { background: #f0e442; color: #000; border-color: #f0e442; }
a.cop-chip { text-decoration: none; }
.cop-muted { opacity: 0.72; }
.cop-facts { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 0 0.9rem;
  margin-left: auto; }
[data-testid="stHtml"] a:not(.cop-chip) { color: inherit; }
@media (max-width: 900px) {
  [data-testid="stMetric"] :is(label, [data-testid="stMetricDelta"]) * { white-space: normal; }
}
@media (max-width: 640px) {
  [data-testid="stHorizontalBlock"]:has([data-testid="stMetric"]) {
    display: grid; grid-template-columns: 1fr 1fr; gap: 0.6rem; }
  [data-testid="stHorizontalBlock"]:has([data-testid="stMetric"]) > * { min-width: 0; width: auto; }
  .cop-facts { margin-left: 0; }
}
</style>
"""


def render_page(content: Callable[[], None], *, connection: bool = True) -> None:
    """Draw a page; show a CopError with its remedy instead of failing.

    Without ``connection`` the page itself says when the server is lost.
    """
    began_s = time.thread_time()
    # What Streamlit draws beside the app, as a popover, has the scheme of the root.
    st.html(f"<style>:root {{ color-scheme: {page_theme()}; }}</style>{_CSS}")
    if connection:
        render_connection(page_theme())
    try:
        take_saved()
        drawn_with = identify_layers(use_context().service)
        content()
        use_context().page_watches.turns.note_cost(time.thread_time() - began_s)
        watch_layers(drawn_with)
    except CopError as fault:
        st.error(str(fault), icon=":material/error:")
        if st.query_params:
            st.button("Open the default Picture", on_click=clear_address)
    # A run that is cut short does not come here.
    forget_press()


def page_theme() -> Theme:
    """Return the viewer's theme."""
    return "light" if st.context.theme.type == "light" else "dark"


def render_strip(view: View, *, marking: str | None = None, live: str = "") -> None:
    """Draw the strip above the picture: marking, version, and the scope of its figures under them.

    Without a ``marking`` it is that of the sources. ``live`` is what the scope says beside.
    """
    snapshot, resolved, synthetic = view.snapshot, view.filter, view.records == "synthetic"
    scope = read_scope(use_context().service, view)
    chips = build_chips(
        marking or page_marking(view),
        synthetic=synthetic,
        stale=bool(scope.stale),
        trial=bool(scope.trial),
    )
    st.html(
        f'<div class="cop-strip">{chips}<span class="cop-facts">{_version(snapshot)}</span></div>'
        f"{build_scope(scope, live)}"
    )
    caveats = snapshot.page_caveats(resolved)
    _render_caveats([caveat.text for caveat in caveats])


def _render_caveats(missing: Sequence[str]) -> None:
    """Draw what figures lack, and what the room does."""
    caveats = [*missing, *use_context().room.caveats]
    if caveats:
        st.html(build_banner(caveats))


def build_scope(scope: Scope, live: str = "") -> str:
    """Return the scope line as HTML: what the figures under it are of, and what is ``live``."""
    area, *others = (escape(part) for part in (*scope.parts, live) if part)
    words = "".join(f" \N{MIDDLE DOT} <span>{part}</span>" for part in others)
    stale = f"<b>{escape(scope.warning)}</b> \N{MIDDLE DOT} " if scope.stale else ""
    lines = [words for words in (scope.unapplied, scope.withheld) if words]
    unapplied = "".join(f'<div class="cop-unapplied">{escape(words)}</div>' for words in lines)
    return (
        f'<div class="cop-scope" role="note" aria-label="Scope">{stale}<b>{area}</b>{words}'
        f"{unapplied}</div>"
    )


def lacks_records(snapshot: Snapshot, resolved: Filter) -> bool:
    """Show on the page that its figures are unknown where records of the window are missing."""
    lacking = bool(snapshot.lacks_events(resolved))
    if lacking:
        st.info(
            "Figures are unknown: records of this window are in quarantine. Choose another "
            "window or load them again."
        )
    return lacking


def build_banner(caveats: Sequence[str]) -> str:
    """Return as HTML one line naming what is in quarantine."""
    words, all_of_them = escape(summarize_caveats(caveats)), escape("; ".join(caveats))
    return (
        f'<div class="cop-strip"><span class="cop-chip cop-fault" title="{all_of_them}">'
        f"\N{WARNING SIGN} QUARANTINE</span><span>{words}</span></div>"
    )


def summarize_caveats(caveats: Sequence[str]) -> str:
    """Return the first caveat, and how many more there are."""
    more = f" (and {len(caveats) - 1} more)" if len(caveats) > 1 else ""
    return f"{caveats[0][0].upper()}{caveats[0][1:]}{more}"


def render_plain_strip(snapshot: Snapshot) -> None:
    """Draw the strip of a page without a filter: highest source marking, version, scope."""
    marking = highest_marking([state.marking for state in snapshot.sources.values()])
    render_saved_strip(snapshot, marking, synthetic=False, scope="everything that is stored")


def render_saved_strip(snapshot: Snapshot, marking: str, *, synthetic: bool, scope: str) -> None:
    """Draw the strip above a page whose parts are each of a scope of their own."""
    region = escape(snapshot.region.title if snapshot.region else "no region")
    st.html(
        f'<div class="cop-strip">{build_chips(marking, synthetic=synthetic)}'
        f'<span class="cop-facts">{_version(snapshot)}</span></div>'
        f'<div class="cop-scope" role="note" aria-label="Scope"><b>{region}</b> '
        f"\N{MIDDLE DOT} <span>{escape(scope)}</span></div>"
    )
    _render_caveats(())


def build_chips(marking: str, *, synthetic: bool, stale: bool = False, trial: bool = False) -> str:
    """Return as HTML a marking, and SYNTHETIC, WHAT-IF and STALE where that is so."""
    chips = (
        f'<span class="cop-chip" style="color:{marking_color(marking)}">{escape(marking)}</span>'
    )
    chips += ' <span class="cop-chip cop-synthetic">SYNTHETIC</span>' if synthetic else ""
    chips += f' <span class="cop-chip cop-trial">{WHAT_IF}</span>' if trial else ""
    return chips + (f' <span class="cop-chip cop-stale">{STALE}</span>' if stale else "")


def _version(snapshot: Snapshot) -> str:
    """Return the version as HTML, with a warning if newer versions cannot be read."""
    fault = use_context().refresher.fault
    warning = (
        ""
        if fault is None
        else f'<span class="cop-chip cop-fault" title="{escape(fault)}">'
        "\N{WARNING SIGN} NEWER VERSIONS CANNOT BE READ</span> "
    )
    published = snapshot.catalogue.published_at
    local = format_local(published, st.context.timezone)
    return (
        f'{warning}<span class="cop-muted">version {snapshot.version}, '
        f"{format_dtg(published)}{f' ({escape(local)})' if local else ''}</span>"
    )
