"""The tables of the Coverage page, as they are shown and downloaded."""

import pandas as pd
import streamlit as st

from cop.model.moment import format_dtg
from cop.model.sensor import SENSOR_KINDS, SENSOR_STATES
from cop.query.coverage.gap import Gaps
from cop.query.coverage.health import SensorHealth

GAPS_SHOWN = 20
GAP_COLUMNS = {
    "rank": st.column_config.NumberColumn("#", width=35),
    "segment": st.column_config.TextColumn("Segment", width=85),
    "mgrs": st.column_config.TextColumn("MGRS, middle", width=125),
    "not_covered": st.column_config.NumberColumn(
        "Gap",
        format="%.0f%%",
        width=55,
        help="Of the window's hours, over the length: those in which nobody saw it.",
    ),
    "longest_h": st.column_config.NumberColumn(
        "Longest, h",
        format="%.0f",
        width=90,
        help="Longest time in the window in which less than half of it was or may have been seen.",
    ),
    "unseen": st.column_config.NumberColumn(
        "Unseen", format="%.2f", width=75, help="Events expected while nobody saw the place."
    ),
    "km_hours": st.column_config.NumberColumn(
        "Gap, km h", format="%.0f", width=85, help="Length x hours in which nobody saw it."
    ),
    "expected": st.column_config.NumberColumn("Expected, 7 d", format="%.1f", width=112),
    "unknown": st.column_config.NumberColumn(
        "Unknown",
        format="%.0f%%",
        width=80,
        help="Of the window's hours, over the length: those in which it is not known.",
    ),
    "length_km": st.column_config.NumberColumn("km", format="%.1f", width=50),
}
HEALTH_COLUMNS = {
    "sensor": st.column_config.TextColumn("Sensor", width=110),
    "state": st.column_config.TextColumn("State", width=95),
    "since": st.column_config.TextColumn("Since", width=140),
    "up": st.column_config.NumberColumn(
        "Up", format="%.0f%%", width=60, help="Of the time in the window that it stood."
    ),
    "outages": st.column_config.NumberColumn("Outages", width=70),
    "sector": st.column_config.TextColumn("Sector", width=60),
    "kind": st.column_config.TextColumn("Kind", width=115),
    "agency": st.column_config.TextColumn("Agency", width=85),
    "terrain": st.column_config.TextColumn("Terrain", width=80),
    "inside": st.column_config.NumberColumn(
        "Detected inside",
        width=120,
        help="Events of all kinds that name it, where it claims to see with a chance of half or "
        "more.",
    ),
    "outside": st.column_config.NumberColumn(
        "Detected outside", width=130, help="The others that name it."
    ),
    "events": st.column_config.NumberColumn(
        "Events inside",
        width=110,
        format="%.0f",
        help="Of all kinds, recorded there by anybody, with the chance that it sees them, while it "
        "was up.",
    ),
    "note": st.column_config.TextColumn("Note", width="large"),
}


def build_gap_table(gaps: Gaps) -> pd.DataFrame:
    """Return the segments that have a gap, the biggest blind spot first."""
    table = gaps.table[gaps.table["gap_hours"] > 0].reset_index(drop=True)
    return pd.DataFrame(
        {
            "rank": table.index + 1,
            "segment": table["segment_id"],
            "mgrs": table["mgrs"],
            "not_covered": 100 * table["gap_hours"] / gaps.hours,
            "longest_h": table["longest_hours"],
            **_ranked_by(table, gaps),
            "unknown": 100 * table["unknown_hours"] / gaps.hours,
            "length_km": table["length_km"],
        }
    )


def _ranked_by(table: pd.DataFrame, gaps: Gaps) -> "dict[str, pd.Series[float]]":
    """Return what the gaps are ranked by: without a forecast length x hours alone."""
    if gaps.by_risk:
        return {"unseen": table["weight"], "expected": table["expected"]}
    return {"km_hours": table["weight"]}


def build_health_table(health: SensorHealth) -> pd.DataFrame:
    """Return the sensors, those first that need a look: not up, silent, least up."""
    table = health.table.assign(
        works=health.table["state"] == "up", heard=~health.table["silent"]
    ).sort_values(["works", "heard", "up_share", "sensor_id"], ignore_index=True)
    unknown = float("nan")
    return pd.DataFrame(
        {
            "sensor": table["sensor_id"],
            "state": table["state"].map(SENSOR_STATES),
            "since": [None if pd.isna(at) else format_dtg(at) for at in table["since"]],
            "up": 100 * table["up_share"],
            "outages": table["outages"],
            "sector": table["sector"],
            "kind": table["kind"].map(lambda kind: SENSOR_KINDS.get(kind, kind)),
            "agency": table["agency"],
            "terrain": table["terrain"],
            "inside": table["inside"] if health.attributed else unknown,
            "outside": table["outside"] if health.attributed else unknown,
            "events": table["events"],
            "note": [_note(row) for row in table.itertuples()],
        }
    )


def _note(row: object) -> str:
    parts = []
    if row.silent:  # type: ignore[attr-defined]
        parts.append("no detection in its area")
    if row.height_assumed:  # type: ignore[attr-defined]
        parts.append("height not stated: usual for its kind")
    return "; ".join(parts)
