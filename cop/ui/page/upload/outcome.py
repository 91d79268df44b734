"""What became of the layers of a file: what was published, what was skipped, and why."""

from html import escape

import streamlit as st

from cop.ui.component.download import offer_download
from cop.ui.component.press import take_press
from cop.ui.page.save import as_text
from cop.ui.page.upload.finding import count
from cop.ui.page.upload.part import GroupOutcome, PublishedPart
from cop.ui.page.upload.shown import build_show_link, join_bounds
from cop.ui.page.upload.work import Incoming


def render_outcome(incoming: Incoming, outcome: GroupOutcome) -> None:
    """Draw the result of publishing several layers."""
    n = len(outcome.published)
    st.success(
        f"Published {count(n, 'layer')} in version {outcome.version}. "
        "Open pages show them within 5 seconds.",
        icon=":material/check_circle:",
    )
    st.html(build_outcome(outcome))
    for skipped in outcome.skipped:
        st.warning(as_text(f"Skipped: {skipped.words}"), icon=":material/block:")
    if outcome.problems:
        offer_download(
            "Problems",
            data=outcome.problems,
            file_name="problems.csv",
            subject=f"problems of file {incoming.name}",
            mime="text/csv",
            key=incoming.named("group-problems"),
        )
    st.caption("Retire or undo a layer in the list of uploaded layers below.")
    if outcome.skipped and take_press(
        "Choose layers again", key=incoming.named("group-again"), icon=":material/checklist:"
    ):
        incoming.outcome = None
        st.rerun()


def build_outcome(outcome: GroupOutcome) -> str:
    """Return as HTML a line per layer: title, features, link, what is not kept of it."""
    rows = [_row(one) for one in outcome.published]
    if len(rows) > 1:
        layers = [one.layer for one in outcome.published]
        bounds = join_bounds([one.bounds for one in outcome.published])
        rows.append(
            f"<b></b><span>{build_show_link(layers, bounds, words='Show all on map')}</span>"
        )
    return f'<div class="cop-facts">{"".join(rows)}</div>'


def _row(one: PublishedPart) -> str:
    content = one.layer.content
    amount = "raster" if content.raster is not None else count(content.n, "feature")
    words = [amount, *([one.rejected] if one.rejected else []), *one.styles]
    said = ". ".join(escape(part.rstrip(".")) for part in words)
    link = build_show_link([one.layer], one.bounds)
    return f"<b>{escape(one.layer.declared.title)}</b><span>{link} {said}.</span>"
