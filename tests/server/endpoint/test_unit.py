"""Own units over HTTP: what is fresh and released to who asks; names are recorded nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from cop.access.access import VIEW_AS_COOKIE
from cop.access.identity import SESSION_COOKIE
from cop.access.viewer import Viewer
from cop.context import AppContext
from cop.exchange.tak.live import write_live
from cop.model.moment import utc_now
from cop.query.service import QueryService
from cop.server.gate import _UNUSED, UNITS_PATH
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.model.test_own_unit import own_unit
from tests.server.conftest import BASE, gated
from tests.support.access import shipped_policy
from tests.support.context import make_context

pytestmark = pytest.mark.exchange


@dataclass
class Asking:
    """Somebody who asks, and what the server then has recorded."""

    client: TestClient
    context: AppContext

    def units(self, query: str = "records=real") -> list[str]:
        answer = self.client.get(f"{UNITS_PATH}?{query}")
        assert answer.status_code == 200, answer.text
        return [unit["callsign"] for unit in answer.json()["units"]]


@contextmanager
def asking(data: Path, viewer: Viewer | None = None) -> Iterator[Asking]:
    service = QueryService(Warehouse(StoreSettings(data=data)), tile_cache_mb=1)
    context = make_context(service)
    try:
        with TestClient(gated(build_routes(context), viewer), base_url=BASE) as client:
            client.cookies.set(SESSION_COOKIE, "a" * 43)
            yield Asking(client, context)
    finally:
        service.warehouse.close()
        context.audit.close()


def write(data: Path, **markings: str) -> None:
    now = utc_now()
    units = [
        own_unit(callsign=name, marking=marking, at=now, until=now + timedelta(minutes=9))
        for name, marking in markings.items()
    ]
    write_live(data, "TAK-1", units)


MARKED = {
    "GREEN": "TLP:GREEN",
    "AMBER": "TLP:AMBER",
    "STRICT": "TLP:AMBER+STRICT",
    "RED": "TLP:RED",
}


def test_each_unit_is_released_by_its_marking(own_warehouse: Path) -> None:
    write(own_warehouse, **MARKED)
    policy = shipped_policy()
    with asking(own_warehouse) as operator:
        assert operator.units() == [*MARKED]
    with asking(own_warehouse, policy.room_viewer("b", name="Ana")) as room:
        assert room.units() == ["GREEN", "AMBER", "STRICT"]


def test_who_looks_as_another_agency_sees_what_both_may_read(own_warehouse: Path) -> None:
    from cop.access.access import Access

    write(own_warehouse, **MARKED, OWN="TLP:GREEN//REL TO JTF", BOTH="TLP:GREEN//REL TO JTF, DPS")
    viewer = shipped_policy().room_viewer("b", name="Ana")
    service = QueryService(Warehouse(StoreSettings(data=own_warehouse)), tile_cache_mb=1)
    seen = Access(service.warehouse.room).look_as(viewer, {VIEW_AS_COOKIE: "DPS"})
    service.warehouse.close()
    assert seen.view_as == "DPS"
    with asking(own_warehouse, seen) as looking:
        assert looking.units() == ["GREEN", "AMBER", "BOTH"]


def test_the_answer_has_what_a_map_shows_and_is_kept_nowhere(own_warehouse: Path) -> None:
    write(own_warehouse, **{"RANGER 1": "TLP:GREEN"})
    with asking(own_warehouse) as operator:
        answer = operator.client.get(f"{UNITS_PATH}?records=real")
        assert answer.headers["Cache-Control"] == "no-store"
        said: dict[str, Any] = answer.json()
        assert (said["servers"], said["records"]) == (["TAK-1"], "real")
        (unit,) = said["units"]
        assert (unit["title"], unit["lon"], unit["accuracy_m"]) == ("Ground unit", -110.94, 8.0)
        assert operator.units("records=synthetic") == []
        for wrong in ("records=all", "records=real&known_at=2026-01-01"):
            assert operator.client.get(f"{UNITS_PATH}?{wrong}").status_code == 400


def test_a_view_of_restricted_units_is_recorded_without_their_names(own_warehouse: Path) -> None:
    viewer = shipped_policy().room_viewer("b", name="Ana")
    write(own_warehouse, **{"RANGER 1": "TLP:GREEN"})
    with asking(own_warehouse, viewer) as room:
        room.units()
        assert [one for one in room.context.audit.file.read() if one.action == "view"] == []
        write(own_warehouse, **{"RANGER 1": "TLP:GREEN", "RANGER 2": "TLP:AMBER+STRICT"})
        for _ in range(3):
            room.units()
        (seen,) = [one for one in room.context.audit.file.read() if one.action == "view"]
        assert seen.subject == "own units TAK-1"
        assert seen.details == {"marking": "TLP:AMBER+STRICT"}
        assert not [one for one in room.context.audit.file.read() if "RANGER" in str(one)]


def test_a_map_that_asks_by_itself_keeps_no_session_alive() -> None:
    assert UNITS_PATH in _UNUSED
