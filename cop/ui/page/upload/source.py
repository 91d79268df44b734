"""The form of a source: id, title, publisher, terms, marking, update interval."""

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from cop.ingest.sink.load import refuse_source
from cop.ingest.upload.infer_columns import plain_name
from cop.model.freshness import LONGEST_CADENCE_DAYS
from cop.model.mapping import TargetKind
from cop.model.source import is_reserved
from cop.ui.component.context import use_context
from cop.ui.page.save import as_text
from cop.ui.page.upload.column import read_number
from cop.ui.page.upload.marking import ask_marking
from cop.ui.page.upload.widget import put, read_answer, switch, text
from cop.ui.page.upload.work import Incoming

_FILLED = "source-filled"
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}", re.ASCII)


def ask_source(incoming: Incoming, kind: TargetKind) -> tuple[dict[str, Any], list[str]]:
    """Ask for the fields of a Source; return the answers and what is still needed."""
    lacking: list[str] = []
    _fill_existing(incoming, kind)
    left, right = st.columns(2)
    with left:
        title = text(incoming, "source-title", "Title", incoming.title)
        publisher = text(
            incoming, "source-publisher", "Publisher *", placeholder="Who provides the data"
        )
        marking = ask_marking(incoming, "source-marking")
    with right:
        own_id = text(
            incoming, "source-id", "Source id", _suggest_id(incoming),
            help="Rows loaded again under this id count once; corrections replace them.",
        )  # fmt: skip
        terms = text(incoming, "source-terms", "Terms *", most=500, placeholder="Permitted use")
        cadence = text(incoming, "source-cadence", "Update interval (days)", placeholder="never")
    synthetic = switch(incoming, "source-synthetic", "Synthetic data")
    if not title:
        lacking.append("the title")
    if not publisher:
        lacking.append("the publisher")
    if not terms:
        lacking.append("the terms")
    if not _ID.fullmatch(own_id):
        lacking.append("a source id (lowercase letters, digits, _ and -)")
    if is_reserved(own_id):
        lacking.append("a source id without --, which is for sources of partners")
    days = read_number(cadence) if cadence else None
    if cadence and (days is None or not 0 < days <= LONGEST_CADENCE_DAYS):
        lacking.append(f"an update interval above 0 and at most {LONGEST_CADENCE_DAYS:,} days")
    _show_existing(own_id, kind, marking, synthetic, lacking)
    answers = {
        "id": own_id,
        "title": title,
        "publisher": publisher,
        "terms": terms,
        "marking": marking,
    }
    return answers | ({"synthetic": True} if synthetic else {}) | (
        {"cadence_days": days} if days else {}
    ), lacking


def _fill_existing(incoming: Incoming, kind: TargetKind) -> None:
    """Fill in the fields of an existing source, once for each id entered."""
    own_id = read_answer(incoming, "source-id", _suggest_id(incoming))
    there = use_context().service.snapshot.sources.get(own_id.strip())
    if incoming.answers.get(_FILLED) == own_id:
        return
    incoming.answers[_FILLED] = own_id
    if there is not None and there.source.kind == kind:
        for part, value in source_answers(there.source.model_dump()).items():
            put(incoming, part, value)


def _suggest_id(incoming: Incoming) -> str:
    return plain_name(incoming.title)[:60]


def _show_existing(
    own_id: str, kind: TargetKind, marking: str, synthetic: bool, lacking: list[str]
) -> None:
    """Show what an existing source id contains, so that nobody adds to it by mistake."""
    there = use_context().service.snapshot.sources.get(own_id)
    if there is None:
        return
    stated = there.source.model_copy(
        update={"kind": kind, "marking": marking, "synthetic": synthetic}
    )
    why = refuse_source(there.source, stated)
    if why is not None:
        lacking.append(f"another source id or other source details: {own_id} {why}")
        return
    st.info(
        as_text(
            f"{there.source.title} already has {there.n:,} records. These rows are added "
            "to it; rows with the same id replace them."
        ),
        icon=":material/library_add:",
    )


def source_answers(source: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers, by the parts of the widgets, that a source's words are."""
    cadence = source.get("cadence_days")
    return {
        "source-id": source.get("id", ""),
        "source-title": source.get("title", ""),
        "source-publisher": source.get("publisher", ""),
        "source-terms": source.get("terms", ""),
        "source-marking": source.get("marking", "TLP:AMBER"),
        "source-cadence": "" if cadence is None else f"{cadence:g}",
        "source-synthetic": bool(source.get("synthetic")),
    }
