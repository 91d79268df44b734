"""The Requests page: figures, all requests, the chosen one with its steps, and a new question."""

import statistics
from collections.abc import Sequence
from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from cop.model.marking import highest_marking
from cop.model.moment import format_age, format_dtg
from cop.model.rfi import Rfi
from cop.model.text import FigureText
from cop.ui.component.context import use_context
from cop.ui.component.frame import render_saved_strip
from cop.ui.component.headline import render_headline
from cop.ui.page.request.ask import CHOSEN, render_ask
from cop.ui.page.request.card import render_rfi
from cop.ui.page.request.desk import own_desk

_MOST_SHOWN = 300
_SHOWN_TEXT = 60


def render_requests() -> None:
    """Draw the page."""
    context, desk = use_context(), own_desk()
    found = desk.room.rfis.list()
    now = context.now()
    render_saved_strip(
        context.service.snapshot,
        highest_marking(rfi.marking for rfi in found),
        synthetic=any(rfi.question.synthetic for rfi in found),
        scope=f"all requests that {desk.agency} may read",
    )
    render_headline(build_request_figures(found, now))
    with st.expander("Ask a question", icon=":material/help:", expanded=not found):
        render_ask()
    if not found:
        st.info("No request yet. Ask one above, or with `cop rfi ask`.")
        return
    st.dataframe(
        build_request_table(found[:_MOST_SHOWN], now), hide_index=True, key="request-table"
    )
    # What waits is on top, the most overdue first.
    ordered = sorted(found, key=lambda rfi: (not rfi.is_open, rfi.question.due_at))
    titles = {rfi.id: _name(rfi) for rfi in ordered}
    if st.session_state.get(CHOSEN) not in titles:
        st.session_state.pop(CHOSEN, None)
    chosen = st.selectbox("Request", list(titles), format_func=titles.__getitem__, key=CHOSEN)
    render_rfi(next(rfi for rfi in found if rfi.id == chosen), now)


def build_request_figures(found: Sequence[Rfi], now: datetime) -> tuple[FigureText, ...]:
    """Return the headline: how many wait, how many of them too long, and the time to answer."""
    waiting = [rfi for rfi in found if rfi.is_open]
    took = [rfi.time_to_answer.total_seconds() for rfi in found if rfi.time_to_answer is not None]
    median = format_age(timedelta(seconds=statistics.median(took))) if took else "not known"
    return (
        FigureText(title="Requests", value=f"{len(found):,}", note="All that you may read."),
        FigureText(title="Open", value=f"{len(waiting):,}", note="Not answered or declined yet."),
        FigureText(
            title="Overdue",
            value=f"{sum(rfi.is_overdue(now) for rfi in waiting):,}",
            note="Open for longer than the time to answer that was asked for.",
        ),
        FigureText(
            title="Median time to answer",
            value=median,
            note=f"From asked to first answered or declined, of {len(took):,} requests.",
        ),
    )


def build_request_table(found: Sequence[Rfi], now: datetime) -> pd.DataFrame:
    """Return one row per request, the newest first."""
    rows = [
        (
            format_dtg(rfi.question.asked_at),
            rfi.question.asked_from,
            rfi.question.asked_of,
            "overdue" if rfi.is_overdue(now) else rfi.state,
            format_dtg(rfi.question.due_at),
            "" if rfi.time_to_answer is None else format_age(rfi.time_to_answer),
            _shorten(rfi.question.text),
            rfi.question.place.words,
            rfi.marking,
        )
        for rfi in found
    ]
    columns = ["Asked", "By", "Of", "State", "Due", "Answered after", "Question", "Place"]
    return pd.DataFrame(rows, columns=[*columns, "Marking"])


def _name(rfi: Rfi) -> str:
    question = rfi.question
    synthetic = "SYNTHETIC, " if question.synthetic else ""
    return (
        f"{synthetic}{question.asked_from} to {question.asked_of}, "
        f"{format_dtg(question.asked_at)}, {rfi.state}: {_shorten(question.text)}"
    )


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_TEXT else f"{line[: _SHOWN_TEXT - 1]}…"
