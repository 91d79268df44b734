"""Tests of the planner: counts give what the events give, for every filter they can answer."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cop.model.area import Area
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.settings import StoreSettings
from cop.store.catalogue.grain import (
    CELL_DAYS_8,
    CELL_DAYS_12,
    CELLS,
    DAYS,
    SECTOR_DAYS,
    SEGMENT_DAYS,
)
from cop.store.dataset import planner
from cop.store.dataset.planner import Grouping
from cop.store.dataset.selection import Selection
from cop.store.serving import copy, volume
from cop.store.serving.served import BY_TIME
from cop.store.warehouse import Warehouse
from tests.support.published import passing, read_published
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.scale

N = 4_000
FIRST = datetime(2025, 11, 20)
DAYS_LONG = 100
TABLES = [
    grain.table for grain in (DAYS, SECTOR_DAYS, CELLS, SEGMENT_DAYS, CELL_DAYS_8, CELL_DAYS_12)
]
MOMENTS = st.datetimes(FIRST - timedelta(days=40), FIRST + timedelta(days=DAYS_LONG + 40)) | (
    st.integers(-10, DAYS_LONG + 10).map(lambda day: FIRST + timedelta(days=day))
)
SECTORS, COUNTIES, KINDS = (
    ("TCA", "EPC", "NONE"),
    ("Pima, AZ", "El Paso, TX"),
    ("crossing", "rescue"),
)


def some(names: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), unique=True, max_size=2).map(lambda s: tuple(sorted(s)))


WINDOWS = st.tuples(st.none() | MOMENTS, st.none() | MOMENTS).map(
    lambda pair: (
        TimeWindow(start=pair[0], end=pair[1])
        if None in pair or pair[0] < pair[1]  # type: ignore[operator]
        else TimeWindow(start=pair[1], end=pair[0] + timedelta(seconds=1))
    )  # type: ignore[operator]
)
FILTERS = st.builds(
    Filter,
    window=WINDOWS,
    sectors=some(SECTORS),
    counties=some(COUNTIES),
    kinds=some(KINDS),
    records=st.sampled_from(["real", "synthetic"]),
)
COLUMNS = st.sampled_from(
    [
        ("sector",), ("day", "sector"), ("day", "kind"), ("county", "unit"), ("source", "unit"),
        ("segment_id", "unit"), ("mx", "my", "kind", "unit"), ("mx", "my"), ("day", "county"),
    ]
)  # fmt: skip
BITS = st.sampled_from([17, 20, 21, 22, 24])


def make_spread(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    seconds = rng.integers(DAYS_LONG * 86_400, size=n)
    kind = rng.choice(KINDS, n)
    return make_frame(
        n,
        source_id=[f"{seed} {i}" for i in range(n)],
        lon=rng.uniform(-112, -106, n),
        lat=rng.uniform(30, 32, n),
        count=rng.integers(0, 9, n),
        kind=kind,
        unit=np.where(rng.random(n) < 0.8, "people", "items"),
        sector=rng.choice(SECTORS, n),
        county=rng.choice(COUNTIES, n),
        segment_id=rng.choice(["TCA-0001", "TCA-0002", "EPC-0001", "NONE"], n),
        synthetic=seed == 2,
    ).assign(occurred_at=pd.to_datetime(FIRST) + pd.to_timedelta(seconds, unit="s"))


@pytest.fixture(scope="module", params=["served", "served by time", "partly", "not served"])
def warehouse(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    folder = StoreSettings(data=tmp_path_factory.mktemp("planner") / "warehouse", free_mb=0)
    publish_events(folder, make_spread(N, 1))
    publish_events(folder, make_spread(N, 2), source="made", synthetic=True)
    with closing(Warehouse(folder)) as warehouse, pytest.MonkeyPatch.context() as patch:
        if request.param == "served by time":
            patch.setattr(copy, "TIMED_EVENTS", 1)
            patch.setattr(volume, "VOLUME_EVENTS", N)
        asked: list[bool] = []

        def pause() -> bool:
            asked.append(True)
            return request.param != "partly" or len(asked) < 14

        if request.param != "not served":
            warehouse.serve(pause=pause)
        parts = warehouse._copy.served.parts
        files = warehouse.snapshot.catalogue.event_files
        assert {"partly": 0 < len(parts) < len(files), "not served": not parts}.get(
            request.param, len(parts) == len(files)
        )
        timed = warehouse._copy.served.timed
        assert (len(warehouse._copy.served.volumes) > 1) == (request.param == "served by time")
        assert timed == ({*files} if request.param == "served by time" else set())
        yield warehouse


@pytest.fixture(scope="module")
def events(warehouse: Warehouse) -> pd.DataFrame:
    return pd.DataFrame(read_published(warehouse.folder)).assign(
        day=lambda own: own["occurred_at"].dt.floor("D")
    )


def sums(warehouse: Warehouse, selection: Selection, keys: list[str]) -> dict[Any, Any]:
    grouped = ", ".join(keys)
    rows = warehouse.query(
        f"SELECT {grouped}, sum(n)::BIGINT, sum(count)::BIGINT FROM {selection.source} "
        f"WHERE {selection.where} GROUP BY ALL",
        selection.values,
    )
    return {row[:-2]: row[-2:] for row in rows}


def count_by_hand(own: pd.DataFrame, keys: list[str]) -> dict[Any, Any]:
    grouped = own.groupby(keys)["count"].agg(["size", "sum"])
    return {
        (key if isinstance(key, tuple) else (key,)): (int(row["size"]), int(row["sum"]))
        for key, row in grouped.iterrows()
    }


@given(requested=FILTERS, columns=COLUMNS, bits=BITS, cut=st.none() | MOMENTS, few=st.booleans())
@settings(
    max_examples=500,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_shown_counts_equal_the_events_for_random_filters(  # noqa: PLR0917 drawn
    warehouse: Warehouse,
    events: pd.DataFrame,
    requested: Filter,
    columns: tuple[str, ...],
    bits: int,
    cut: datetime | None,
    few: bool,
) -> None:
    grouping = Grouping(columns=columns, bits=bits, since=cut, events=0 if few else 10**9)
    selection = warehouse.counts(warehouse.snapshot, requested, grouping)
    keys = ["since", *columns] if cut is not None else [*columns]
    shifted = [f"{key} >> {bits} AS {key}" if key in ("mx", "my") else key for key in keys]
    own = passing(events, requested, synthetic=requested.records == "synthetic")
    own = own.assign(since=own["occurred_at"] >= cut if cut is not None else True)
    own = own.assign(mx=own["mx"] // 2**bits, my=own["my"] // 2**bits)
    assert sums(warehouse, selection, shifted) == count_by_hand(own, keys)


def tables_of(selection: Selection) -> set[str]:
    used = {table for table in TABLES if f'"{table}"' in selection.source}
    for part in selection.source.split(" UNION ALL "):
        if "occurred_at" in part:
            used.add(BY_TIME if f".{BY_TIME}_" in part else "events")
    return used


served = pytest.mark.parametrize("warehouse", ["served"], indirect=True)
WEEKS = TimeWindow(start=datetime(2025, 12, 10, 5), end=datetime(2026, 1, 20, 7))
MONTHS = TimeWindow(start=datetime(2025, 12, 1), end=datetime(2026, 2, 1))


@served
@pytest.mark.parametrize(
    ("requested", "grouping", "read"),
    [
        (Filter(window=WEEKS), Grouping(columns=("sector",)), {"rollup_sector_days", "events"}),
        (Filter(window=MONTHS), Grouping(columns=("day", "kind")), {"rollup_sector_days"}),
        (Filter(window=MONTHS), Grouping(columns=("county",)), {"rollup_days"}),
        (
            Filter(window=MONTHS, counties=("Pima, AZ",)),
            Grouping(columns=("kind",)),
            {"rollup_days"},
        ),
        (Filter(window=MONTHS), Grouping(columns=("segment_id",)), {"segment_days"}),
        (Filter(window=MONTHS, kinds=("rescue",)), Grouping(columns=("segment_id",)), {"events"}),
        (Filter(window=MONTHS), Grouping(columns=("mx", "my"), bits=20), {"rollup_cells"}),
        (Filter(window=MONTHS), Grouping(columns=("mx", "my"), bits=19), {"events"}),
        (Filter(window=MONTHS), Grouping(columns=("day", "mx", "my"), bits=22), {"cell_days_12"}),
        (Filter(window=WEEKS), Grouping(columns=("mx", "my"), bits=19), {"events"}),
        (Filter(window=WEEKS), Grouping(columns=("mx", "my"), bits=20), {"cell_days_12", "events"}),
        (Filter(window=WEEKS), Grouping(columns=("mx", "my"), bits=24), {"cell_days_8", "events"}),
    ],
)
def test_the_smallest_counts_that_can_tell_are_read(
    warehouse: Warehouse,
    requested: Filter,
    grouping: Grouping,
    read: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(planner, "FEW_EVENTS", 0)
    assert tables_of(warehouse.counts(warehouse.snapshot, requested, grouping)) == read


@served
def test_few_events_and_those_of_an_area_are_read_one_by_one(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    grouping = Grouping(columns=("sector",))
    few = warehouse.counts(warehouse.snapshot, Filter(window=MONTHS), grouping)
    assert tables_of(few) == {"events"}
    monkeypatch.setattr(planner, "FEW_EVENTS", 0)
    area = Area.of([(-111, 30), (-110, 30), (-110, 31)])
    found = warehouse.counts(warehouse.snapshot, Filter(window=MONTHS, area=area), grouping)
    assert tables_of(found) == {"events"}


HOURS = TimeWindow(start=datetime(2025, 12, 10, 5), end=datetime(2025, 12, 10, 17))
AREA = Area.of([(-111, 30), (-110, 30), (-110, 31)])


@pytest.mark.parametrize("warehouse", ["served by time"], indirect=True)
@pytest.mark.parametrize(
    ("requested", "grouping", "few", "read"),
    [
        (Filter(window=HOURS), Grouping(columns=("sector",)), True, {BY_TIME}),
        (Filter(window=HOURS), Grouping(columns=("sector",)), False, {BY_TIME}),
        (Filter(window=HOURS, area=AREA), Grouping(columns=("sector",)), True, {"events"}),
        (Filter(window=HOURS, sectors=("TCA",)), Grouping(columns=("kind",)), True, {BY_TIME}),
        (
            Filter(window=MONTHS, sectors=("TCA",)),
            Grouping(columns=("kind",)),
            True,
            {"events"},
        ),
        (Filter(window=WEEKS), Grouping(columns=("day",)), False, {"rollup_sector_days", BY_TIME}),
        (
            Filter(window=HOURS),
            Grouping(columns=("mx", "my"), bits=22, events=0.5 * N / DAYS_LONG),
            True,
            {BY_TIME},
        ),
        (
            Filter(window=HOURS),
            Grouping(columns=("mx", "my"), bits=22, events=0.005 * N / DAYS_LONG),
            True,
            {"events"},
        ),
    ],
)
def test_what_is_read_by_time_is_a_smaller_share_than_what_lies_near(  # noqa: PLR0917 parameters
    warehouse: Warehouse,
    requested: Filter,
    grouping: Grouping,
    few: bool,
    read: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(planner, "FEW_EVENTS", 10**9 if few else 0)
    assert tables_of(warehouse.counts(warehouse.snapshot, requested, grouping)) == read
