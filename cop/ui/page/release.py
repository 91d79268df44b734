"""The Release page: what people of another agency do not see of what is stored, and why."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from cop.model.text import FigureText
from cop.query.withheld import WithheldGroup, read_withheld
from cop.ui.component.context import use_context
from cop.ui.component.frame import render_plain_strip
from cop.ui.component.headline import render_headline
from cop.ui.component.permit import need
from cop.ui.component.record import note_sources
from cop.ui.component.viewer import current_viewer

_TABLE_PX, _ROWS = 480, 12
_MOST_SHOWN = 1_000


def render_release() -> None:
    """Draw the page for one agency: of what the viewer may read, what it does not."""
    need("view_as")
    context = use_context()
    policy, own = context.access.policy, replace(current_viewer(), view_as="")
    service = context.service.released_to(policy.release(own))
    view = service.view()
    note_sources(view, as_own=True)
    render_plain_strip(view.snapshot)
    others = [code for code in policy.agencies if code != own.agency]
    if not others:
        st.info("The policy has no other agency: add one to the policy file (docs/access.md).")
        return
    agency = st.selectbox(
        "Agency",
        others,
        format_func=lambda code: f"{code}: {policy.agencies[code].title}",
        key="release-agency",
    )
    release = policy.agency_release(agency)
    groups = read_withheld(service, view, release)
    render_headline(build_release_figures(groups, release.highest))
    if not groups:
        st.success(f"Everything that you may read is released to {agency}.")
        return
    st.dataframe(
        build_release_table(groups[:_MOST_SHOWN]),
        hide_index=True,
        height=_TABLE_PX if len(groups) > _ROWS else "auto",
        column_config={
            "n": st.column_config.NumberColumn("Withheld", format="localized"),
            "why": st.column_config.TextColumn("Why", width="large"),
        },
    )
    st.caption(
        f"Of all that is stored now and released to you, for people of {agency} whose highest "
        f"label is {release.highest}. A marking is changed with `cop mark`, or with the layer."
    )


def build_release_figures(groups: Sequence[WithheldGroup], highest: str) -> tuple[FigureText, ...]:
    """Return the headline: records that are withheld, sources and layers, the highest label."""
    of_events = sum(group.n for group in groups if group.what == "Events")
    others = sum(group.n for group in groups) - of_events
    titles = {group.title for group in groups if group.what == "Events"}
    return (
        FigureText(
            title="Events withheld",
            value=f"{of_events:,}",
            note="Real and synthetic ones; each source is listed with its marking.",
        ),
        FigureText(title="Of sources", value=f"{len(titles)}", note="Sources with such events."),
        FigureText(
            title="Other things withheld",
            value=f"{others:,}",
            note="Sensors, places, lines, figures, layers, annotations, alerts, decisions, "
            "saved Pictures.",
        ),
        FigureText(
            title="Highest label",
            value=highest,
            note="What people of this agency may read at most, unless their account says less.",
        ),
    )


def build_release_table(groups: Sequence[WithheldGroup]) -> pd.DataFrame:
    """Return one row per group: what, title, marking, how many, why."""
    rows = [(g.what, g.title, g.marking, g.n, g.reason) for g in groups]
    table = pd.DataFrame(rows, columns=["what", "title", "marking", "n", "why"])
    return table.rename(columns={"what": "What", "title": "Title", "marking": "Marking"})
