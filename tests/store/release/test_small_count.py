"""Events that are few of their kind in a county and month are in no answer of a lower release."""

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

from cop.ingest.sink.undo import undo_load
from cop.model.filter import Filter, Records
from cop.model.moment import utc_now
from cop.model.release import Release
from cop.model.window import TimeWindow
from cop.query.change import read_changes
from cop.query.detail import read_event_detail
from cop.query.marking import page_marking
from cop.query.scope import read_scope
from cop.query.service import QueryService
from cop.query.summary import BY, read_summary
from cop.query.table import count_events, read_event_table
from cop.query.withheld import read_withheld
from cop.settings import StoreSettings
from cop.store.catalogue.grain import CELLS, DAYS, TOTALS
from cop.store.warehouse import Warehouse
from tests.store.release.conftest import EVENTS
from tests.store.release.test_snapshot import tile_ids
from tests.support.released import load_events, may_read, release_to
from tests.support.store import date_versions
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.access

FEW = [replace(release_to("DPS", "TLP:AMBER"), smallest_count=n) for n in (2, 4, 8)]
CELL = ["sector", "county", "kind", "synthetic", "month"]


def stored_events(service: QueryService) -> pd.DataFrame:
    """Every stored event with its cell, read from the files themselves."""
    files = list(service.snapshot.catalogue.event_files)
    rows = service.warehouse.query(
        "SELECT event_id, source, marking, count, occurred_at, strftime(occurred_at, '%Y-%m'), "
        "coalesce(sector, ''), coalesce(county, ''), kind, synthetic FROM read_parquet($files)",
        {"files": files},
    )
    columns = ["event_id", "source", "marking", "count", "occurred_at", "month"]
    return pd.DataFrame(rows, columns=[*columns, *CELL[:4]])


def seen_by_hand(service: QueryService, release: Release) -> pd.DataFrame:
    every = stored_events(service)
    read = every[[may_read(release, marking) for marking in every["marking"]]]
    n = read.groupby(CELL)["event_id"].transform("size")
    return read[n >= release.smallest_count]


def ids_of(service: QueryService) -> set[str]:
    return {*read_event_table(service, service.view(), None, most=5000)["event_id"]}


def ids_of_records(service: QueryService, records: Records) -> set[str]:
    view = service.view(Filter(records=records))
    return {*read_event_table(service, view, None, most=5000)["event_id"]}


@pytest.mark.parametrize("release", FEW, ids=lambda one: str(one.smallest_count))
def test_every_reader_leaves_out_the_same_events(released: QueryService, release: Release) -> None:
    service, own = released.released_to(release), seen_by_hand(released, release)
    view = service.view()
    whole = ids_of(released.released_to(replace(release, smallest_count=1)))
    assert 0 < len(own) < len(whole), "some are few, and some are not"
    assert ids_of(service) == {*own["event_id"]}
    for by in BY:
        assert read_summary(service, view, by).total == len(own), by
    kinds = {row.key: row.n for row in read_summary(service, view, "kind").rows}
    assert kinds == Counter(own["kind"])
    assert tile_ids(service, view)["n"] == len(own)
    for grain in (TOTALS, DAYS, CELLS):
        sql = f"SELECT sum(n)::BIGINT, sum(count)::BIGINT FROM {view.snapshot.rollup.select(grain)}"
        assert service.warehouse.query(sql) == [(len(own), own["count"].sum())]
    sources = view.snapshot.sources
    assert {n: s.n for n, s in sources.items() if s.n and n != "places"} == Counter(own["source"])
    for event_id in sorted(whole)[::7]:
        found = read_event_detail(service, view, event_id)
        assert (found is not None) == (event_id in {*own["event_id"]})


def test_two_filters_that_differ_by_an_hour_tell_of_nothing_few(released: QueryService) -> None:
    release = FEW[1]
    service, own = released.released_to(release), seen_by_hand(released, release)
    for moment in own["occurred_at"][:20]:
        window = TimeWindow(end=moment.to_pydatetime())
        found = count_events(service, service.view(Filter(window=window)), None)
        assert found == (own["occurred_at"] < moment).sum()


def test_it_is_told_that_small_counts_are_left_out(released: QueryService) -> None:
    service = released.released_to(FEW[1])
    left_out = "Left out: fewer than 4 events of a kind in a county and month"
    assert left_out in read_scope(service, service.view()).line
    other = released.released_to(replace(FEW[1], smallest_count=1))
    assert "Left out" not in read_scope(other, other.view()).line


def test_who_releases_sees_how_many(released: QueryService) -> None:
    release, view = FEW[1], released.view()
    groups = [g for g in read_withheld(released, view, release) if g.what == "Events"]
    few = sum(g.n for g in groups if g.reason.startswith("fewer than 4 events"))
    may = ids_of(released.released_to(replace(release, smallest_count=1)))
    assert few == len(may) - len(seen_by_hand(released, release))
    assert sum(g.n for g in groups) == len(ids_of(released)) - len(seen_by_hand(released, release))


