"""Where sources report, since when they are stale, and what is therefore unknown and not zero."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cop.model.area import Area
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.figure import read_figures
from cop.query.headline import read_headline
from cop.query.reporting import is_stale, name_states, outside_filter, read_reporting
from cop.query.sector import read_sector_figures
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import merge_events
from cop.store.dataset.source import register_source
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import make_source

pytestmark = pytest.mark.glance

DAY = timedelta(days=1)
START = datetime(2026, 1, 30)
WEBB = {"county": "Webb, TX", "sector": "LRT", "segment_id": "LRT-0001"}


@pytest.fixture
def webb(own_warehouse: Path) -> QueryService:
    """Forty rows of one county over the whole region, whose source reports every day."""
    settings = StoreSettings(data=own_warehouse)
    frame = make_frame(40, source="webb", occurred_at=[START] * 40, **WEBB)
    frame["source_id"] = [str(i) for i in range(40)]
    with open_transaction(settings) as transaction:
        merge_events(transaction, "webb", (frame,))
        source = make_source("webb").model_copy(update={"cadence_days": 1.0})
        register_source(transaction, source)
        transaction.commit("webb")
    return QueryService(Warehouse(settings), tile_cache_mb=8)


def window(first: datetime, days: int) -> TimeWindow:
    return TimeWindow(start=first, end=first + days * DAY)


def test_shown_forty_rows_of_one_county_make_no_other_place_zero(webb: QueryService) -> None:
    requested = Filter(window=window(START, 1))
    view = webb.view(requested)
    found = read_figures(webb, view)
    assert found is not None
    counties = read_segments(view.snapshot)["county"]
    own = (counties == "Webb, TX").to_numpy()
    assert found.table["n"].notna().to_numpy().tolist() == own.tolist()
    assert found.table.loc[own, "n"].sum() == 40
    assert set(found.table.loc[~own, "state"]) == {"unknown"}
    sectors = read_sector_figures(webb, view).table.set_index("sector")
    assert sectors.loc["LRT", ["state", "reported", "counties"]].tolist() == ["observed", 1, 2]
    assert set(sectors.drop(index=["LRT", "NONE"])["state"]) == {"unknown"}
    rgv = read_headline(webb, webb.view(replace(requested, sectors=("RGV",))))[0]
    assert (rgv.amount, rgv.reported) == (None, False)


def test_a_source_reports_until_its_next_update_is_overdue(webb: QueryService) -> None:
    for days, states in ((0, "observed"), (1, "observed"), (2, "unknown"), (-2, "unknown")):
        view = webb.view(Filter(window=window(START + days * DAY, 1), counties=("Webb, TX",)))
        found = set(name_states(read_segments(view.snapshot), view, read_reporting(webb, view)))
        assert found == {states, "outside"}, days


def test_a_kind_that_no_source_reports_is_unknown(webb: QueryService) -> None:
    requested = Filter(window=window(START, 1), counties=("Webb, TX",))
    assert read_reporting(webb, webb.view(requested)).sources
    drones = read_reporting(webb, webb.view(replace(requested, kinds=("drone",))))
    assert (drones.sources, drones.places, drones.newest) == ((), frozenset(), None)
    assert not drones.is_stale


def test_stale_is_what_every_source_is(webb: QueryService) -> None:
    snapshot = webb.warehouse.snapshot
    view = webb.view(Filter())
    for age, stale in ((1.2 * DAY, False), (1.3 * DAY, True)):
        known = replace(snapshot, known_at=START + age)
        assert is_stale(webb, replace(view, snapshot=known)) is stale
    elsewhere = webb.view(Filter(sectors=("RGV",)))
    assert not is_stale(webb, elsewhere), "what nobody reports on is unknown, not stale"


def test_a_source_without_an_interval_is_stale_after_three_days(service: QueryService) -> None:
    view = service.view(Filter(records="synthetic"))
    reporting = read_reporting(service, view)
    assert reporting.freshness is not None
    assert reporting.freshness.allowed == timedelta(days=1.25)
    assert not reporting.is_stale


def test_an_area_narrows_the_places_that_report(service: QueryService) -> None:
    view = service.view(Filter(records="synthetic"))
    segments = read_segments(view.snapshot)
    west, south, east, north = segments[segments["county"] == "Webb, TX"].total_bounds
    box = Area(vertices=((west, south), (east, south), (east, north), (west, north)))
    narrowed = view.narrowed(replace(view.filter, area=box))
    inside = segments[~outside_filter(segments, narrowed.filter)]
    assert set(inside["county"]) >= {"Webb, TX"}
    places = read_reporting(service, narrowed).places
    assert places <= set(zip(inside["sector"], inside["county"], strict=True))
    assert ("LRT", "Webb, TX") in places
    far = Area(vertices=((-100, 40), (-99, 40), (-99, 41), (-100, 41)))
    off = view.narrowed(replace(view.filter, area=far))
    assert read_reporting(service, off).places, "off the line it is not known where records lie"
