"""The form of a partner's rules of giving."""

import streamlit as st
from pydantic import ValidationError

from cop.model.event import KINDS
from cop.model.giving import (
    MOST_DELAY_H,
    MOST_MARGIN_KM,
    PARTS,
    PRECISION_WORDS,
    PRECISIONS,
    GivingRules,
)
from cop.model.marking import MARKINGS
from cop.model.partner import Partner
from cop.store.snapshot import Snapshot


def describe_rules(rules: GivingRules) -> str:
    """Return in one line what a partner gets."""
    if rules.gives_nothing:
        return "nothing"
    parts = [
        " and ".join(rules.parts),
        f"up to {rules.highest}",
        f"{len(rules.counties)} counties" if rules.counties else "everywhere",
        PRECISION_WORDS[rules.precision],
    ]
    if "layers" in rules.parts and not rules.gives_layers:
        parts.append("no layers at this precision")
    return ", ".join(parts)


def ask_rules(partner: Partner, snapshot: Snapshot) -> GivingRules | None:
    """Ask for rules, beginning with those in force; None, and why, if they are not valid."""
    rules, key = partner.rules, f"partner-{partner.code}"
    parts = st.multiselect(
        "Parts", PARTS, [*rules.parts], key=f"{key}-parts", placeholder="nothing"
    )
    kinds = st.multiselect(
        "Kinds of events", [*KINDS], [*rules.kinds], key=f"{key}-kinds", placeholder="all kinds"
    )
    counties = st.multiselect(
        "Counties",
        sorted({*snapshot.counties, *rules.counties}),
        [*rules.counties],
        key=f"{key}-counties",
        placeholder="everywhere",
    )
    first, second = st.columns(2)
    margin_km = first.number_input(
        "Margin around them, km",
        0.0,
        MOST_MARGIN_KM,
        rules.margin_km,
        step=5.0,
        key=f"{key}-margin",
        disabled=not counties,
    )
    highest = second.selectbox(
        "Highest label", MARKINGS, MARKINGS.index(rules.highest), key=f"{key}-highest"
    )
    delay_h = first.number_input(
        "Delay after an event, hours",
        0.0,
        MOST_DELAY_H,
        rules.delay_h,
        step=1.0,
        key=f"{key}-delay",
    )
    precision = second.selectbox(
        "Position",
        PRECISIONS,
        PRECISIONS.index(rules.precision),
        format_func=PRECISION_WORDS.__getitem__,
        key=f"{key}-precision",
    )
    smallest = st.number_input(
        "Smallest count of a month, county and kind",
        1,
        1_000,
        rules.smallest_count,
        key=f"{key}-smallest",
        help="Where fewer events would be given, none of them is.",
    )
    try:
        return GivingRules(
            parts=tuple(parts),
            kinds=tuple(kinds),
            counties=tuple(counties),
            margin_km=margin_km if counties else 0.0,
            highest=highest,
            delay_h=delay_h,
            precision=precision,
            smallest_count=int(smallest),
        )
    except ValidationError as fault:
        first_fault = fault.errors(include_url=False)[0]
        st.error(f"{'.'.join(map(str, first_fault['loc']))}: {first_fault['msg']}")
        return None
