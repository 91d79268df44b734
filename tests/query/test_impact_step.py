"""Tests of the steps that people take on impact levels, and of levels for programs."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from cop.errors import ImpactError
from cop.model.impact import RANKS, Agreement
from cop.model.moment import utc_now
from cop.query.impact import Impacts, read_impacts
from cop.query.impact_step import agree_impacts, clear_impacts, to_json
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.impact import QUIET, SURGE, publish_surge

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
