"""The Reports page: what was reported from the field, its grade, and what became of it."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cop.exchange.field_report import grade_report, list_readable
from cop.exchange.photo import find_photo
from cop.export.place_map import render_place_map
from cop.model.event import KINDS
from cop.model.moment import format_age, format_dtg
from cop.model.picture import Viewpoint
from cop.model.place import format_mgrs, mgrs_digits
from cop.model.report import CREDIBILITY, RELIABILITY, FieldReport, Grade
from cop.model.text import FigureText
from cop.ui.component.context import use_context
from cop.ui.component.frame import page_theme, render_plain_strip
from cop.ui.component.headline import render_headline
from cop.ui.component.permit import need
from cop.ui.component.press import take_press
from cop.ui.component.record import note_sources, own_actor, recording
from cop.ui.page.fault import acting

_MAP_PX, _ZOOM = (520, 300), 9.5
_MOST_SHOWN = 500


def render_reports() -> None:
    """Draw the page: figures, the reports that wait for a grade, the others below."""
    need("grade")
    context = use_context()
    view = context.service.view()
    note_sources(view)
    render_plain_strip(view.snapshot)
    reports = list_readable(context.service)
    render_headline(build_report_figures(reports))
    if not reports:
        st.info(
            "No report yet. The form for phones is at /report on this server (docs/reports.md)."
        )
        return
    st.dataframe(build_report_table(reports[:_MOST_SHOWN]), hide_index=True, key="report-table")
    ordered = sorted(reports, key=lambda report: report.is_answered)
    titles = {report.entry.id: _name(report) for report in ordered}
    chosen = st.selectbox("Report", list(titles), format_func=titles.__getitem__, key="report")
    _render_report(next(report for report in reports if report.entry.id == chosen))


def build_report_figures(reports: Sequence[FieldReport]) -> tuple[FigureText, ...]:
    """Return the headline: all, those without a grade, the share that was answered."""
    waiting = [report for report in reports if not report.is_answered]
    share = 1 - len(waiting) / len(reports) if reports else None
    return (
        FigureText(title="Reports", value=f"{len(reports):,}", note="All that are stored."),
        FigureText(
            title="Unconfirmed",
            value=f"{len(waiting):,}",
            note="On the picture, and not graded yet.",
        ),
        FigureText(
            title="Answered",
            value="not known" if share is None else f"{share:.0%}",
            note="Share that was graded or left out with a reason.",
        ),
    )


def build_report_table(reports: Sequence[FieldReport]) -> pd.DataFrame:
    """Return one row per report, the newest first."""
    rows = [
        (
            format_dtg(report.received_at),
            report.agency,
            KINDS[report.entry.kind],
            report.entry.count,
            format_dtg(report.entry.occurred_at),
            report.state if report.grade is None else f"graded {report.grade.code}",
        )
        for report in reports
    ]
    columns = ["Received", "From", "Kind", "Count", "Occurred", "State"]
    return pd.DataFrame(rows, columns=columns)


def _render_report(report: FieldReport) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        _render_facts(report)
    with right:
        st.markdown("## Grade")
        _render_grading(report)


def _render_facts(report: FieldReport) -> None:
    entry, context = report.entry, use_context()
    st.markdown("## Report")
    grid = format_mgrs(entry.lat, entry.lon, digits=mgrs_digits(entry.accuracy_m))
    for line in (
        f"{KINDS[entry.kind]}, {entry.count} {entry.unit}",
        f"Occurred {format_dtg(entry.occurred_at)}, received {format_dtg(report.received_at)} "
        f"({format_age(report.received_at - entry.occurred_at)} later) from {report.agency}",
        f"MGRS {grid}, within {entry.accuracy_m:,.0f} m",
    ):
        st.text(line)
    if entry.note:
        st.text(f"Note: {entry.note}")
    viewpoint = Viewpoint(lat=entry.lat, lon=entry.lon, zoom=_ZOOM)
    st.image(
        render_place_map(
            context.service, viewpoint, size=_MAP_PX, theme=page_theme(), is_marked=True
        ),
        width="stretch",
        alt="Map of the place of the report",
    )
    photo = report.photo and find_photo(context.service.warehouse.folder, report.photo)
    if photo:
        st.image(photo.read_bytes(), width="stretch", alt="Photo of the report")


def _render_grading(report: FieldReport) -> None:
    key = f"report-{report.entry.id}"
    before = report.grade
    if report.is_answered and report.graded_at is not None:
        words = f"Left out: {report.reason}" if before is None else f"Graded {before.words}"
        st.caption(f"{words}; {format_dtg(report.graded_at)}, {report.graded_by}.")
    source = st.selectbox(
        "Source",
        list(RELIABILITY),
        list(RELIABILITY).index(before.source if before else "F"),
        format_func=lambda code: f"{code}: {RELIABILITY[code]}",
        key=f"{key}-source",
    )
    information = st.selectbox(
        "Information",
        list(CREDIBILITY),
        list(CREDIBILITY).index(before.information if before else "6"),
        format_func=lambda code: f"{code}: {CREDIBILITY[code]}",
        key=f"{key}-information",
    )
    if take_press("Grade", key=f"{key}-grade", action="grade", type="primary"):
        _grade(report, Grade(source=source, information=information))
    reason = st.text_input("Why it is left out", key=f"{key}-reason", max_chars=300)
    if take_press("Leave out", key=f"{key}-leave", action="grade", disabled=not reason.strip()):
        _grade(report, None, reason=reason)


def _grade(report: FieldReport, grade: Grade | None, *, reason: str = "") -> None:
    warehouse = use_context().service.warehouse
    stated = {"grade": "left out" if grade is None else grade.code}
    with acting():
        with recording("grade", f"report {report.entry.id}", **stated):
            grade_report(
                warehouse,
                warehouse.room.reports,
                report.entry.id,
                grade,
                by=own_actor().name,
                reason=reason,
            )
        warehouse.refresh()
        st.rerun()


def _name(report: FieldReport) -> str:
    entry = report.entry
    # Two may be alike but for their id.
    return (
        f"{KINDS[entry.kind]} {entry.count}, {format_dtg(entry.occurred_at)}, {report.agency}, "
        f"report {entry.id[:8]}-{entry.id[-4:]}"
    )
