"""What a partner will get by rules, on a map and in figures, before they are switched on."""

from html import escape

import pandas as pd
import streamlit as st

from cop.export.given_map import render_given_map
from cop.model.event import KINDS
from cop.model.giving import PRECISION_WORDS, GivingRules
from cop.model.marking import highest_marking, marking_color
from cop.model.moment import format_dtg
from cop.model.partner import Partner
from cop.model.text import FigureText
from cop.query.given.preview import GivenPreview, preview_given
from cop.ui.component.context import use_context
from cop.ui.component.frame import page_theme
from cop.ui.component.headline import render_headline
from cop.ui.component.press import take_press
from cop.ui.page.fault import acting
from cop.ui.page.partner.rules import describe_rules

_SEEN = "partner-seen"
_MAP_PX = (760, 430)


def render_preview(partner: Partner, rules: GivingRules | None) -> bool:
    """Draw what a partner would get by rules; return whether these very rules are shown."""
    if (
        take_press(
            "Show what they will get",
            key="partner-preview",
            action="release",
        )
        and rules is not None
    ):
        with acting(), st.spinner("Counting"):
            st.session_state[_SEEN] = (partner.card, partner.rules, rules, *_build(partner, rules))
    seen = st.session_state.get(_SEEN)
    if seen is None or seen[0] != partner.card:
        st.caption("Nothing is counted yet.")
        return False
    _, in_force, of_rules, preview, image = seen
    if of_rules != rules:
        st.caption("The rules have changed since the map was drawn. Show it again.")
        return False
    if in_force != partner.rules:
        st.caption(
            f"Meanwhile other rules were switched on: {describe_rules(partner.rules)}. Show it "
            "again."
        )
        return False
    st.html(build_banner(preview))
    render_headline(build_preview_figures(preview))
    st.image(image, width="stretch", alt=f"Map of what {partner.code} would get")
    for line in describe_preview(preview, of_rules):
        st.caption(line)
    if preview.layers:
        st.dataframe(build_layer_table(preview), hide_index=True, key="partner-layers")
    return True


def build_banner(preview: GivenPreview) -> str:
    """Return the highest marking of what they would get, and SYNTHETIC where some of it is."""
    marking = highest_marking(preview.markings)
    color = marking_color(marking)
    chip = f'<span class="cop-chip" style="color:{color}">{escape(marking)}</span>'
    synthetic = '<span class="cop-chip cop-synthetic">SYNTHETIC</span>'
    return f'<div class="cop-strip">{chip}{synthetic if preview.is_partly_synthetic else ""}</div>'


def build_preview_figures(preview: GivenPreview) -> tuple[FigureText, ...]:
    """Return the headline: how many events of how many, at how many places."""
    return (
        FigureText(
            title="Events",
            value=f"{preview.n:,}",
            note=f"Of {preview.n_stored:,} events stored now that you may read.",
        ),
        FigureText(
            title="Left out",
            value=f"{preview.n_stored - preview.n:,}",
            note="By marking, kind, area, delay, position or smallest count.",
        ),
        FigureText(
            title="Places",
            value=f"{len(preview.places):,}",
            note="Different positions, as exactly as they are given.",
        ),
        FigureText(
            title="SYNTHETIC",
            value=f"{preview.n_synthetic:,}",
            note="Of the events given, those that are made up for demonstration.",
        ),
    )


def build_layer_table(preview: GivenPreview) -> pd.DataFrame:
    """Return one row per layer that they would get: title, origin, features, marking."""
    rows = [
        (la.title, la.origin, la.n, la.marking, "SYNTHETIC" if la.synthetic else "real")
        for la in preview.layers
    ]
    return pd.DataFrame(rows, columns=["Layer", "Of", "Features", "Marking", "Records"])


def describe_preview(preview: GivenPreview, rules: GivingRules) -> list[str]:
    """Return lines under the map: time, kinds, markings, sources, position, layers."""
    if rules.gives_nothing:
        return ["No part is given: they get nothing."]
    lines = _describe_events(preview, rules)
    if rules.layer_words:
        lines.append(f"Layers {len(preview.layers):,}: {rules.layer_words}.")
    return lines


def _describe_events(preview: GivenPreview, rules: GivingRules) -> list[str]:
    if preview.oldest is None or preview.newest is None:
        return ["No event that is stored now is given by these rules."]
    kinds = (f"{KINDS[kind]} {n:,}" for kind, n in preview.by_kind.items())
    markings = (f"{marking} {n:,}" for marking, n in preview.by_marking.items())
    sources = (f"{source} {n:,}" for source, n in preview.by_source.items())
    lines = [
        f"Occurred {format_dtg(preview.oldest)} to {format_dtg(preview.newest)}.",
        f"Kinds: {', '.join(kinds)}.",
        f"Markings: {', '.join(markings)}.",
        f"Sources: {', '.join(sources)}.",
        f"Position: {PRECISION_WORDS[rules.precision]}.",
    ]
    if preview.n_passed_on:
        lines.append(f"Of other agencies, passed on: {preview.n_passed_on:,}.")
    return lines


def _build(partner: Partner, rules: GivingRules) -> tuple[GivenPreview, bytes]:
    context = use_context()
    policy, service = context.access.policy, context.service
    preview = preview_given(
        service,
        partner.model_copy(update={"rules": rules}),
        policy.agency_release(partner.code, highest=rules.highest),
        agency=policy.host,
        now=context.now(),
    )
    width, height = _MAP_PX
    image = render_given_map(
        service, service.view(), preview, width_px=width, height_px=height, theme=page_theme()
    )
    return preview, image
