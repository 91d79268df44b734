"""Tests of figures of statistics on hand-made months: window edges, the year before, staleness."""

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.layer import Statistic
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.query.statistic import (
    StatisticFigures,
    build_figures_of,
    choose_series,
    read_series,
    read_statistic,
)
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.record import merge_records
from cop.store.dataset.schema import STATISTICS
from cop.store.dataset.source import Source, register_source
from cop.store.warehouse import Warehouse

pytestmark = pytest.mark.sources

PEOPLE = Statistic(
    property="people",
    title="People",
    measures=("walkers", "riders"),
    place_kind="sector",
    key="sector",
    unit="people",
)
COCAINE = Statistic(
    property="cocaine",
    title="Cocaine",
    measures=("mass",),
    place_kind="sector",
    key="sector",
    unit="kg",
    dimensions=(("drug", ("Cocaine",)),),
)
KEY = ("measure", "place_kind", "place", "period_start", "period", "dimensions")


def months(start: str, *values: float | None, place: str = "TCA") -> pd.DataFrame:
    """A series of months; None leaves a month out."""
    starts = pd.date_range(start, periods=len(values), freq="MS").astype("datetime64[us]")
    frame = pd.DataFrame(
        {"place": place, "period_start": starts, "value": values, "period": "month", "source": "s"}
    )
    return frame.dropna(subset="value").astype({"value": "float64"}).reset_index(drop=True)


def figures_of(series: pd.DataFrame, start: str | None, end: str | None) -> StatisticFigures:
    window = TimeWindow(
        start=datetime.fromisoformat(start) if start else None,
        end=datetime.fromisoformat(end) if end else None,
    )
    return build_figures_of(PEOPLE, series, window)


TWO_YEARS = months("2021-01-01", *range(1, 25))
"""1 in January 2021 to 24 in December 2022."""


@pytest.mark.parametrize(
    ("start", "end", "value", "before", "words"),
    [
        ("2022-08-01", "2022-10-01", 20 + 21, 8 + 9, "AUG \N{EN DASH} SEP 22, whole months"),
        ("2022-08-31T23:59", "2022-09-01", 20, 8, "AUG 22, whole month"),
        ("2022-08-31T23:59", "2022-09-01T00:01", 41, 17, "AUG \N{EN DASH} SEP 22, whole months"),
        ("2022-09-10", "2022-09-20", 21, 9, "SEP 22, whole month"),
        ("2021-12-15", "2022-01-15", 12 + 13, None, "DEC 21 \N{EN DASH} JAN 22, whole months"),
        ("2022-01-01", None, sum(range(13, 25)), sum(range(1, 13)), "JAN \N{EN DASH} DEC 22"),
        (None, "2021-02-01", 1, None, "JAN 21, whole month"),
    ],
)
def test_the_months_that_overlap_the_window_count_whole(
    start: str | None, end: str | None, value: float, before: float | None, words: str
) -> None:
    figures = figures_of(TWO_YEARS, start, end)
    (row,) = figures.table.to_dict("records")
    assert row["value"] == value
    assert not figures.stale
    assert figures.describe_periods().startswith(words)
    if before is None:
        assert pd.isna(row["before"])
        assert pd.isna(row["change"])
    else:
        assert row["before"] == before
        assert row["change"] == pytest.approx(100 * (value - before) / before)


def test_after_the_newest_month_that_month_is_shown_as_stale() -> None:
    figures = figures_of(TWO_YEARS, "2026-01-01", "2026-01-31")
    assert figures.stale
    assert figures.first == figures.last == figures.newest == datetime(2022, 12, 1)
    assert figures.ended_at == datetime(2023, 1, 1)
    assert figures.table["value"].tolist() == [24]
    assert figures.table["before"].tolist() == [12]


def test_in_a_gap_the_newest_month_before_it_is_shown() -> None:
    figures = figures_of(months("2022-01-01", 5, None, None, 7), "2022-02-10", "2022-03-10")
    assert figures.stale
    assert figures.last == datetime(2022, 1, 1)
    assert figures.newest == datetime(2022, 4, 1)
    assert figures.table["value"].tolist() == [5]


