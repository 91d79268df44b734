"""Deciding impact levels on the page: the reasons, the checklist, the form, who decided before."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from math import isnan
from typing import Final

import streamlit as st
from pydantic import ValidationError

from cop.errors import AuditError, ImpactError
from cop.model.impact import Agreement, Impact, name_level
from cop.model.impact_rule import FIGURES, LEVELS
from cop.query.impact import Impacts
from cop.query.impact_step import agree_impacts, clear_impacts
from cop.query.service import QueryService
from cop.query.view import View
from cop.ui.component.context import use_context
from cop.ui.component.press import take_submit
from cop.ui.component.record import recording
from cop.ui.page.save import as_text, ask_author

_MESSAGE: Final = "impact-message"
_MOST_REASON: Final = 120


def render_decision(
    service: QueryService, view: View, impacts: Impacts, chosen: Sequence[Impact]
) -> None:
    """Draw what is known of the chosen segments, and the form that decides them."""
    message: str = st.session_state.pop(_MESSAGE, "")
    if message:
        st.toast(as_text(message), icon=":material/check:")
    if not chosen:
        return
    first = chosen[0]
    _render_reasons(first, more=len(chosen) - 1)
    st.markdown("**What to do**")
    for entry in impacts.basis.rules.checklist(first.level):
        st.markdown(f"- {as_text(entry)}")
    if view.snapshot.known_at is None:
        _render_form(service, view, impacts, chosen)
    _render_history(service, impacts, first)


def _render_reasons(impact: Impact, *, more: int) -> None:
    also = f" and {more:,} more" if more else ""
    level = name_level(impact.level)
    st.markdown(f"## {as_text(impact.proposal.segment_id)}{also}: {level}, {impact.state}")
    if impact.valid_decision is not None:
        st.markdown(as_text(impact.valid_decision.line))
    proposed = name_level(impact.proposal.level)
    reasons = "; ".join(impact.proposal.reason_lines)
    st.markdown(f"Proposed **{proposed}**: {as_text(reasons)}")
    for word in (impact.differs, impact.ended):
        if word:
            st.warning(as_text(word), icon=":material/schedule:")
    if impact.proposal.unjudged:
        rules = ", ".join(impact.proposal.unjudged)
        lacking = ", ".join(
            name.replace("_", " ") for name in FIGURES if isnan(impact.proposal.figures[name])
        )
        st.caption(as_text(f"Rules not evaluated ({lacking} unknown): {rules}"))


def _render_form(
    service: QueryService, view: View, impacts: Impacts, chosen: Sequence[Impact]
) -> None:
    # Keyed by what is decided, so that the fields of one segment are never sent for another, nor
    # for a level or a revision that was not shown.
    key = name_form(chosen)
    author = ask_author()
    with st.form(key, enter_to_submit=False):
        level = st.selectbox(
            "Level",
            [None, *LEVELS],
            format_func=lambda name: _as_proposed(chosen) if name is None else name_level(name),
            key=f"{key}-level",
        )
        hours = st.number_input(
            "Duration (hours); 0 = rule's default",
            min_value=0,
            max_value=24 * 366,
            value=0,
            help="Every decision expires. The proposal then applies again, and this page says so.",
            key=f"{key}-hours",
        )
        reason = st.text_input("Reason", max_chars=_MOST_REASON, key=f"{key}-reason")
        agree, clear = st.columns(2)
        agreed = take_submit(
            "Save decision",
            key=f"{key}-save",
            action="agree",
            at=agree,
            type="primary",
            width="stretch",
        )
        cleared = take_submit(
            "Clear decision",
            key=f"{key}-clear",
            action="agree",
            at=clear,
            width="stretch",
            disabled=not any(impact.valid_decision for impact in chosen),
        )
    if agreed or cleared:
        end = use_context().now() + timedelta(hours=hours) if hours else None
        try:
            agreement = Agreement.model_validate(
                {
                    "segments": [impact.proposal.segment_id for impact in chosen],
                    "by": author,
                    "reason": reason,
                    "level": level if agreed else None,
                    "until": end if agreed else None,
                    "based_on": {i.proposal.segment_id: i.revision for i in chosen},
                }
            )
            action, decide = ("agree", agree_impacts) if agreed else ("clear", clear_impacts)
            detail = {"segments": agreement.segments, "level": level, "reason": reason}
            subject = f"impact {', '.join(agreement.segments)}"
            with recording(action, subject, by=author, **detail):
                taken = decide(service, view, impacts, agreement)
        except ValidationError as fault:
            what = {"by": "your name", "reason": "a reason"}
            lacking = [what.get(str(e["loc"][0]), str(e["loc"][0])) for e in fault.errors()]
            st.error(f"Not saved. Enter {' and '.join(lacking)} on one line.")
            return
        except (AuditError, ImpactError) as fault:
            st.error(as_text(str(fault)))
            return
        st.session_state[_MESSAGE] = f"{taken[0].segment_id}: {taken[0].line}"
        st.rerun()


def name_form(chosen: Sequence[Impact]) -> str:
    """Return the form's key, another for all other segments, revisions or proposed levels."""
    parts = [(i.proposal.segment_id, i.revision, i.proposal.level) for i in chosen]
    return f"impact-{sha256(repr(parts).encode()).hexdigest()[:16]}"


def _as_proposed(chosen: Sequence[Impact]) -> str:
    proposed = {impact.proposal.level for impact in chosen}
    if len(proposed) > 1:
        return "as proposed for each segment"
    return f"as proposed: {name_level(proposed.pop())}"


def _render_history(service: QueryService, impacts: Impacts, impact: Impact) -> None:
    steps = service.room.decisions.history(impacts.basis.records, impact.proposal.segment_id)
    if steps:
        with st.expander(f"Decisions on {impact.proposal.segment_id}: {len(steps)}"):
            for step in steps:
                st.markdown(as_text(f"{step.revision}. {step.line}"))
