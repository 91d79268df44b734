"""The form of a layer's metadata: title, source, agency, terms, marking, validity."""

from typing import Any

import streamlit as st

from cop.ui.page.upload.marking import ask_marking
from cop.ui.page.upload.widget import switch, text
from cop.ui.page.upload.work import Incoming

_MOST_REMARK = 500


def ask_words(incoming: Incoming, *, titled: bool = True) -> dict[str, Any]:
    """Ask for the fields of a Declaration, with its title or without; empty ones are left out."""
    answers: dict[str, Any] = {}
    if titled:
        answers["title"] = text(incoming, "title", "Title", incoming.title)
    left, right = st.columns(2)
    with left:
        answers["source"] = text(incoming, "source", "Source", placeholder="Who provides the data")
        answers["marking"] = ask_marking(incoming, "marking")
    with right:
        answers["agency"] = text(incoming, "agency", "Agency", placeholder="Responsible agency")
        valid_until = st.datetime_input(
            "Valid until (UTC)",
            incoming.answers.get("valid-until"),
            key=incoming.named("valid-until"),
        )
        incoming.answers["valid-until"] = valid_until
    answers["terms"] = text(incoming, "terms", "Terms", most=_MOST_REMARK)
    answers["note"] = text(incoming, "note", "Notes", most=_MOST_REMARK)
    answers["synthetic"] = switch(incoming, "synthetic", "Synthetic data")
    return {name: value for name, value in answers.items() if value} | (
        {"valid_until": valid_until} if valid_until else {}
    )