def test_before_the_oldest_month_nothing_is_known() -> None:
    figures = figures_of(TWO_YEARS, "2020-01-01", "2021-01-01")
    assert not figures.stale
    assert figures.first is None
    assert figures.last is None
    assert figures.table["value"].isna().all()
    assert figures.table["periods"].tolist() == [0]


def test_one_missing_month_makes_the_year_before_unknown_for_that_place_alone() -> None:
    whole = months("2021-01-01", *range(1, 25), place="SDC")
    torn = months("2021-01-01", 1, None, *range(3, 25))
    table = figures_of(
        pd.concat([whole, torn], ignore_index=True), "2022-01-01", "2022-04-01"
    ).table.set_index("place")
    assert table["value"].to_dict() == {"SDC": 13 + 14 + 15, "TCA": 13 + 14 + 15}
    assert table.loc["SDC", "before"] == 1 + 2 + 3
    assert pd.isna(table.loc["TCA", "before"])
    assert pd.isna(table.loc["TCA", "change"])


def test_a_place_without_the_month_is_unknown_and_one_with_fewer_says_how_many() -> None:
    series = pd.concat(
        [months("2022-01-01", 1, 2, 3, place="SDC"), months("2022-01-01", 4, 5, None)],
        ignore_index=True,
    )
    march = figures_of(series, "2022-03-01", "2022-04-01").table.set_index("place")
    assert march.loc["SDC", "value"] == 3
    assert pd.isna(march.loc["TCA", "value"])
    spring = figures_of(series, "2022-01-01", "2022-04-01").table.set_index("place")
    assert spring["periods"].to_dict() == {"SDC": 3, "TCA": 2}


def test_growth_from_nothing_has_no_percentage() -> None:
    (row,) = figures_of(
        months("2021-05-01", 0, *[1] * 12), "2022-05-01", "2022-05-02"
    ).table.to_dict("records")
    assert (row["value"], row["before"]) == (1, 0)
    assert pd.isna(row["change"])


def test_sectors_narrow_a_statistic_of_sectors_alone() -> None:
    series = pd.concat([TWO_YEARS, TWO_YEARS.assign(place="SDC")], ignore_index=True)
    one = build_figures_of(PEOPLE, series, TimeWindow(), sectors=("SDC",))
    assert one.table["place"].tolist() == ["SDC"]


@pytest.mark.parametrize(
    ("period", "starts", "words"),
    [
        ("day", ("2022-03-01", "2022-03-02"), "01 MAR 22 \N{EN DASH} 02 MAR 22, whole days"),
        ("year", ("2021-01-01", "2022-01-01"), "2021 \N{EN DASH} 2022, whole years"),
    ],
)
def test_days_and_years_are_periods_too(period: str, starts: tuple[str, ...], words: str) -> None:
    series = months("2022-01-01", 1, 2).assign(
        period=period, period_start=pd.to_datetime(list(starts)).astype("datetime64[us]")
    )
    end = pd.Timestamp(starts[-1]) + pd.Timedelta(hours=1)
    figures = figures_of(series, starts[0], end.isoformat())
    assert figures.describe_periods() == words
    assert figures.table["value"].tolist() == [3]


def test_no_series_gives_no_figures() -> None:
    figures = figures_of(months("2022-01-01"), None, None)
    assert figures.table.empty
    assert figures.newest is None
    assert figures.sources == ()


def record(measure: str, month: str, value: float, **given: object) -> dict[str, object]:
    return {
        "measure": measure,
        "place_kind": "sector",
        "place": "TCA",
        "period_start": pd.Timestamp(month),
        "period": "month",
        "dimensions": None,
        "value": value,
        "unit": "people",
    } | given


