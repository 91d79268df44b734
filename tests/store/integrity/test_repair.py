"""Tests of repair and quarantine: the last good version stands in, and figures say so."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from cop.errors import DamageError, VersionDamagedError
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.query.summary import Summary, read_summary
from cop.settings import StoreSettings
from cop.store.catalogue.copy import keep_copy
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import withdraw_source
from cop.store.dataset.schema import EVENTS, QUARANTINE
from cop.store.integrity.doctor import examine
from cop.store.integrity.repair import repair
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse
from tests.support.damage import flip_bit
from tests.support.record import make_frame
from tests.support.store import files_below, publish_events, publish_table

pytestmark = [pytest.mark.store, pytest.mark.full]

JANUARY = TimeWindow(start=datetime(2026, 1, 1), end=datetime(2026, 2, 1))
FEBRUARY = TimeWindow(start=datetime(2026, 2, 1), end=datetime(2026, 3, 1))
MARCH = TimeWindow(start=datetime(2026, 3, 1), end=datetime(2026, 4, 1))


def snapshot_of(settings: StoreSettings) -> Snapshot:
    warehouse = Warehouse(settings)
    warehouse.close()
    return warehouse.snapshot


def damage(settings: StoreSettings, month: str, place: int = 0) -> str:
    """Flip a bit of a month's file that the newest version shows; gives its sha256."""
    files = [f for f in snapshot_of(settings).catalogue.files[EVENTS] if f"month={month}" in f]
    flip_bit(Path(files[place]))
    return Path(files[place]).stem


def summarize(settings: StoreSettings, window: TimeWindow, by: str = "kind") -> Summary:
    service = QueryService(Warehouse(settings), tile_cache_mb=1)
    summary = read_summary(service, service.view(Filter(window=window, records="real")), by)
    service.warehouse.close()
    return summary


