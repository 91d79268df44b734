"""The figures of the Sectors page as a table, and its download."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from cop.model.event import COMPOSITION, KINDS, OUTSIDE
from cop.query.marking import page_marking
from cop.query.reporting import OBSERVED, OUT_OF_SCOPE, UNKNOWN, State
from cop.query.sector import SectorFigures
from cop.query.service import QueryService
from cop.query.view import View
from cop.ui.component.context import use_context
from cop.ui.component.csv_head import build_csv_head
from cop.ui.component.download import offer_download
from cop.ui.page.sector.card import date_of

_STATES: dict[State, str] = {
    OBSERVED: "reported",
    UNKNOWN: "unknown: no source reports here",
    OUT_OF_SCOPE: "outside the filter",
}


def render_sector_table(service: QueryService, view: View, figures: SectorFigures) -> None:
    """Draw the table of all sectors and what lies outside them, with its download as CSV."""
    synthetic = view.filter.records == "synthetic"
    with st.expander("Data table" + (" \N{MIDDLE DOT} SYNTHETIC" if synthetic else "")):
        st.dataframe(
            build_table(figures),
            hide_index=True,
            placeholder="unknown",
            column_config={
                "length_km": st.column_config.NumberColumn("Border km", format="%.0f"),
                "share": st.column_config.NumberColumn("Share of all sectors", format="percent"),
                "coverage": st.column_config.NumberColumn("Covered", format="percent"),
                "coverage_unknown": st.column_config.NumberColumn("Unknown", format="percent"),
                "change": st.column_config.NumberColumn("Change %", format="%+.0f"),
                "sector": "Sector",
                "state": "Status",
                "name": "Name",
                "n": st.column_config.NumberColumn("Events", format="%d"),
                "people": st.column_config.NumberColumn("People", format="%d"),
                "before": "Events before",
                "last_kind": "Last incident",
                "last_at": "When",
                **COMPOSITION,
            },
        )
        offer_download(
            "Download CSV",
            data=lambda: build_sector_csv(service, view, figures),
            file_name=("SYNTHETIC-" if synthetic else "")
            + f"sectors-{use_context().now():%Y%m%dT%H%MZ}.csv",
            subject="sector figures",
            marking=page_marking(view),
            view=view,
            mime="text/csv",
        )


def build_table(figures: SectorFigures) -> pd.DataFrame:
    """Return the figures as they are shown: the last row is what lies outside every sector."""
    table = figures.table.drop(columns=["last_precision", "composed_n", "counties", "reported"])
    counted = ["n", "people", "share"]
    unseen = (table["state"] != OBSERVED) & (table["n"] == 0)
    table[counted] = table[counted].astype("float64").mask(unseen)
    table["state"] = table["state"].map(_STATES)
    if not figures.table["composed_n"].any():
        table = table.drop(columns=list(COMPOSITION))
    table["last_at"] = [
        None if pd.isna(moment) else date_of(moment, str(precision))
        for moment, precision in zip(
            figures.table["last_at"], figures.table["last_precision"], strict=True
        )
    ]
    table["last_kind"] = table["last_kind"].map(KINDS)
    table.loc[table["sector"] == OUTSIDE, "name"] = "outside every sector"
    return table


def build_sector_csv(service: QueryService, view: View, figures: SectorFigures) -> bytes:
    """Return the table as CSV; its head has marking, records, window and version."""
    everywhere = view.narrowed(replace(view.filter, sectors=()))
    head = build_csv_head(
        service,
        everywhere,
        marking=page_marking(view),
        notes=(f"{figures.total} events, share is of all of them, change is in percent",),
    )
    text: str = build_table(figures).to_csv(index=False)
    return (head + text).encode()
