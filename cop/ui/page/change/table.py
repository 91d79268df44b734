"""The tables of the Changes page: figures by sector, the list of records, and its file."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cop.model.event import KINDS, OUTSIDE
from cop.model.moment import format_dtg, format_instant, format_occurrence
from cop.model.window import TimeWindow
from cop.query.change import CHANGES, Changes
from cop.query.marking import page_marking
from cop.query.others import OtherChange
from cop.query.service import QueryService
from cop.query.view import View
from cop.ui.component.csv_head import build_csv_head

EVERY = "All"
_STALE = "newly stale"
_FAR_DEG = 1e-6
COLUMNS: dict[str, Any] = {
    "change": st.column_config.TextColumn("Change"),
    "dtg": "When",
    "kind": "Kind",
    "count": st.column_config.NumberColumn("Count"),
    "unit": "Unit",
    "sector": "Sector",
    "segment_id": "Segment",
    "before": st.column_config.TextColumn("Before", help="Earlier values, if different"),
    "reported_at": st.column_config.DatetimeColumn("Reported (UTC)"),
    "ingested_at": st.column_config.DatetimeColumn("Loaded (UTC)"),
    "source": "Source",
    "confidence": "Confidence",
    "marking": "Marking",
    "lat": st.column_config.NumberColumn("Lat", format="%.5f"),
    "lon": st.column_config.NumberColumn("Lon", format="%.5f"),
    "event_id": "Event",
}


def build_sector_table(changes: Changes, sectors: Mapping[str, str]) -> pd.DataFrame:
    """Return a row per sector and one of them all: records by change, sources gone stale."""
    counted = changes.totals.pivot_table(
        index="sector", columns="change", values="n", aggfunc="sum", fill_value=0
    )
    codes = [*sectors, OUTSIDE]
    codes += sorted({*counted.index} - {*codes})
    table = counted.reindex(index=codes, columns=[*CHANGES], fill_value=0).astype(int)
    table[_STALE] = [sum(code in source.sectors for source in changes.stale) for code in codes]
    table.loc[EVERY] = [*table[[*CHANGES]].sum(), len(changes.stale)]
    named = {**sectors, OUTSIDE: "outside every sector", EVERY: "whole region"}
    table.insert(0, "name", [named.get(code, "") for code in table.index])
    return table.rename(index={OUTSIDE: "Outside"}).rename_axis("sector").reset_index()


def fold_sectors(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows with a change and the last, which is of them all; and the other sectors."""
    counted = table[[*CHANGES, _STALE]].sum(axis=1) > 0
    kept = counted | (table["sector"] == EVERY)
    return table[kept].reset_index(drop=True), table.loc[~kept, "sector"].tolist()


def build_other_list(others: Sequence[OtherChange]) -> pd.DataFrame:
    """Return a row per change of an alert, a level, a layer or an annotation."""
    rows = [
        (
            "" if one.at is None else format_dtg(one.at),
            one.what,
            one.title,
            one.place,
            one.who,
            one.marking,
        )
        for one in others
    ]
    return pd.DataFrame(rows, columns=["When", "Change", "What", "Place", "By", "Marking"])


def build_change_list(changes: Changes) -> pd.DataFrame:
    """Return a row per changed record, newest first, with its earlier values."""
    table = changes.table
    times = zip(table["occurred_at"], table["time_precision"], strict=True)
    listed = table.assign(
        dtg=[format_occurrence(*time) for time in times],
        before=[_before(row) for row in table.to_dict("records")],
    )
    return listed[[*COLUMNS]]


def build_change_csv(service: QueryService, changes: Changes, view: View) -> bytes:
    """Return the list as CSV; its head has marking, versions, moments and sources."""
    snapshot, listed = view.snapshot, build_change_list(changes)
    sources = [
        snapshot.sources[name] for name in sorted(set(listed["source"]) & {*snapshot.sources})
    ]
    notes = [
        f"changes since {format_instant(changes.since)} (version {changes.older}) "
        f"until {format_instant(snapshot.now)} (version {changes.newer})",
        f"{len(listed)} of {changes.total} records",
        *(f"source {state.source.title}; {state.source.terms}" for state in sources),
    ]
    everywhen = view.within(TimeWindow())
    head = build_csv_head(service, everywhen, marking=page_marking(view), notes=notes)
    return (head + str(listed.to_csv(index=False))).encode()


def _before(row: Mapping[str, Any]) -> str:
    """Return the earlier values of a corrected record."""
    if row["change"] != "corrected":
        return ""
    parts = [
        f"{name} {_word(name, row)}"
        for name in ("kind", "count", "unit", "occurred_at", "sector", "segment_id")
        if row[name] != row[f"{name}_before"]
    ]
    moved = any(abs(row[axis] - row[f"{axis}_before"]) > _FAR_DEG for axis in ("lat", "lon"))
    if moved:
        parts.append(f"at {row['lat_before']:.5f}, {row['lon_before']:.5f}")
    return "; ".join(parts) or "other details"


def _word(name: str, row: Mapping[str, Any]) -> str:
    value = row[f"{name}_before"]
    if name == "occurred_at":
        return format_occurrence(value, row["time_precision_before"])
    return KINDS.get(value, value) if name == "kind" else f"{value:g}" if name == "count" else value
