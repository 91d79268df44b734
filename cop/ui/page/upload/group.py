"""A file of several layers: all listed with boxes, and those ticked published together."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cop.ingest.upload.distance import FarLayer
from cop.model.saved import check_author
from cop.model.upload import LONGEST_TITLE, Inspection, Reading
from cop.ui.component.frame import page_theme
from cop.ui.component.press import take_press
from cop.ui.page.fault import acting
from cop.ui.page.save import as_text
from cop.ui.page.upload.far import ask_far, find_far_layer
from cop.ui.page.upload.finding import build_column_table, build_facts, count, render_findings
from cop.ui.page.upload.locator import build_locator
from cop.ui.page.upload.metadata import ask_words
from cop.ui.page.upload.outcome import render_outcome
from cop.ui.page.upload.part import (
    TAKEN,
    TITLE,
    find_part_skip,
    list_skipped,
    list_ticked,
    look_at_parts,
    publish_parts,
    title_of,
)
from cop.ui.page.upload.reading import ask_choices, reads_alike
from cop.ui.page.upload.readings import read_own_border
from cop.ui.page.upload.shown import switch_on
from cop.ui.page.upload.widget import choose, text, tick
from cop.ui.page.upload.work import Incoming, look

TOGETHER, SINGLE = "All together", "One, with a draft"
_MOST_DRAWN, _LONGEST_LABEL = 8, 40
_MODE, _IN_HAND = "together", "part-in-hand"


def ask_together(incoming: Incoming, seen: Inspection) -> bool:
    """Ask whether the layers of a file are published together; False where it has but one."""
    if len(seen.layers) <= 1:
        return False
    chosen = st.segmented_control(
        f"{len(seen.layers)} layers in the file", [TOGETHER, SINGLE],
        default=incoming.answers.get(_MODE, TOGETHER), key=incoming.named(_MODE), required=True,
    )  # fmt: skip
    incoming.answers[_MODE] = chosen or TOGETHER
    return bool(incoming.answers[_MODE] == TOGETHER)


def render_group(incoming: Incoming, seen: Inspection, by: str, right: DeltaGenerator) -> None:
    """Draw the list of layers, the settings of one of them, and publishing those ticked."""
    if incoming.outcome is not None:
        render_outcome(incoming, incoming.outcome)
        return
    parts = look_at_parts(incoming, seen)
    _render_list(parts)
    hand = _choose_part(incoming, [part for part in parts if part.seen is not None])
    with right:
        _render_where(list_ticked(parts))
    if hand is not None:
        _render_settings(hand, right)
    with right:
        _render_publish(incoming, seen, by)


def _render_list(parts: Sequence[Incoming]) -> None:
    st.markdown("## Layers")
    for part in parts:
        reason = find_part_skip(part)
        box, name = st.columns([2, 3], vertical_alignment="center")
        with box:
            tick(
                part, TAKEN, as_text(str(part.layer_name)), default=True,
                disabled=reason is not None,
            )  # fmt: skip
            st.caption(as_text(describe_part(part)))
        with name:
            if reason is None:
                text(
                    part, TITLE, f"Title of {part.layer_name}", part.title, most=LONGEST_TITLE,
                    hidden=True,
                )  # fmt: skip


def describe_part(part: Incoming) -> str:
    """Return in one line what a layer holds, or why it cannot be published."""
    reason = find_part_skip(part)
    if reason is not None or part.seen is None:
        return f"Skipped: {reason}"
    kinds = ", ".join(f"{n:,} {kind}" for kind, n in part.seen.geometry_kinds.items())
    words = "raster" if part.seen.kind == "raster" else f"{count(part.seen.rows, 'row')}; {kinds}"
    return f"{words}; needs an answer below" if part.seen.asks or part.fault else words


def _choose_part(incoming: Incoming, parts: Sequence[Incoming]) -> Incoming | None:
    """Ask whose settings are shown, at first the first that asks something."""
    if not parts:
        return None
    names = [str(part.layer_name) for part in parts]
    start = (_list_asking(parts) or names)[0]
    return parts[names.index(choose(incoming, _IN_HAND, "Settings of layer", names, start))]


def _list_asking(parts: Sequence[Incoming]) -> list[str]:
    """Return the names of the layers that need an answer before they can be published."""
    return [str(p.layer_name) for p in parts if p.seen is None or p.seen.asks or p.fault]


def _render_settings(part: Incoming, right: DeltaGenerator) -> None:
    if part.fault:
        st.error(as_text(part.fault), icon=":material/error:")
    seen = part.seen
    if seen is None:
        return
    st.html(build_facts(seen, part.size))
    findings = st.container()
    choices = ask_choices(part, seen)
    with findings:
        render_findings(part, seen.findings)
    if choices is None:
        return
    part.chosen = choices
    if not reads_alike(seen, choices) and choices != part.looked:
        with right:
            look(part, choices)
        st.rerun()
    with right, st.expander(f"Columns of {as_text(str(part.layer_name))}"):
        st.dataframe(build_column_table(seen), hide_index=True)


def _render_where(ticked: Sequence[Incoming]) -> None:
    """Draw where the ticked layers lie, beside the border."""
    found = [(str(p.layer_name), p.seen.bounds) for p in ticked if p.seen is not None]
    placed = [Reading(crs=name[:_LONGEST_LABEL], bounds=bounds) for name, bounds in found if bounds]
    if not placed:
        return
    border, title = read_own_border()
    drawn = build_locator(placed[:_MOST_DRAWN], page_theme(), border=border, title=title)
    st.image(drawn, width="stretch")
    more = len(placed) - _MOST_DRAWN
    st.caption(
        "Coastlines: GSHHG." + (f" {more} more layers are not drawn here." if more > 0 else "")
    )


def _render_publish(incoming: Incoming, seen: Inspection, by: str) -> None:
    ticked = list_ticked(incoming.parts)
    words, publish = st.columns([3, 2], gap="large")
    with words:
        st.markdown("## Description of all")
        answers = ask_words(incoming, titled=False)
    with publish:
        st.markdown("## Publish")
        for skipped in list_skipped(incoming, seen):
            st.caption(as_text(f"Skipped: {skipped.words}"))
        asking = _list_asking(ticked)
        if asking:
            st.warning(as_text(f"Needs an answer: {', '.join(asking)}"), icon=":material/help:")
        agreed = ask_far(incoming, _find_far(ticked))
        pressed = take_press(
            f"Publish {count(len(ticked), 'layer')}", type="primary", icon=":material/publish:",
            width="stretch", disabled=not ticked or bool(asking) or not agreed,
            key=incoming.named("publish-all"), action="publish",
        )  # fmt: skip
        if pressed:
            with acting():
                found = publish_parts(incoming, seen, answers, by=check_author(by))
                incoming.outcome = found
                for part in ticked:
                    part.answers[TAKEN] = False
                switch_on([one.layer for one in found.published])
                st.rerun()


def _find_far(ticked: Sequence[Incoming]) -> dict[str, FarLayer]:
    found = {title_of(p): find_far_layer(p.seen.bounds) for p in ticked if p.seen is not None}
    return {name: far for name, far in found.items() if far is not None}
