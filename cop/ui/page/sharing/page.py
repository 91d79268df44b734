"""The Sharing page: what went to each partner and what came, by month, side by side."""

from collections.abc import Sequence
from datetime import timedelta

import pandas as pd
import streamlit as st

from cop.access.audit.sharing import Sharing, read_sharing
from cop.model.default_records import name_records
from cop.model.delay import FIRST_REPORT_H, DelayTally, say_bound
from cop.model.filter import Records
from cop.model.moment import format_age, format_dtg
from cop.model.sharing import MonthShared, SharedSide
from cop.ui.component.context import use_context
from cop.ui.component.frame import render_saved_strip
from cop.ui.component.permit import need
from cop.ui.component.record import note_sources

UNKNOWN = "not known"
_MOST_MONTHS, _RECORDS = 24, "sharing-records"
_PAIRS = ("gave", "asked", "answered", "owe")
_COUNTED = [f"{who} {what}" for what in _PAIRS for who in ("We", "They")]


def render_sharing() -> None:
    """Draw the page: all partners in a month, then one of them with both sides."""
    need("release")
    context = use_context()
    note_sources(context.service.view())
    host = context.access.policy.host
    sharing = read_sharing(context.audit, host=host, now=context.now())
    synthetic = _choose_records(sharing) == "synthetic"
    render_saved_strip(
        context.service.snapshot,
        "TLP:AMBER",
        synthetic=synthetic,
        scope=_say_scope(sharing, host),
    )
    if not sharing.months:
        st.info(
            "Nothing was exchanged yet: no package, no request, no report from the field is in the "
            "audit record."
        )
        return
    months = sorted({one.month for one in sharing.months}, reverse=True)[:_MOST_MONTHS]
    month = st.selectbox("Month (UTC)", months, key="sharing-month")
    own = [one for one in sharing.months if one.month == month]
    sorts = list_records(sharing)
    if len(sorts) > 1:
        st.radio("Records", sorts, format_func=name_records, horizontal=True, key=_RECORDS)
    withheld = context.service.withholds_sources
    st.markdown("## Balance")
    if withheld:
        st.caption(
            "How many records and layers were shared is not shown: some may be of sources that "
            "are withheld from you."
        )
    st.dataframe(
        build_balance_table(own, synthetic=synthetic, withheld=withheld),
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="localized") for name in _COUNTED
        },
        key="sharing-table",
    )
    codes = sorted(one.partner for one in own)
    code = st.selectbox("Partner", codes, key="sharing-partner")
    shared = next(one for one in own if one.partner == code)
    st.markdown(f"## {host} and {code}, {month}")
    st.dataframe(
        build_side_table(shared, host, synthetic=synthetic, withheld=withheld),
        hide_index=True,
        height="content",
        key="sharing-sides",
    )
    if not withheld:
        _render_clocks(shared, host, synthetic=synthetic)
    for line in build_notes(sharing, month):
        st.caption(line)


def list_records(sharing: Sharing) -> list[Records]:
    """Return which sorts of records were exchanged; they are never counted together."""
    tallies = [
        tally
        for one in sharing.months
        for side in (one.ours, one.theirs)
        for tally in side.occurred_to_reported
    ]
    found: list[Records] = []
    if any(not tally.synthetic for tally in tallies) or not tallies:
        found.append("real")
    if any(tally.synthetic for tally in tallies):
        found.append("synthetic")
    return found


def _choose_records(sharing: Sharing) -> Records:
    sorts = list_records(sharing)
    chosen: Records = st.session_state.get(_RECORDS, sorts[0])
    return chosen if chosen in sorts else sorts[0]


def build_balance_table(
    months: Sequence[MonthShared], *, synthetic: bool, withheld: bool = False
) -> pd.DataFrame:
    """Return one row per partner: what it got of this server beside what it gave.

    How many records that were is not told where some may be of sources that are ``withheld``.
    """
    rows = [
        (
            one.partner,
            one.ours.n_new(synthetic=synthetic),
            one.theirs.n_new(synthetic=synthetic),
            one.ours.asked,
            one.theirs.asked,
            one.ours.answered,
            one.theirs.answered,
            one.ours.n_owed,
            one.theirs.n_owed,
            f"{one.reports_answered} of {one.reports}" if one.reports else "none sent",
        )
        for one in sorted(months, key=lambda one: one.partner)
    ]
    table = pd.DataFrame(rows, columns=["Partner", *_COUNTED, "Reports answered"])
    return table.drop(columns=["We gave", "They gave"]) if withheld else table


