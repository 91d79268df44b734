"""Tests of loading one file: counted, noted, refused or taken back."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cop.errors import ProfileError
from cop.ingest.profile.file import read_profile
from cop.ingest.profile.kind import StatisticProfile
from cop.ingest.sink.load import PROBLEMS_SHOWN, IngestReport, load_rows, refuse_source
from cop.ingest.sink.statistic import SINK
from cop.settings import StoreSettings
from cop.store.catalogue.history import read_history
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.record import ROW
from cop.store.dataset.source import Source, stored_sources
from tests.support.store import make_source

pytestmark = pytest.mark.sources


PROFILE = read_profile("ohss_sectors")
assert isinstance(PROFILE, StatisticProfile)


@pytest.fixture
def store(own_warehouse: Path) -> StoreSettings:
    return StoreSettings(data=own_warehouse)


def load(
    store: StoreSettings, *rows: tuple[str, str, str], profile: Any = PROFILE, **options: Any
) -> IngestReport:
    """Load figures: month, sector and people."""
    table = pd.DataFrame(rows, columns=["month", "sector", "quantity"], dtype="str")
    table[ROW] = range(2, 2 + len(table))
    return load_rows(store, table, profile, SINK, file="f.csv", **options)


TUCSON, YUMA = ("2020-05", "Tucson, AZ", "30"), ("2020-05", "Yuma, AZ", "10")
BROKEN = ("2020-13", "Tucson, AZ", "30")


def test_rows_are_counted_and_refused_ones_named(store: StoreSettings) -> None:
    report = load(store, TUCSON, YUMA, BROKEN)
    assert (report.accepted, report.rejected, report.duplicate) == (2, 1, 0)
    (problem,) = report.problems
    assert problem.startswith("f.csv, row 4: month='2020-13'")
    assert json.loads(report.to_json())["problems"] == [problem]
    again = load(store, TUCSON, ("2020-05", "Yuma, AZ", "12"), BROKEN)
    assert (again.accepted, again.duplicate, again.superseded) == (0, 1, 1)
    assert again.version is not None
    assert report.version is not None
    assert again.version > report.version


def test_a_load_leaves_a_note_and_its_refused_rows(store: StoreSettings) -> None:
    report = load(store, TUCSON, BROKEN)
    with open_transaction(store) as transaction:
        newest = read_history(transaction.cursor)[0]
        assert stored_sources(transaction)["ohss_sectors"][0] == PROFILE.source
    assert newest.version == report.version
    assert newest.message == "statistics from f.csv by profile ohss_sectors"
    assert newest.load is not None
    assert (newest.load.accepted, newest.load.rejected) == (1, 1)
    assert newest.load.rejects_file is not None
    refused = pd.read_csv(store.data / newest.load.rejects_file, dtype=str)
    assert "2020-13" in set(refused.to_numpy().ravel())


def test_a_dry_run_changes_nothing(store: StoreSettings) -> None:
    report = load(store, TUCSON, dry_run=True)
    assert (report.accepted, report.version) == (1, None)
    with open_transaction(store) as transaction:
        assert "ohss_sectors" not in stored_sources(transaction)


def test_as_many_problems_are_shown_as_asked(store: StoreSettings) -> None:
    rows = [(f"2020-{month}", "Tucson, AZ", "1") for month in range(13, 23)]
    assert len(load(store, *rows, dry_run=True).problems) == PROBLEMS_SHOWN
    assert len(load(store, *rows, dry_run=True, shown=2).problems) == 2


def test_a_source_of_another_kind_is_refused(store: StoreSettings) -> None:
    load(store, TUCSON)
    source = PROFILE.source.model_copy(update={"synthetic": True})
    made_up = PROFILE.model_copy(update={"source": source})
    with pytest.raises(
        ProfileError, match="source 'ohss_sectors' holds real records; give made-up"
    ):
        load(store, YUMA, profile=made_up)


def source_of(**changes: Any) -> Source:
    return make_source().model_copy(update={"marking": "TLP:GREEN", **changes})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"title": "Another title"}, None),
        ({"marking": "TLP:RED"}, None),
        ({"kind": "sensors"}, "holds events already; give this profile's source another id"),
        ({"synthetic": True}, "holds real records; give made-up ones another source id"),
        ({"marking": "TLP:CLEAR"}, "is TLP:GREEN and TLP:CLEAR is lower; mark the rows TLP:GREEN"),
    ],
)
def test_records_must_be_as_their_source_is(changes: dict[str, Any], reason: str | None) -> None:
    found = refuse_source(source_of(), source_of(**changes))
    assert found == reason or (found is not None and reason is not None and reason in found)


def test_fewer_agencies_are_no_lower_marking_and_more_are() -> None:
    stored = source_of(marking="TLP:AMBER//REL TO DPS, JTF")
    assert refuse_source(stored, source_of(marking="TLP:AMBER//REL TO JTF")) is None
    found = refuse_source(stored, source_of(marking="TLP:AMBER//REL TO DPS, JTF, PCSO"))
    assert found is not None and "is lower" in found
