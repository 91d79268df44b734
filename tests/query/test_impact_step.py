"""Tests of the steps that people take on impact levels, and of levels for programs."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from cop.errors import ImpactError
from cop.ingest.marking import change_marking
from cop.ingest.sink.undo import undo_load
from cop.model.impact import RANKS, Agreement
from cop.model.moment import utc_now
from cop.query.impact import Impacts, read_impacts
from cop.query.impact_step import agree_impacts, clear_impacts, to_json
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.impact import QUIET, SURGE, publish_surge
from tests.support.released import draw_events, load_events, release_to

pytestmark = pytest.mark.forecast


@pytest.fixture
def service(own_warehouse: Path) -> Iterator[QueryService]:
    with closing(Warehouse(StoreSettings(data=own_warehouse))) as warehouse:
        yield QueryService(warehouse, tile_cache_mb=8)


def read(service: QueryService) -> Impacts:
    impacts = read_impacts(service, service.view())
    assert impacts is not None
    return impacts


def test_programs_get_no_number_that_is_not_known(service: QueryService) -> None:
    levels = to_json(read(service))
    assert levels["synthetic"] is False
    first = levels["segments"][0]  # type: ignore[index]
    assert first["figures"]["coverage"] is None
    assert first["state"] == "proposed"
    assert set(levels["checklists"]) == set(RANKS)  # type: ignore[call-overload]


def test_a_level_is_agreed_on_and_ended(own_warehouse: Path) -> None:
    publish_surge(own_warehouse, end=utc_now())
    with closing(Warehouse(StoreSettings(data=own_warehouse))) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=8)
        high = Agreement(segments=(QUIET,), by="Ana", reason="a crowd waits", level="high")
        (decision,) = agree_impacts(service, service.view(), read(service), high)
        assert (decision.segment_id, decision.by) == (QUIET, "Ana")
        segments = to_json(read(service))["segments"]
        assert isinstance(segments, list)
        (row,) = [one for one in segments if one["segment_id"] == QUIET]
        assert (row["level"], row["state"], row["reason"]) == ("high", "changed", "a crowd waits")
        over = Agreement(segments=(QUIET,), by="Ben", reason="it left")
        clear_impacts(service, service.view(), read(service), over)
        ended = read(service).of(QUIET)
        assert ended is not None
        assert ended.valid_decision is None
        with pytest.raises(ImpactError, match=SURGE):
            clear_impacts(
                service,
                service.view(),
                read(service),
                Agreement(segments=(SURGE,), by="Ben", reason="none"),
            )


def test_what_was_known_then_is_read_only(service: QueryService) -> None:
    view = service.view(known_at=utc_now() + timedelta(seconds=1))
    agreed = Agreement(segments=(SURGE,), by="Ana", reason="late")
    for step in (agree_impacts, clear_impacts):
        with pytest.raises(ImpactError, match=r"levels at \d{6}Z .* are read-only"):
            step(service, view, read(service), agreed)


@pytest.mark.access
def test_a_decision_is_withheld_once_a_source_that_it_rests_on_is_raised(
    own_warehouse: Path, tmp_path: Path
) -> None:
    settings, county = StoreSettings(data=own_warehouse), release_to("SO-1", "TLP:GREEN")
    publish_surge(own_warehouse, end=utc_now())
    said = Agreement(segments=(QUIET,), by="Ana", reason="9 crowds wait", level="high")

    def read_decisions() -> list[set[str]]:
        with closing(Warehouse(settings)) as warehouse:
            service = QueryService(warehouse, tile_cache_mb=8)
            own = (service.released_to(county), service)
            return [{*one.room.decisions.list("real")} for one in own]

    with closing(Warehouse(settings)) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=8).released_to(county)
        agree_impacts(service, service.view(), read(service), said)
    # A source that is no part of it changes nothing.
    load_events(settings, tmp_path, draw_events(9, seed=5, source="later"), marking="TLP:RED")
    assert read_decisions() == [{QUIET}, {QUIET}]
    change_marking(settings, "recorded", "TLP:RED", by="Ana")
    assert read_decisions() == [set(), {QUIET}]


@pytest.mark.access
def test_a_decision_from_before_sources_were_noted_is_for_those_who_may_read_all(
    own_warehouse: Path, tmp_path: Path
) -> None:
    settings, county = StoreSettings(data=own_warehouse), release_to("SO-1", "TLP:GREEN")
    publish_surge(own_warehouse, end=utc_now())
    with closing(Warehouse(settings)) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=8)
        impacts, said = read(service), Agreement(segments=(QUIET,), by="Ana", reason="waits")
        basis = {"records": "real", "version": 1, "marking": "TLP:GREEN"}
        service.room.decisions.agree(said, impacts.proposals, impacts.basis.rules, **basis)  # type: ignore[arg-type]
        assert {*service.released_to(county).room.decisions.list("real")} == {QUIET}
    load_events(settings, tmp_path, draw_events(9, seed=5, source="later"), marking="TLP:RED")
    with closing(Warehouse(settings)) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=8)
        assert service.released_to(county).room.decisions.list("real") == {}
        assert {*service.room.decisions.list("real")} == {QUIET}


@pytest.mark.access
def test_a_source_that_is_there_no_more_counts_as_in_its_version(
    own_warehouse: Path, tmp_path: Path
) -> None:
    settings, county = StoreSettings(data=own_warehouse), release_to("SO-1", "TLP:GREEN")
    for source, marking in (("open", "TLP:GREEN"), ("closed", "TLP:RED")):
        load_events(settings, tmp_path, draw_events(9, seed=5, source=source), marking=marking)
    with closing(Warehouse(settings)) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=8)
        version, impacts = service.snapshot.version, read(service)

        def decide(segment: str, *sources: str, of: int = version) -> None:
            said = Agreement(segments=(segment,), by="Ana", reason="waits", level="low")
            service.room.decisions.agree(
                said, impacts.proposals, impacts.basis.rules, records="real", version=of,
                marking="TLP:GREEN", sources=sources,
            )  # fmt: skip

        decide("TCA-0001", "open")
        decide("TCA-0002", "open", "closed")
        decide("TCA-0003", "open", of=version + 50)
    for source in ("open", "closed"):
        undo_load(settings, source, by="Ana")
    with closing(Warehouse(settings)) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=8)
        assert {*service.snapshot.sources} & {"open", "closed"} == set()
        assert {*service.released_to(county).room.decisions.list("real")} == {"TCA-0001"}
        assert len(service.room.decisions.list("real")) == 3
