"""The table of the events in view, and its download."""

from typing import Any

import streamlit as st

from cop.model.event import COMPOSITION
from cop.model.moment import format_occurrence
from cop.query.marking import page_marking
from cop.query.service import QueryService
from cop.query.table import Bounds, count_events, read_event_table
from cop.query.view import View
from cop.store.dataset.schema import EVENTS
from cop.ui.component.context import use_context
from cop.ui.component.csv_head import build_csv_head
from cop.ui.component.download import offer_download

MOST_SHOWN = 200
MOST_EXPORTED = 100_000
_COLUMNS: dict[str, Any] = {
    "dtg": "When",
    "kind": "Kind",
    "count": "Count",
    "unit": "Unit",
    **COMPOSITION,
    "sector": "Sector",
    "county": "County",
    "segment_id": "Segment",
    "lat": st.column_config.NumberColumn("Lat", format="%.5f"),
    "lon": st.column_config.NumberColumn("Lon", format="%.5f"),
    "uncertainty_m": st.column_config.NumberColumn("± m", format="%.0f"),
    "detection": "Detection",
    "confidence": "Confidence",
    "reported_at": st.column_config.DatetimeColumn("Reported (UTC)"),
    "source": "Source",
    "marking": "Marking",
}


def render_table(service: QueryService, view: View, bounds: Bounds | None) -> None:
    """Draw the newest events within the map's bounds; all of them can be downloaded as CSV."""
    total = count_events(service, view, bounds)
    shown = f"the newest {MOST_SHOWN} of {total:,}" if total > MOST_SHOWN else f"{total:,}"
    synthetic = view.filter.records == "synthetic"
    lacking = view.snapshot.lacks_events(view.filter)
    label = f"Events in view: {shown}" + (", others in quarantine" if lacking else "")
    label += " · SYNTHETIC" if synthetic else ""
    expander = st.expander(label, expanded=False, key="events-in-view", on_change="rerun")
    if not expander.open:
        return
    with expander:
        table = read_event_table(service, view, bounds, most=MOST_SHOWN)
        if table.empty:
            st.caption("No events in the map area in this window.")
            return
        times = zip(table["occurred_at"], table["time_precision"], strict=True)
        table.insert(0, "dtg", [format_occurrence(*time) for time in times])
        empty = [name for name in COMPOSITION if table[name].isna().all()]
        hidden = ["occurred_at", "time_precision", "event_id", "synthetic", *empty]
        st.dataframe(
            table.drop(columns=hidden),
            hide_index=True,
            height=320,
            column_config=_COLUMNS,
        )
        offer_download(
            "Download CSV",
            data=lambda: build_csv(service, view, bounds),
            file_name=("SYNTHETIC-" if synthetic else "")
            + f"events-{use_context().now():%Y%m%dT%H%MZ}.csv",
            subject="events",
            marking=page_marking(view),
            view=view,
            mime="text/csv",
        )
        if total > MOST_EXPORTED:
            st.caption(
                f"The file contains the newest {MOST_EXPORTED:,}. Narrow the filter for the rest."
            )


def build_csv(service: QueryService, view: View, bounds: Bounds | None) -> bytes:
    """Return the events in view as CSV; its head has marking, sources, window and version."""
    snapshot, resolved = view.snapshot, view.filter
    table = read_event_table(service, view, bounds, most=MOST_EXPORTED)
    total = count_events(service, view, bounds)
    sources = sorted(set(table["source"]))
    notes = [
        f"{len(table)} of {total} events" + ("" if bounds is None else " in the map's bounds"),
        *(caveat.text for caveat in snapshot.caveats((EVENTS,), resolved)),
        *(
            f"source {snapshot.sources[s].source.title}; {snapshot.sources[s].source.terms}"
            for s in sources
        ),
    ]
    head = build_csv_head(service, view, marking=page_marking(view), notes=notes)
    text: str = table.to_csv(index=False)
    return (head + text).encode()