def open_service(folder: Path, **sources: list[dict[str, object]]) -> QueryService:
    """A warehouse of statistics alone; a source whose name begins with syn is synthetic."""
    settings = StoreSettings(data=folder)
    with open_transaction(settings) as transaction:
        for name, rows in sources.items():
            source = Source(
                id=name,
                title=name,
                publisher="us",
                terms="none",
                kind="statistics",
                synthetic=name.startswith("syn"),
            )
            register_source(transaction, source)
            merge_records(transaction, STATISTICS, source, pd.DataFrame(rows), key=KEY)
        transaction.commit("statistics")
    return QueryService(Warehouse(settings), tile_cache_mb=8)


def values_of(service: QueryService, statistic: Statistic, **wanted: object) -> dict[str, float]:
    table = read_statistic(service, service.view(Filter(**wanted)), statistic).table  # type: ignore[arg-type]
    return dict(zip(table["place"], table["value"], strict=True))


def test_measures_and_dimensions_are_summed_per_place_and_period(tmp_path: Path) -> None:
    service = open_service(
        tmp_path,
        ours=[
            record("walkers", "2022-01-01", 3),
            record("riders", "2022-01-01", 4),
            record("walkers", "2022-02-01", 5),
            record("walkers", "2022-01-01", 100, place_kind="port"),
            record("trucks", "2022-01-01", 100),
        ],
    )
    series, synthetic = choose_series(service, service.view(), PEOPLE)
    assert not synthetic
    assert series["value"].tolist() == [7, 5]
    assert series["period_start"].is_monotonic_increasing
    service.warehouse.close()


def test_a_dimension_narrows_and_its_absence_in_a_published_month_is_zero(tmp_path: Path) -> None:
    heroin, cocaine = '{"drug": "Heroin"}', '{"drug": "Cocaine", "region": "SW"}'
    service = open_service(
        tmp_path,
        ours=[
            record("mass", "2022-01-01", 3, dimensions=cocaine),
            record("mass", "2022-01-01", 9, dimensions=heroin),
            record("mass", "2022-02-01", 9, dimensions=heroin),
            record("mass", "2022-04-01", 2, dimensions=cocaine),
        ],
    )
    series, _ = choose_series(service, service.view(), COCAINE)
    assert dict(zip(series["period_start"].dt.month, series["value"], strict=True)) == {
        1: 3,
        2: 0,
        4: 2,
    }
    service.warehouse.close()


def test_two_sources_of_one_figure_are_never_added_up(tmp_path: Path) -> None:
    service = open_service(
        tmp_path,
        early=[record("walkers", "2022-01-01", 10), record("walkers", "2022-02-01", 10)],
        later=[record("walkers", "2022-02-01", 11), record("walkers", "2022-03-01", 11)],
        other=[record("walkers", "2022-01-01", 4, place="SDC")],
    )
    figures = read_statistic(service, service.view(), PEOPLE)
    assert values_of(service, PEOPLE) == {"SDC": 4, "TCA": 22}
    assert figures.sources == ("later", "other")
    service.warehouse.close()


def test_synthetic_figures_never_stand_beside_real_records(tmp_path: Path) -> None:
    service = open_service(
        tmp_path,
        ours=[record("walkers", "2022-01-01", 10), record("mass", "2022-01-01", 2)],
        synthetic=[record("walkers", "2022-01-01", 99)],
    )
    assert values_of(service, PEOPLE, records="real") == {"TCA": 10}
    assert values_of(service, PEOPLE, records="synthetic") == {"TCA": 99}
    assert read_statistic(service, service.view(Filter(records="synthetic")), PEOPLE).synthetic
    stood_in = read_statistic(
        service,
        service.view(Filter(records="synthetic")),
        Statistic(
            property="kg", title="kg", measures=("mass",), place_kind="sector", key="k", unit="kg"
        ),
    )
    assert not stood_in.synthetic
    assert stood_in.table["value"].tolist() == [2]
    service.warehouse.close()


def test_a_warehouse_without_statistics_has_none(bare_warehouse: Path) -> None:
    warehouse = Warehouse(StoreSettings(data=bare_warehouse))
    assert read_series(warehouse, warehouse.snapshot, PEOPLE).empty
    service = QueryService(warehouse, tile_cache_mb=8)
    assert read_statistic(service, service.view(), PEOPLE).newest is None
    warehouse.close()
