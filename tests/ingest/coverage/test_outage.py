"""Outages: as text in a sensor's own record, and with status reports beside it."""

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.errors import FilterError
from cop.ingest.coverage.outage import (
    follow_reports,
    read_outages,
    rebuild_outages,
    write_outages,
)
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.dataset.report import merge_reports
from cop.store.dataset.schema import OUTAGE_COLUMNS, OUTAGES, SENSORS
from cop.store.dataset.source import Source, register_source
from tests.support.report import Row, make_reports, make_status_source

pytestmark = pytest.mark.coverage

ONE, TWO = make_status_source("one"), make_status_source("two")
HOUR = [datetime(2026, 1, 31, hour) for hour in range(24)]
MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
CAUSES = st.from_regex(r"[a-z][a-z ]{0,8}[a-z]", fullmatch=True)


@given(moments=st.lists(MOMENTS, min_size=2, max_size=2, unique=True), cause=CAUSES, open_=...)
def test_what_is_written_is_read_again(moments: list[datetime], cause: str, open_: bool) -> None:
    down_at, up_at = sorted(moments)
    up = None if open_ else up_at
    end = None if up is None else f"{up.isoformat()}Z"
    text = write_outages([(f"{down_at.isoformat()}Z", end, cause)] * 2)
    assert read_outages(text) == [(down_at, up, cause)] * 2


def test_an_outage_without_cause_is_of_unknown_cause_and_blanks_do_not_matter() -> None:
    text = " ; 2026-03-01T00:00Z/2026-03-02T00:00Z ;; 2026-03-03T01:00+01:00/..  bad weather ;"
    assert read_outages(text) == [
        (datetime(2026, 3, 1), datetime(2026, 3, 2), "unknown"),
        (datetime(2026, 3, 3), None, "bad weather"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-03-01T00:00Z", "write START/END CAUSE"),
        ("../2026-03-01T00:00Z", "down_at"),
        ("2026-03-02T00:00Z/2026-03-01T00:00Z x", "ends before it begins"),
        ("2026-03-01T00:00Z/2026-03-01T00:00Z", "ends before it begins"),
        ("2026-03-01T00:00Z/soon power", "up_at"),
        ("2026-03-01T00:00Z/.. power; / ", "write START/END CAUSE"),
    ],
)
def test_what_is_no_outage_is_refused_by_its_fault(text: str, said: str) -> None:
    with pytest.raises(FilterError, match=said):
        read_outages(text)


@pytest.fixture
def settings(tmp_path: Path) -> StoreSettings:
    return StoreSettings(data=tmp_path / "warehouse")


def down(sensor: str, hour: int, state: str = "down", cause: str | None = "power") -> Row:
    return sensor, HOUR[hour], state, cause, None, None, None


def store(transaction: WriteTransaction, source: Source, *rows: Row) -> None:
    merge_reports(transaction, source, make_reports(*rows))
    register_source(transaction, source)


def state_sensor(transaction: WriteTransaction, outages: str | None) -> None:
    row = {"source": "list", "sensor_id": "S-1", "outages": outages}
    transaction.replace(SENSORS, pd.DataFrame([row], dtype="str"))


def told(transaction: WriteTransaction) -> list[tuple[object, ...]]:
    """Sensor, source, hours from and to, state and cause, in the order that is stored."""
    table = transaction.read(OUTAGES)
    assert tuple(table) == OUTAGE_COLUMNS
    up = [None if pd.isna(at) else at.hour for at in table["up_at"]]
    down = table["down_at"].dt.hour
    columns = (table["sensor_id"], table["source"], down, up, table["state"], table["cause"])
    return list(zip(*columns, strict=True))


def test_the_record_of_a_sensor_and_its_reports_stand_beside_each_other(
    settings: StoreSettings,
) -> None:
    with open_transaction(settings) as transaction:
        state_sensor(transaction, "2026-01-31T02:00Z/2026-01-31T04:00Z weather")
        store(transaction, ONE, down("S-1", 3), down("S-1", 5, "up"))
        store(transaction, TWO, down("S-1", 3, "degraded", None))
        rebuild_outages(transaction)
        assert told(transaction) == [
            ("S-1", "list", 2, 4, "down", "weather"),
            ("S-1", "one", 3, 5, "down", "power"),
            ("S-1", "two", 3, None, "degraded", "not stated"),
        ]


def test_without_any_outage_the_dataset_is_empty_or_not_there(settings: StoreSettings) -> None:
    with open_transaction(settings) as transaction:
        state_sensor(transaction, None)
        store(transaction, ONE, down("S-1", 1, "up"))
        rebuild_outages(transaction)
        assert not transaction.has(OUTAGES) or transaction.read(OUTAGES).empty


def test_following_reports_is_as_deriving_all_anew(settings: StoreSettings) -> None:
    with open_transaction(settings) as transaction:
        state_sensor(transaction, "2026-01-31T02:00Z/.. weather")
        store(transaction, ONE, down("S-1", 1), down("S-2", 1))
        store(transaction, TWO, down("S-1", 1))
        follow_reports(transaction, ONE, ("S-1", "S-2"))
        store(transaction, ONE, down("S-1", 6, "up"), down("S-3", 2))
        follow_reports(transaction, ONE, ("S-1", "S-3"))
        followed = told(transaction)
        rebuild_outages(transaction)
        assert told(transaction) == followed
        assert [row[:4] for row in followed] == [
            ("S-1", "one", 1, 6),
            ("S-1", "two", 1, None),
            ("S-1", "list", 2, None),
            ("S-2", "one", 1, None),
            ("S-3", "one", 2, None),
        ]


def test_only_the_sensors_that_are_named_are_derived_anew(settings: StoreSettings) -> None:
    with open_transaction(settings) as transaction:
        store(transaction, ONE, down("S-1", 1), down("S-2", 1))
        rebuild_outages(transaction)
        store(transaction, ONE, down("S-1", 2, "up"), down("S-2", 2, "up"))
        follow_reports(transaction, ONE, ("S-1",))
        assert [row[:4] for row in told(transaction)] == [
            ("S-1", "one", 1, 2),
            ("S-2", "one", 1, None),
        ]
