"""The tables of changes: every sector has a row, corrected records say what they were."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from cop.ui.page.change.table import EVERY, build_change_list, build_sector_table

pytestmark = pytest.mark.table

NAMES = {"TCA": "Tucson", "RGV": "Rio Grande Valley"}


def changes(totals: list[tuple[str, str, int]], **more: Any) -> Any:
    frame = pd.DataFrame(totals, columns=["sector", "change", "n"])
    return SimpleNamespace(**{"totals": frame, "stale": (), **more})


def test_every_sector_has_a_row_and_the_last_is_all_of_them() -> None:
    found = changes([("TCA", "new", 3), ("TCA", "late", 1), ("NONE", "new", 2)])
    table = build_sector_table(found, NAMES).set_index("sector")
    assert list(table.index) == ["TCA", "RGV", "Outside", EVERY]
    assert table.loc["TCA", ["new", "late", "corrected"]].tolist() == [3, 1, 0]
    assert table.loc["RGV", "new"] == 0
    assert table.loc[EVERY, "new"] == 5
    assert table.loc["Outside", "name"] == "outside every sector"


def test_sources_gone_stale_are_counted_where_they_told_of() -> None:
    stale = (SimpleNamespace(sectors=("TCA",)), SimpleNamespace(sectors=("TCA", "RGV")))
    table = build_sector_table(changes([], stale=stale), NAMES).set_index("sector")
    assert table["newly stale"].to_dict() == {"TCA": 2, "RGV": 1, "Outside": 0, EVERY: 2}


def record(**changed: Any) -> dict[str, Any]:
    now = {
        "kind": "crossing", "count": 3.0, "unit": "people", "sector": "TCA",
        "occurred_at": datetime(2026, 11, 1, 6), "segment_id": "TCA-0010",
        "time_precision": "minute", "lat": 31.3, "lon": -110.9,
    }  # fmt: skip
    before = {f"{name}_before": changed.get(name, value) for name, value in now.items()}
    others = dict.fromkeys(("event_id", "reported_at", "ingested_at", "source"), "")
    others |= dict.fromkeys(("confidence", "marking"), "")
    return now | before | others | {"change": "corrected"}


def test_a_corrected_record_says_what_it_was() -> None:
    rows = [
        record(count=5.0, kind="rescue"),
        record(lat=31.5),
        record(),
        record(count=9.0) | {"change": "new"},
    ]
    listed = build_change_list(changes([], table=pd.DataFrame(rows)))
    assert listed["before"].tolist() == [
        "kind Rescue; count 5",
        "at 31.50000, -110.90000",
        "other details",
        "",
    ]
    assert listed["dtg"].iloc[0] == "010600Z NOV 26"
