"""The fields of a marking: its label, and the agencies that a thing is releasable to."""

from typing import Final

import streamlit as st

from cop.model.marking import MARKINGS, Marking, parse_marking
from cop.ui.component.context import use_context
from cop.ui.page.upload.work import Incoming

USUAL: Final = "TLP:AMBER"
_HELP: Final = (
    "Only people of these agencies see it, as far as they may read the label. Without any, people "
    "of every agency who may read the label (docs/release.md)."
)


def ask_marking(incoming: Incoming, part: str) -> str:
    """Ask for a marking, at first the one that is answered already, and return it as text."""
    answered = parse_marking(incoming.answers.get(part, USUAL))
    key = incoming.named(part)
    label = st.selectbox("Marking", MARKINGS, index=answered.level, key=key)
    offered = dict.fromkeys([*use_context().access.policy.agencies, *answered.agencies])
    agencies = st.multiselect(
        "Releasable to",
        list(offered),
        list(answered.agencies),
        key=f"{key}-agencies",
        placeholder="All agencies",
        help=_HELP,
    )
    marking = str(Marking.of(label, agencies))
    incoming.answers[part] = marking
    return marking