def test_nothing_stands_in_where_there_was_no_earlier_version(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    sha256 = damage(settings, "2026-02")
    done = repair(settings)
    assert [(row.part, row.sha256, row.substitute_version) for row in done.quarantined] == [
        ("2026-02", sha256, None)
    ]
    assert done.quarantined[0].n == 28
    found = examine(settings)
    assert [f.line for f in found.findings if f.check == "files"] == []
    assert found.quarantine == done.quarantined
    lacking = summarize(settings, FEBRUARY)
    assert (lacking.total, lacking.counts) == (None, None)
    assert "2026-02" in lacking.caveats[0]
    for window, n in ((JANUARY, 2), (MARCH, 10)):
        whole = summarize(settings, window)
        assert (whole.total, whole.caveats) == (n, ())


def test_only_the_days_that_lack_records_are_unknown(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    damage(settings, "2026-02")
    repair(settings)
    days = summarize(settings, TimeWindow(start=datetime(2026, 1, 31), end=None), by="day")
    told = {row.key: row.n for row in days.rows}
    assert days.total is None
    assert [told[f"2026-02-{day:02d}"] for day in range(1, 29)] == [None] * 28
    assert (told["2026-01-31"], told["2026-03-01"]) == (1, 1)
    assert {row.key: row.n for row in summarize(settings, TimeWindow(), by="year").rows} == {
        "2026": None
    }
    part = TimeWindow(start=datetime(2026, 2, 27, 12), end=datetime(2026, 3, 2))
    cut = {row.key: row.n for row in summarize(settings, part, by="day").rows}
    assert cut == {"2026-02-27": None, "2026-02-28": None, "2026-03-01": 1}


def test_an_earlier_version_stands_in_with_its_caveat(settings: StoreSettings) -> None:
    rows = make_frame(40, source_id=[f"e{i}" for i in range(40)])
    publish_events(settings, rows)
    publish_events(settings, rows.assign(kind="rescue"))
    damage(settings, "2026-02")
    assert repair(settings).quarantined[0].substitute_version == 1
    stale = summarize(settings, FEBRUARY)
    assert [(row.key, row.n) for row in stale.rows] == [("crossing", 28)]
    assert "version 1 without later corrections" in stale.caveats[0]
    assert [row.key for row in summarize(settings, JANUARY).rows] == ["rescue"]
    assert summarize(settings, JANUARY).caveats == ()


def test_an_earlier_version_with_fewer_rows_gives_no_figure(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    publish_events(settings, make_frame(40, kind="rescue"))
    assert summarize(settings, FEBRUARY).total == 56
    damage(settings, "2026-02")
    (row,) = repair(settings).quarantined
    assert (row.substitute_version, row.n_part, row.n_missing) == (1, 56, 28)
    lacking = summarize(settings, FEBRUARY)
    assert lacking.total is None
    assert "version 1 without 28 records" in lacking.caveats[0]


def test_files_added_later_stay_beside_those_that_stand_in(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    for kind in ("rescue", "death", "drone"):
        publish_events(settings, make_frame(3, kind=kind, occurred_at=datetime(2026, 2, 5)))
    damage(settings, "2026-02", place=2)
    done = repair(settings)
    assert (done.quarantined[0].substitute_version, done.quarantined[0].n) == (2, 3)
    assert summarize(settings, FEBRUARY).total is None
    assert sum(1 for f in snapshot_of(settings).catalogue.files[EVENTS] if "2026-02" in f) == 3
    publish_events(settings, make_frame(3, kind="death", occurred_at=datetime(2026, 2, 5)))
    assert snapshot_of(settings).quarantine == ()
    assert summarize(settings, FEBRUARY).total == 28 + 9


def test_an_event_that_moved_to_another_month_counts_once(settings: StoreSettings) -> None:
    rows = make_frame(40, source_id=[f"e{i}" for i in range(40)])
    publish_events(settings, rows)
    moved = rows.iloc[[5]].assign(occurred_at=datetime(2026, 3, 1))
    publish_events(settings, moved)
    damage(settings, "2026-02")
    repair(settings)
    assert summarize(settings, TimeWindow()).total == 40
    assert summarize(settings, FEBRUARY).total == 27


def test_loading_all_of_it_again_ends_the_quarantine(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    damage(settings, "2026-02")
    moved = repair(settings).moved
    publish_events(settings, make_frame(20))
    assert [row.part for row in snapshot_of(settings).quarantine] == ["2026-02"]
    assert summarize(settings, FEBRUARY).total is None
    publish_events(settings, make_frame(60))
    snapshot = snapshot_of(settings)
    assert (snapshot.quarantine, QUARANTINE in snapshot.catalogue.files) == ((), False)
    assert summarize(settings, FEBRUARY).total == 28
    assert examine(settings).is_well
    assert all((settings.data / path).is_file() for path in moved)


def test_other_records_do_not_end_the_quarantine(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    damage(settings, "2026-02")
    repair(settings)
    publish_events(settings, make_frame(80, kind="drone"))
    publish_events(settings, make_frame(80, source="other"), source="other")
    assert len(snapshot_of(settings).quarantine) == 1


def test_only_figures_of_the_lost_sources_are_unknown(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    publish_events(settings, make_frame(2, source="other", synthetic=True), source="other")
    damage(settings, "2026-02")
    assert repair(settings).quarantined[0].sources == ("test",)
    service = QueryService(Warehouse(settings), tile_cache_mb=1)
    assert (
        read_summary(
            service, service.view(Filter(window=FEBRUARY, sources=("test",))), "kind"
        ).total
        is None
    )
    other = read_summary(service, service.view(Filter(window=FEBRUARY, sources=("other",))), "kind")
    assert (other.total, other.caveats) == (0, ())
    service.warehouse.close()


def test_a_source_that_is_withdrawn_is_no_longer_lacking(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    publish_events(settings, make_frame(2, source="other"), source="other")
    damage(settings, "2026-02")
    repair(settings)
    with open_transaction(settings) as transaction:
        withdraw_source(transaction, "test")
        transaction.commit("withdrawn")
    assert snapshot_of(settings).quarantine == ()


def test_a_damaged_month_is_never_written_anew(settings: StoreSettings) -> None:
    rows = make_frame(40, source_id=[f"e{i}" for i in range(40)])
    publish_events(settings, rows)
    sha256, before = damage(settings, "2026-02"), files_below(settings.data)
    with pytest.raises(DamageError, match=sha256) as refused:
        publish_events(settings, rows.assign(kind="rescue"))
    assert "cop doctor --repair" in str(refused.value)
    assert files_below(settings.data) == before
    assert snapshot_of(settings).version == 1


def test_a_table_is_shown_as_it_was(settings: StoreSettings) -> None:
    for value in (1, 2, 3):
        publish_table(settings, value)
    (newest,) = snapshot_of(settings).catalogue.files["thing"]
    flip_bit(Path(newest))
    done = repair(settings)
    snapshot = snapshot_of(settings)
    assert done.quarantined[0].substitute_version == 2
    assert pd.read_parquet(snapshot.catalogue.files["thing"][0])["a"].tolist() == [2]
    assert "thing" in snapshot.caveats(("thing",), Filter())[0].text
    publish_table(settings, 4)
    assert snapshot_of(settings).quarantine == ()


def test_a_table_without_another_version_is_gone_and_said(settings: StoreSettings) -> None:
    publish_table(settings, 1)
    publish_events(settings, make_frame(3))
    flip_bit(Path(snapshot_of(settings).catalogue.files["thing"][0]))
    repair(settings)
    snapshot = snapshot_of(settings)
    assert "thing" not in snapshot.catalogue.files
    assert snapshot.caveats(("thing",), Filter())[0].missing
    assert snapshot.caveats((EVENTS,), Filter()) == ()


def test_versions_that_show_a_damaged_file_are_refused(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    (old,) = (p for p in files_below(settings.data) if "month=2026-02" in str(p))
    publish_table(settings, 1)
    publish_events(settings, make_frame(40, kind="rescue"))
    flip_bit(old)
    repair(settings)
    warehouse = Warehouse(settings)
    for version in (1, 2):
        with pytest.raises(VersionDamagedError, match=f"version={version} shows .*{old.name}"):
            warehouse.snapshot_at(version=version)
    assert warehouse.snapshot_at(version=3).version == 3
    warehouse.close()
    assert examine(settings).is_well


def test_damage_of_earlier_versions_alone_needs_no_publish(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    (old,) = (p for p in files_below(settings.data) if "month=2026-02" in str(p))
    publish_events(settings, make_frame(40, kind="rescue"))
    flip_bit(old)
    done = repair(settings)
    assert (done.version, len(done.moved)) == (None, 1)
    assert summarize(settings, FEBRUARY).caveats == ()
    assert examine(settings).is_well


def test_a_file_that_is_gone_is_kept_in_mind(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    (path,) = (p for p in files_below(settings.data) if "month=2026-02" in str(p))
    path.unlink()
    (moved,) = repair(settings).moved
    assert (settings.data / moved).stat().st_size == 0
    assert examine(settings).is_well
    assert summarize(settings, FEBRUARY).total is None


def test_damage_of_the_quarantine_itself_is_written_again(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    damage(settings, "2026-02")
    repair(settings)
    before = snapshot_of(settings).quarantine
    flip_bit(Path(snapshot_of(settings).catalogue.files[QUARANTINE][0]))
    repair(settings)
    assert examine(settings).is_well
    assert snapshot_of(settings).quarantine == before


def test_what_stands_in_may_be_damaged_in_turn(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    publish_events(settings, make_frame(40, kind="rescue"))
    first = damage(settings, "2026-02")
    repair(settings)
    second = damage(settings, "2026-02")
    repair(settings)
    rows = snapshot_of(settings).quarantine
    assert {(row.sha256, row.substitute_version) for row in rows} == {(first, None), (second, None)}
    assert summarize(settings, FEBRUARY).total is None
    assert examine(settings).is_well


def test_damage_twice_keeps_both_files(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    for _ in range(2):
        damage(settings, "2026-02")
        repair(settings)
        publish_events(settings, make_frame(40))
    aside = [p for p in (settings.data / "quarantine").rglob("*") if p.is_file()]
    assert len(aside) == 2


def test_a_whole_warehouse_is_left_as_it_is(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    done = repair(settings)
    assert (done.version, done.moved, done.quarantined) == (None, (), ())
    assert snapshot_of(settings).version == 1


def test_rows_and_bounds_of_the_catalogue_decide(settings: StoreSettings) -> None:
    """A file whose name is right and whose rows are others than were published is damage."""
    publish_events(settings, make_frame(40))
    with closing(sqlite3.connect(settings.data / "catalogue.sqlite")) as opened:
        opened.execute("UPDATE ducklake_data_file SET record_count = 29 WHERE record_count = 28")
        opened.commit()
    keep_copy(settings.data)
    (finding,) = (f for f in examine(settings).findings if f.check == "files")
    assert "holds 28 rows, the catalogue says 29" in finding.fault
