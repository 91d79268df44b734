"""Who loads rows changes and learns of no record that is withheld from them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cop.errors import InputFileError
from cop.ingest.marking import change_marking
from cop.ingest.profile.file import build_profile
from cop.ingest.sink.kind import SINKS
from cop.ingest.sink.load import IngestReport, load_rows
from cop.model.source import ROW
from cop.settings import StoreSettings
from tests.support.released import load_sensors, release_to
from tests.support.report import table_of

pytestmark = pytest.mark.access

SHERIFF = release_to("SO-1", "TLP:GREEN")
ONLY_CBP = "TLP:RED//REL TO CBP"
SEEN = {"id": "x-1", "count": "1", "lon": "-103.0", "lat": "28.98", "at": "2026-03-03T04:05:00Z"}
KNOWN = SEEN | {"id": "x-3"}
EVENTS: dict[str, Any] = {
    "kind": "events",
    "reader": "csv",
    "columns": {
        "source_id": "id", "count": "count", "lon": "lon", "lat": "lat", "occurred_at": "at",
    },
    "values": {"kind": "death", "unit": "people", "detection": "patrol", "confidence": "high"},
    "time": {"format": "%Y-%m-%dT%H:%M:%SZ", "precision": "minute"},
}  # fmt: skip
SENSORS: dict[str, Any] = {
    "kind": "sensors",
    "reader": "csv",
    "columns": {"sensor_id": "id", "lon": "lon", "lat": "lat"},
    "values": {"kind": "tower", "range_m": 5000, "height_m": 20},
    "time": {"format": "%Y-%m-%dT%H:%M:%SZ"},
}


@pytest.fixture
def settings(own_warehouse: Path) -> StoreSettings:
    return StoreSettings(data=own_warehouse)


def load(
    settings: StoreSettings,
    declared: Mapping[str, Any],
    *rows: Mapping[str, str],
    source: str = "xsrc",
    **options: Any,
) -> tuple[int, int, int, int]:
    """Load rows; return how many were accepted, duplicate, superseded and rejected."""
    stated = {"id": source, "title": source, "publisher": "us", "terms": "none"}
    profile: Any = build_profile(source, {**declared, "source": stated | {"marking": "TLP:GREEN"}})
    table = pd.DataFrame([*rows]).assign(**{ROW: range(2, 2 + len(rows))})
    report: IngestReport = load_rows(
        settings, table, profile, SINKS[profile.kind], file="f.csv", **options
    )
    return report.accepted, report.duplicate, report.superseded, report.rejected


@pytest.mark.parametrize("count", ["1", "9"], ids=["its content", "another content"])
def test_a_row_of_a_withheld_event_is_counted_as_new_and_changes_nothing(
    settings: StoreSettings, count: str
) -> None:
    load(settings, EVENTS, SEEN, KNOWN)
    change_marking(settings, "xsrc", ONLY_CBP, record="x-3", by="Ana")
    before = table_of(settings.data, "events")
    row = KNOWN | {"count": count}
    assert load(settings, EVENTS, row, release=SHERIFF) == (1, 0, 0, 0)
    assert load(settings, EVENTS, row, row, release=SHERIFF) == (1, 1, 0, 0)
    pd.testing.assert_frame_equal(table_of(settings.data, "events"), before)
    new = SEEN | {"id": "x-7"}
    corrected = SEEN | {"count": "4"}
    assert load(settings, EVENTS, row, new, corrected, release=SHERIFF) == (2, 0, 1, 0)
    after = table_of(settings.data, "events").set_index("source_id")
    assert {*after.index} == {"x-1", "x-3", "x-7"}
    assert after["count"].to_dict() == {"x-1": 4, "x-3": 1, "x-7": 1}
    assert after.loc["x-3", "marking"] == ONLY_CBP
    assert load(settings, EVENTS, row)[1:3] == ((1, 0) if count == "1" else (0, 1)), "an operator"


def test_a_row_without_an_id_that_equals_a_withheld_event_is_counted_as_new(
    settings: StoreSettings,
) -> None:
    columns = {name: value for name, value in EVENTS["columns"].items() if value != "id"}
    nameless = EVENTS | {"columns": columns}
    load(settings, nameless, SEEN)
    (event_id,) = table_of(settings.data, "events")["event_id"]
    change_marking(settings, "xsrc", ONLY_CBP, record=event_id, by="Ana")
    assert load(settings, nameless, SEEN, release=SHERIFF) == (1, 0, 0, 0)
    assert load(settings, nameless, SEEN, SEEN, release=SHERIFF) == (2, 0, 0, 0)
    assert sorted(table_of(settings.data, "events")["marking"]) == ["TLP:GREEN", ONLY_CBP]


def test_a_row_of_a_withheld_sensor_is_counted_as_new_and_changes_nothing(
    settings: StoreSettings,
) -> None:
    rows = [{"id": name, "lon": "-110.9", "lat": "31.34"} for name in ("T-1", "T-2")]
    load(settings, SENSORS, *rows)
    change_marking(settings, "xsrc", ONLY_CBP, record="T-2", by="Ana")
    before = table_of(settings.data, "sensors")
    moved = rows[1] | {"lon": "-110.8"}
    for row in (rows[1], moved):
        assert load(settings, SENSORS, row, release=SHERIFF) == (1, 0, 0, 0)
    pd.testing.assert_frame_equal(table_of(settings.data, "sensors"), before)
    assert load(settings, SENSORS, rows[0] | {"lon": "-110.7"}, moved, release=SHERIFF) == (
        1, 0, 1, 0,
    )  # fmt: skip
    assert sorted(table_of(settings.data, "sensors")["lon"]) == [-110.9, -110.7]


def test_a_refusal_names_no_source_that_is_withheld(
    settings: StoreSettings, tmp_path: Path
) -> None:
    load_sensors(settings, tmp_path, [("T-1", -110.95, 31.36, "TLP:CLEAR")])
    row = {"id": "T-1", "lon": "-110.9", "lat": "31.34"}
    with pytest.raises(InputFileError, match="source towers has a sensor of that id already"):
        load(settings, SENSORS, row, source="mine", release=SHERIFF)
    change_marking(settings, "towers", ONLY_CBP, by="Ana")
    with pytest.raises(InputFileError) as told:
        load(settings, SENSORS, row, source="mine", release=SHERIFF)
    assert str(told.value) == "sensor_id 'T-1' cannot be used: give that sensor another id"
    with pytest.raises(InputFileError, match="source towers has a sensor of that id already"):
        load(settings, SENSORS, row, source="mine")
