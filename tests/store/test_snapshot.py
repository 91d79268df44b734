"""Tests of a snapshot: filters are resolved, missing rows have their caveat."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cop.errors import FilterError
from cop.model.default_records import DefaultRecords
from cop.model.event import OUTSIDE
from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.window import TimeWindow
from cop.store.catalogue.version import CatalogueVersion
from cop.store.catalogue.version_note import Quarantined
from cop.store.dataset.rollup import Rollup
from cop.store.dataset.source import SourceState
from cop.store.snapshot import Snapshot
from tests.support.store import make_source

pytestmark = pytest.mark.store


OLD, NEW = datetime(2026, 1, 1, 9), datetime(2026, 3, 1, 9)


def state_of(name: str, *, synthetic: bool = False, n: int = 3) -> SourceState:
    return SourceState(
        source=make_source(name, synthetic=synthetic), n=n, count=n, oldest=OLD if n else None,
        newest=NEW if n else None, loaded_at=NEW,
    )  # fmt: skip


def snapshot_of(*states: SourceState, quarantine: tuple[Quarantined, ...] = ()) -> Snapshot:
    return Snapshot(
        sectors={"TCA": "Tucson"},
        counties=("Pima, AZ",),
        region=None,
        credits=(),
        line_bounds=None,
        catalogue=CatalogueVersion(version=7, published_at=NEW, files={}),
        rollup=Rollup(parts={}),
        sources={state.source.id: state for state in states},
        quarantine=quarantine,
    )


REAL, DRILL = state_of("field"), state_of("drill", synthetic=True)


def lost(**changes: object) -> Quarantined:
    usual = {"dataset": "events", "sha256": "0" * 64, "found_at": NEW, "n_missing": 2}
    return Quarantined.model_validate(usual | changes)


@pytest.mark.parametrize(
    ("requested", "message"),
    [
        (Filter(sectors=("XYZ",)), "sector='XYZ' is unknown: use NONE, TCA"),
        (Filter(counties=("Nowhere",)), "county='Nowhere' is unknown: use NONE, Pima, AZ"),
        (Filter(sources=("x",)), "source='x' is unknown: use drill, field"),
        (Filter(sources=("field", "drill")), "real and synthetic records are never added together"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(requested: Filter, message: str) -> None:
    with pytest.raises(FilterError, match=message):
        snapshot_of(REAL, DRILL).resolve(requested)


def test_a_filter_settles_which_records_count() -> None:
    both, drill = snapshot_of(REAL, DRILL), snapshot_of(DRILL, state_of("empty", n=0))
    assert both.resolve(Filter(sectors=("TCA", OUTSIDE))).records == "real"
    first = CatalogueVersion(
        version=7, published_at=NEW, files={}, default=DefaultRecords(records="synthetic")
    )
    carried = replace(both, catalogue=first)
    assert carried.resolve(Filter()).records == "synthetic"
    assert carried.resolve(Filter(records="real")).records == "real"
    assert carried.resolve(Filter(sources=("field",))).records == "real"
    chosen = replace(carried, chosen=DefaultRecords(records="real", by="Avery"))
    assert chosen.resolve(Filter()).records == "real"
    assert chosen.resolve(Filter(sources=("drill",))).records == "synthetic"
    assert replace(drill, chosen=chosen.chosen).resolve(Filter()).records == "synthetic"
    assert both.resolve(Filter(sources=("drill",))).records == "synthetic"
    assert both.resolve(Filter(sources=("drill",), records="real")).records == "real"
    assert drill.resolve(Filter()).records == "synthetic"
    assert snapshot_of().resolve(Filter()).records == "real"


def test_newest_and_oldest_are_of_the_same_records() -> None:
    snapshot = snapshot_of(REAL)
    assert (snapshot.oldest("real"), snapshot.newest("real")) == (OLD, NEW)
    assert snapshot.newest("synthetic") is None


def test_the_period_before_must_be_on_record() -> None:
    snapshot = snapshot_of(REAL)
    month = Filter(window=TimeWindow(start=datetime(2026, 2, 1), end=NEW), records="real")
    before = snapshot.previous(month)
    assert before is not None
    assert (before.start, before.end) == (datetime(2026, 2, 1) - (NEW - datetime(2026, 2, 1)),
                                          datetime(2026, 2, 1))  # fmt: skip
    assert snapshot.previous(month.within(TimeWindow(start=OLD, end=NEW))) is None
    assert snapshot.previous(Filter(records="real")) is None
    lacking = snapshot_of(REAL, quarantine=(lost(part="2026-01"),))
    assert lacking.previous(month) is None


def test_a_caveat_is_of_the_months_and_sources_that_the_filter_touches() -> None:
    january = lost(part="2026-01", sources=("field",))
    snapshot = snapshot_of(REAL, DRILL, quarantine=(january, lost(dataset="sensors", n_missing=0)))
    window = TimeWindow(start=datetime(2026, 1, 20), end=datetime(2026, 2, 3))
    (caveat,) = snapshot.caveats(("events",), Filter(window=window, records="real"))
    assert "events of 2026-01" in caveat.text
    assert snapshot.lacks_events(Filter(window=window, records="real")) == (caveat,)
    assert snapshot.lacks_events(Filter(window=window, records="synthetic")) == ()
    assert snapshot.lacks_events(Filter(window=window, sources=("drill",))) == ()
    later = TimeWindow(start=datetime(2026, 2, 1), end=NEW)
    assert snapshot.lacks_events(Filter(window=later, records="real")) == ()
    page = snapshot.page_caveats(Filter(window=later, records="real"))
    assert [one.text.partition(":")[0] for one in page] == ["events of 2026-01", "sensors"]
    assert len(snapshot.page_caveats(Filter(window=later, records="synthetic"))) == 1
    assert len(snapshot.caveats(("sensors",), Filter())) == 1
    assert snapshot_of(REAL).caveats(("events",), Filter()) == ()


def test_now_is_the_present_or_what_was_known() -> None:
    snapshot = snapshot_of(REAL)
    assert abs(snapshot.now - utc_now()) < timedelta(minutes=1)
    assert replace(snapshot, known_at=NEW).now == NEW
    assert replace(snapshot, known_at=datetime(2999, 1, 1)).now < datetime(2999, 1, 1)
    assert snapshot.version == 7
