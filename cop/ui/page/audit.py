"""The Audit page: search the audit record, see whether its chain is whole, download it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Final

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cop.access.audit.export import render_entries
from cop.access.audit.log import AuditLog
from cop.access.audit.retention import RECORD
from cop.errors import AuditError
from cop.model.audit import OUTCOMES, AuditEntry
from cop.model.audit_chain import ChainReport
from cop.model.moment import format_dtg
from cop.model.text import FigureText
from cop.store.audit.search import AuditQuery
from cop.ui.component.context import use_context
from cop.ui.component.download import prepare_download
from cop.ui.component.frame import render_plain_strip
from cop.ui.component.headline import render_headline
from cop.ui.component.press import take_press
from cop.ui.page.save import as_text

_CHECKED: Final = "audit-checked"
_SHOWN: Final = 500
_TABLE_PX, _ROWS = 480, 12
_AT_ONCE: Final = 50_000
"""Entries that are checked within a second or two."""


@dataclass(frozen=True, kw_only=True)
class CheckedChain:
    """What a check of the chain found, and when; ``fault`` if it could not be read.

    Without either it was not checked.
    """

    at: datetime
    report: ChainReport | None
    fault: str = ""


def render_audit() -> None:
    """Draw the page: the state of the chain, the search, what was found."""
    log = use_context().audit
    render_plain_strip(use_context().service.snapshot)
    checked: CheckedChain | None = st.session_state.get(_CHECKED)
    if checked is None:
        checked = _check_first(log)
    render_headline(build_audit_figures(checked))
    _render_state(checked)
    query = _ask(log)
    found = log.search(query)
    if not found:
        st.info("No entries match.")
    else:
        st.dataframe(
            build_audit_table(found),
            hide_index=True,
            column_config=_COLUMNS,
            height=_TABLE_PX if len(found) > _ROWS else "auto",
        )
        more = ". Narrow the search to see earlier ones" if len(found) == _SHOWN else ""
        noun = "entry" if len(found) == 1 else "entries"
        st.caption(f"{len(found):,} {noun}, newest first{more}.")


def build_audit_figures(checked: CheckedChain) -> tuple[FigureText, ...]:
    """Return the headline: state of the chain, entries, the last one, its hash."""
    report = checked.report
    head = None if report is None else report.head
    pruned = 0 if report is None else report.begins.seq
    return (
        FigureText(
            title="Chain",
            value=_name_state(checked),
            change=f"checked {format_dtg(checked.at)}" if report or checked.fault else None,
            note="Each entry is bound to the one before it by a hash. A check finds the first "
            "entry that was removed, changed, moved, or cut off.",
        ),
        FigureText(
            title="Entries",
            value="unknown" if report is None else f"{report.n:,}",
            change=f"{pruned:,} pruned" if pruned else None,
            note="An act has two: its beginning and its end.",
        ),
        FigureText(
            title="Last entry",
            value="none" if head is None else f"{head.seq:,}",
            change=None if head is None else f"hash {head.hash[:16]}",
            note="Note number and hash elsewhere (`cop audit head`): whoever can write all files "
            "of the record can write another.",
        ),
    )


def build_audit_table(entries: Sequence[AuditEntry]) -> pd.DataFrame:
    """Return a row per entry."""
    rows = [
        {
            "seq": entry.seq,
            "at": f"{entry.at[:10]} {entry.at[11:19]}",
            "who": f"{entry.name} ({entry.who})" if entry.name else entry.who,
            "action": entry.action,
            "subject": entry.subject,
            "outcome": entry.outcome,
            "detail": "; ".join(f"{key}: {_word(value)}" for key, value in entry.details.items()),
            "agency": entry.agency,
            "origin": entry.origin,
            "address": entry.address,
        }
        for entry in entries
    ]
    return pd.DataFrame(rows)


_COLUMNS: Final = {
    "seq": st.column_config.NumberColumn("No.", width=60),
    "at": st.column_config.TextColumn("Time (UTC)", width=165),
    "who": st.column_config.TextColumn("Who", width=150),
    "action": st.column_config.TextColumn("Action", width=125),
    "subject": st.column_config.TextColumn("Subject", width=180),
    "outcome": st.column_config.TextColumn("Outcome", width=80),
    "detail": st.column_config.TextColumn("Detail", width=250),
    "agency": st.column_config.TextColumn("Agency", width=70),
    "origin": st.column_config.TextColumn("Signed in by", width=110),
    "address": st.column_config.TextColumn("Address", width=110),
}


def build_audit_query(
    *, who: str, action: str | None, subject: str, outcome: str | None, days: Sequence[date]
) -> AuditQuery:
    """Return what is looked for; the second of two ``days`` is included."""
    first = datetime.combine(days[0], time()) if days else None
    last = datetime.combine(days[-1], time()) + timedelta(days=1) if days else None
    return AuditQuery(
        who=who.strip(),
        action=action or "",
        subject=subject.strip(),
        outcome=outcome or "",
        since=first,
        before=last,
        limit=_SHOWN,
    )


def _word(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _name_state(checked: CheckedChain) -> str:
    if checked.report is None:
        return "Not whole" if checked.fault else "Not checked"
    return "Whole" if checked.report.is_whole else "Not whole"


def _check_first(log: AuditLog) -> CheckedChain:
    """Check a record when the page is opened; a long one only when somebody asks for it."""
    try:
        head = log.head()
    except AuditError:
        return _check(log)
    if head is not None and head.seq > _AT_ONCE:
        return CheckedChain(at=use_context().now(), report=None)
    return _check(log)


def _check(log: AuditLog) -> CheckedChain:
    at = use_context().now()
    try:
        checked = CheckedChain(at=at, report=log.verify())
    except AuditError as fault:
        checked = CheckedChain(at=at, report=None, fault=str(fault))
    st.session_state[_CHECKED] = checked
    return checked


def _render_state(checked: CheckedChain) -> None:
    words = checked.fault
    if checked.report is not None and checked.report.finding is not None:
        found = checked.report.finding.words
        words = f"{found[0].upper()}{found[1:]}. Nothing is done until a new record is begun."
    if words:
        st.error(as_text(words), icon=":material/link_off:")
    check, download, _ = st.columns([1, 1, 2], vertical_alignment="center")
    pressed = take_press(
        "Check the chain", key="audit-check", at=check, icon=":material/link:", width="stretch"
    )
    if pressed:
        _check(use_context().audit)
        st.rerun()
    _offer_download(use_context().audit, download)


def _ask(log: AuditLog) -> AuditQuery:
    """Draw the fields of the search in one row."""
    who, action, subject, outcome, days = st.columns([2, 2, 2, 2, 3])
    return build_audit_query(
        who=who.text_input("Who", key="audit-who", placeholder="Name or id"),
        action=action.selectbox(
            "Action", log.actions(), index=None, key="audit-action", placeholder="Any"
        ),
        subject=subject.text_input("Subject", key="audit-subject", placeholder="Part of it"),
        outcome=outcome.selectbox(
            "Outcome", OUTCOMES, index=None, key="audit-outcome", placeholder="Any end"
        ),
        days=_as_days(
            days.date_input("Days (UTC)", value=[], format="YYYY-MM-DD", key="audit-days")
        ),
    )


def _as_days(chosen: object) -> tuple[date, ...]:
    """Return the first and the last day, or the one that is chosen so far."""
    days = chosen if isinstance(chosen, tuple) else ()
    return tuple(day for day in days if isinstance(day, date))


def _offer_download(log: AuditLog, at: DeltaGenerator) -> None:
    build = prepare_download(
        lambda: build_audit_csv(log), RECORD, {"format": "csv"}, action="audit"
    )
    at.download_button(
        "Download the record (CSV)",
        data=build,
        file_name="audit.csv",
        mime="text/csv",
        key="audit-download",
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
        help="Holds the whole chain: `cop audit verify --file audit.csv` checks it anywhere.",
    )


def build_audit_csv(log: AuditLog) -> bytes:
    """Return the whole record as CSV."""
    written = StringIO()
    written.writelines(render_entries(log.between(), "csv"))
    return written.getvalue().encode()
