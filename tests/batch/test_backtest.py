"""Tests of the backtest through Ibis against a plain count of the same records."""

from contextlib import closing

import pandas as pd
import pyarrow as pa
import pytest

from cop.batch.backtest import READS, build_backtest
from cop.batch.local import DuckEngine
from cop.settings import StoreSettings
from tests.support.batch import (
    describe,
    is_sorted,
    publish_drawn,
    read_events,
    rows_of,
    write_table,
)
from tests.support.published import published_files

pytestmark = [pytest.mark.scale, pytest.mark.forecast]
WEEKS = 4
KEYS = ["segment_id", "source", "marking", "synthetic"]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> StoreSettings:
    return publish_drawn(tmp_path_factory.mktemp("batch") / "warehouse")


@pytest.fixture(scope="module")
def tables(
    settings: StoreSettings, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, pa.Table]:
    folder = tmp_path_factory.mktemp("written")
    with closing(DuckEngine(settings)) as engine:
        events = read_events(engine, settings, READS["events"])
        found = {}
        for table in build_backtest({"events": events}):
            found[table.name] = write_table(engine, table, folder)
            assert is_sorted(found[table.name], table.order)
            assert [*describe(found[table.name])] == [*table.columns]
    return found


@pytest.fixture(scope="module")
def events(settings: StoreSettings) -> pd.DataFrame:
    """The placed events with the Mondays of the weeks in which they occurred and became known."""
    columns = ["occurred_at", "reported_at", *KEYS]
    files = published_files(settings, "events")
    frame = pd.concat(pd.read_parquet(path, columns=columns) for path in files)
    frame = frame[frame["segment_id"].notna()]
    occurred = _monday(frame["occurred_at"])
    known = _monday(frame["reported_at"].fillna(frame["occurred_at"]))
    return frame.assign(occurred=occurred, known=known.where(known > occurred, occurred))


def _monday(moments: pd.Series) -> pd.Series:
    return moments.dt.to_period("W-SUN").dt.start_time


def _expect(events: pd.DataFrame, week: pd.Timestamp) -> pd.DataFrame:
    """What was counted in a week, and the two forecasts of it, of what was known by then."""
    known = events[events["known"] < week]
    last, first = week - pd.Timedelta(days=7), week - pd.Timedelta(days=7 * WEEKS)
    parts = {
        "n": events[events["occurred"] == week],
        "last_week": known[known["occurred"] == last],
        "four_weeks": known[(known["occurred"] >= first) & (known["occurred"] < week)],
    }
    counted = [part.groupby(KEYS).size().rename(name) for name, part in parts.items()]
    return pd.concat(counted, axis=1).fillna(0).astype(int).reset_index().assign(week=week)


def _forecast_weeks(events: pd.DataFrame) -> pd.DatetimeIndex:
    first = events["occurred"].min() + pd.Timedelta(days=7 * WEEKS)
    return pd.date_range(first, events["occurred"].max(), freq="7D")


def test_each_week_is_expected_from_what_was_known_before_it(
    tables: dict[str, pa.Table], events: pd.DataFrame
) -> None:
    expected = [
        _expect(own, week)
        for _, own in events.groupby("synthetic")
        for week in _forecast_weeks(own)
        if ((own["occurred"] <= week) & (own["occurred"] >= week - pd.Timedelta(days=28))).any()
    ]
    written = tables["backtest_weeks"]
    columns = written.column_names
    frame = pd.concat(expected)[columns].sort_values(columns[:5])
    assert [(str(row[0]), *row[1:]) for row in rows_of(written)] == [
        (str(row[0]), *row[1:]) for row in frame.itertuples(index=False, name=None)
    ]


def test_a_late_report_is_not_known_before_it_came(
    tables: dict[str, pa.Table], events: pd.DataFrame
) -> None:
    late = events[events["known"] > events["occurred"]]
    assert len(late) > 0
    written = tables["backtest_weeks"].to_pandas()
    assert written["last_week"].sum() < written["n"].sum()


def test_the_errors_are_means_over_all_weeks(
    tables: dict[str, pa.Table], events: pd.DataFrame
) -> None:
    """A week in which nothing was counted or expected is one without an error."""
    weeks = tables["backtest_weeks"].to_pandas()
    figures = ["n", "last_week", "four_weeks"]
    together = weeks.groupby(["synthetic", "segment_id", "week"])[figures].sum()
    for row in tables["backtest_scores"].to_pylist():
        own = together.loc[(row["synthetic"], row["segment_id"])]
        number = len(_forecast_weeks(events[events["synthetic"] == row["synthetic"]]))
        assert row["weeks"] == number
        assert row["n"] == own["n"].sum()
        assert row["last_value_error"] == (own["n"] - own["last_week"]).abs().sum() / number
        off = (own["n"] - own["four_weeks"] / WEEKS).abs().sum()
        assert row["moving_average_error"] == off / number
    assert len(tables["backtest_scores"]) == len(together.groupby(level=[0, 1]))
