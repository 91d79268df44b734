"""The track record of sector months to take along: every forecast as CSV, the report as text."""

import streamlit as st

from cop.analysis.forecast.report import render_months
from cop.model.region import SeriesDeclaration
from cop.query.marking import page_marking
from cop.query.month import MonthOutlook
from cop.query.view import View
from cop.ui.component.context import use_context
from cop.ui.component.csv_head import comment
from cop.ui.component.download import offer_download


def render_downloads(view: View, outlook: MonthOutlook, declared: SeriesDeclaration) -> None:
    """Draw the buttons that hand out the report as Markdown and every forecast as CSV."""
    head = build_head(view, outlook, declared)
    name = f"{'SYNTHETIC-' if outlook.synthetic else ''}forecast-{use_context().now():%Y%m%dT%H%MZ}"
    report, forecasts, _ = st.columns([1, 1, 3])
    offer_download(
        "Report (Markdown)",
        at=report,
        data=lambda: build_report(outlook, declared, head),
        file_name=f"{name}.md",
        subject="forecast report",
        marking=page_marking(view),
        view=view,
        mime="text/markdown",
        width="stretch",
    )
    offer_download(
        "All forecasts (CSV)",
        at=forecasts,
        data=lambda: build_csv(outlook, head),
        file_name=f"{name}.csv",
        subject="forecasts",
        marking=page_marking(view),
        view=view,
        mime="text/csv",
        width="stretch",
    )


def build_head(view: View, outlook: MonthOutlook, declared: SeriesDeclaration) -> list[str]:
    """Return marking, records, figures, version and sources as lines."""
    snapshot = view.snapshot
    sources = [
        snapshot.sources[name].source for name in outlook.sources if name in snapshot.sources
    ]
    return [
        page_marking(view),
        "SYNTHETIC" if outlook.synthetic else "real figures",
        f"{declared.title}, {declared.unit} by month, to {outlook.newest}",
        f"version {snapshot.version}",
        *(f"source {source.title}; {source.terms}" for source in sources),
    ]


def build_report(outlook: MonthOutlook, declared: SeriesDeclaration, head: list[str]) -> bytes:
    """Return the report as Markdown, the head as its quotation."""
    table = outlook.table
    track = {
        "study": {
            "file": declared.title,
            "places": table["place"].nunique(),
            "months": len(outlook.counts),
            "last_month": str(outlook.newest),
            "origins_from": str(table["origin"].min()),
        },
        **outlook.track,
    }
    quoted = "".join(f"> {line}  \n" for line in head)
    return f"{quoted}\n{render_months(track)}".encode()


def build_csv(outlook: MonthOutlook, head: list[str]) -> bytes:
    """Return every forecast of every model as CSV, the head as comments."""
    text: str = outlook.table.to_csv(index=False)
    return (comment(head) + text).encode()