def build_side_table(
    shared: MonthShared, host: str, *, synthetic: bool, withheld: bool = False
) -> pd.DataFrame:
    """Return one row per figure, both sides in columns of their own.

    Without those of records and layers where some may be of sources that are ``withheld``.
    """
    ours, theirs = shared.ours, shared.theirs
    sort = "SYNTHETIC " if synthetic else ""
    reported = [side.reported(synthetic=synthetic) for side in (ours, theirs)]
    passed = [side.shared(synthetic=synthetic) for side in (ours, theirs)]
    of_records = [
        (f"New {sort}records", *(f"{tally.n:,}" for tally in reported)),
        ("Corrected records", f"{ours.changed:,}", f"{theirs.changed:,}"),
        ("Withdrawn records", f"{ours.withdrawn:,}", f"{theirs.withdrawn:,}"),
        ("New layers", f"{ours.layers_added:,}", f"{theirs.layers_added:,}"),
        ("Changed layers", f"{ours.layers_changed:,}", f"{theirs.layers_changed:,}"),
        ("Withdrawn layers", f"{ours.layers_withdrawn:,}", f"{theirs.layers_withdrawn:,}"),
    ]
    of_times = [
        (f"Median, {sort}occurred to reported", *(tally.median_words for tally in reported)),
        (f"Median, {sort}reported to shared", *(tally.median_words for tally in passed)),
        (f"Shared later than {FIRST_REPORT_H} h after reported", *map(say_late, passed)),
    ]
    rows = [
        ("Packages", f"{ours.packages:,}", f"{theirs.packages:,}"),
        *([] if withheld else of_records),
        ("Questions asked", f"{ours.asked:,}", f"{theirs.asked:,}"),
        ("Questions answered or declined", f"{ours.answered:,}", f"{theirs.answered:,}"),
        ("Median time to answer", _say_median(ours), _say_median(theirs)),
        ("Answers overdue", f"{ours.n_owed:,}", f"{theirs.n_owed:,}"),
        *([] if withheld else of_times),
        ("Field reports sent", "", f"{shared.reports:,}"),
        ("Field reports answered", _say_reports(shared), ""),
    ]
    return pd.DataFrame(rows, columns=["Figure", f"By {host}", f"By {shared.partner}"])


def build_clock_table(shared: MonthShared, host: str, *, synthetic: bool) -> pd.DataFrame:
    """Return one row per source of either side: how long its new records took."""
    rows = []
    for giver, side in ((host, shared.ours), (shared.partner, shared.theirs)):
        passed = {tally.source: tally for tally in side.reported_to_shared}
        for reported in side.occurred_to_reported:
            if reported.synthetic != synthetic:
                continue
            onward = passed.get(reported.source, DelayTally(source=reported.source))
            rows.append(
                (
                    giver,
                    reported.source,
                    reported.n,
                    say_bound(reported.median_h),
                    say_bound(onward.median_h),
                    say_late(onward),
                )
            )
    columns = ["Given by", "Source", "New records", "Occurred to reported", "Reported to shared"]
    return pd.DataFrame(rows, columns=[*columns, f"Later than {FIRST_REPORT_H} h"])


def say_late(tally: DelayTally) -> str:
    """Return how many records were shared later than a first report may be."""
    if not tally.n_known:
        return UNKNOWN
    unknown = tally.n - tally.n_known
    more = f", {unknown:,} not known" if unknown else ""
    return f"{tally.n_late:,} of {tally.n_known:,}{more}"


def build_notes(sharing: Sharing, month: str) -> tuple[str, ...]:
    """Return what the figures of a month are of, and what they are not."""
    begun = sharing.since
    is_partial = begun is not None and f"{begun:%Y-%m}" == month
    return (
        *(
            (f"The audit record begins {format_dtg(begun)}: what was before is not known.",)
            if is_partial and begun is not None
            else ()
        ),
        "Counted from the audit record: acts that were done, each package, question, answer and "
        "report once. A package by this server counts when it is made.",
        f"A first report is due at the latest {FIRST_REPORT_H} h after an authority learned of an "
        "event (Regulation (EU) 2021/581, art. 9). It is measured from the time at which it was "
        "reported until it was given, or received here. Medians are of new records, by classes of "
        "hours.",
        "Answered and overdue are as of now, of the questions and reports of the month. Answers "
        "count in the month in which they were made. The time to answer ends when it was answered "
        "by the clock of who answered. Corrected and withdrawn are real and "
        "SYNTHETIC records together.",
    )


def _render_clocks(shared: MonthShared, host: str, *, synthetic: bool) -> None:
    clocks = build_clock_table(shared, host, synthetic=synthetic)
    st.markdown("## Clocks by source")
    if clocks.empty:
        st.caption("No new records were exchanged this month: how long they take is not known.")
    else:
        st.dataframe(clocks, hide_index=True, key="sharing-clocks")


def _say_scope(sharing: Sharing, host: str) -> str:
    since = "" if sharing.since is None else f", recorded since {format_dtg(sharing.since)}"
    return f"{host} and every partner or agency, by month of UTC{since}"


def _say_median(side: SharedSide) -> str:
    median: timedelta | None = side.median_answer
    if median is None:
        return UNKNOWN if side.answered else "no answer"
    return f"{format_age(median)} (of {len(side.answer_s):,})"


def _say_reports(shared: MonthShared) -> str:
    share = shared.report_share
    if share is None:
        return "none sent"
    return f"{share:.0%} ({shared.reports_answered:,} of {shared.reports:,})"