def told(service: QueryService, since: datetime) -> Sequence[object]:
    view = service.view(since=since)
    read = [read_summary(service, view, by).rows for by in BY]
    changes = read_changes(service, view)
    return [
        *read,
        sorted(ids_of(service)),
        view.snapshot.catalogue.digest("events"),
        tile_ids(service, view),
        page_marking(view),
        (changes.total, changes.table.to_dict()),
    ]


def test_one_event_more_that_is_few_changes_nothing_and_enough_of_them_do(
    released_dir: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(released_dir, tmp_path / "warehouse"))
    settings = StoreSettings(data=data)
    release = replace(release_to("DPS"), smallest_count=4)
    more = [
        replace(
            EVENTS[0], source_id=f"more-{i}", kind="death", marking="TLP:CLEAR",
            occurred_at=datetime(2026, 3, 3, 4, 5, tzinfo=UTC), lon=-103.0, lat=28.98,
        )
        for i in range(4)
    ]  # fmt: skip
    hidden = replace(more[0], source_id="hidden", marking="TLP:CLEAR//REL TO CBP")
    found = []
    for n, added in enumerate((EVENTS, [*EVENTS, *more[:3]], [*EVENTS, *more[:3], hidden],
                               [*EVENTS, *more, hidden])):  # fmt: skip
        load_events(settings, tmp_path, added)
        warehouse = Warehouse(settings)
        everyone = QueryService(warehouse, tile_cache_mb=4)
        since = everyone.snapshot_at(version=2).catalogue.published_at
        assert len(ids_of(everyone)) == 500 + len(added) - len(EVENTS), n
        found.append(told(everyone.released_to(release), since))
        warehouse.close()
    assert found[1] == found[0], "three, where four are enough"
    assert found[2] == found[0], "a fourth that is not released to them is none"
    assert len(found[3][len(BY)]) == len(found[0][len(BY)]) + 4  # type: ignore[arg-type]


def test_synthetic_events_do_not_fill_the_cell_of_real_ones(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    settings = StoreSettings(data=copy_warehouse(bare_warehouse, tmp_path / "warehouse"))
    release = replace(release_to("DPS"), smallest_count=4)
    one = replace(
        EVENTS[0], source="few", kind="death", marking="TLP:CLEAR", lon=-103.0, lat=28.98,
        occurred_at=datetime(2026, 3, 3, 4, 5, tzinfo=UTC),
    )  # fmt: skip
    found = {}
    for n, (name, synthetic) in enumerate([("few", False), ("drill", True)]):
        some = [replace(one, source=name, source_id=f"{name}-{i}") for i in range(1 + 2 * n)]
        load_events(settings, tmp_path, some, synthetic=synthetic)
        warehouse = Warehouse(settings)
        everyone = QueryService(warehouse, tile_cache_mb=4)
        for service in (everyone, everyone.released_to(release)):
            for records in get_args(Records):
                key = (name, service is everyone, records)
                found[key] = len(ids_of_records(service, records))
        warehouse.close()
    assert found["drill", True, "real"] == 1
    assert found["drill", True, "synthetic"] == 3
    assert {n for (_, is_everyone, _), n in found.items() if not is_everyone} == {0}


def test_what_is_few_now_is_left_out_at_earlier_versions_and_is_not_withdrawn(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    settings = StoreSettings(data=copy_warehouse(bare_warehouse, tmp_path / "warehouse"))
    release = replace(release_to("DPS", "TLP:GREEN"), smallest_count=5)
    rows = [
        replace(
            EVENTS[0], source_id=f"one-{i}", kind="death", marking="TLP:GREEN",
            occurred_at=datetime(2026, 3, 3, 4, 5, tzinfo=UTC), lon=-103.0, lat=28.98,
        )
        for i in range(6)
    ]  # fmt: skip

    @contextmanager
    def seen() -> Iterator[QueryService]:
        warehouse = Warehouse(settings)
        yield QueryService(warehouse, tile_cache_mb=4).released_to(release)
        warehouse.close()

    load_events(settings, tmp_path, rows[:4])
    load_events(settings, tmp_path, rows[:5])
    with seen() as service:
        five = service.snapshot.version
    since = utc_now().replace(microsecond=0) - timedelta(hours=1)
    date_versions(settings.data, {five: since})
    undo_load(settings, rows[0].source, by="op")
    with seen() as service:
        four, earlier = service.snapshot.version, service.view(version=five)
        assert len(ids_of(service)) == 0
        assert count_events(service, earlier, None) == 0
        assert read_summary(service, earlier, "county").total == 0
        assert tile_ids(service, earlier)["n"] == 0
        assert read_changes(service, service.view(since=since)).total == 0
    load_events(settings, tmp_path, rows)
    with seen() as service:
        assert len(ids_of(service)) == 6
        assert count_events(service, service.view(version=five), None) == 5
        few = service.view(version=four, since=since)
        assert read_changes(service, few).counted("withdrawn") == 0
