"""Own units on the Picture: offered where some are fresh, off by default, with their marking."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cop.exchange.tak.live import write_live
from cop.model.moment import format_instant, utc_now
from cop.model.own_unit import OwnUnit
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT, hold_context
from cop.ui.page.unit import describe_units, mark_units, offer_units
from tests.model.test_own_unit import own_unit
from tests.support.context import make_context
from tests.support.record import make_frame
from tests.support.store import publish_events
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.exchange
ADDRESS = {"from": "2026-01-25", "to": "2026-02-10", "records": "real"}


@pytest.fixture
def data(own_warehouse: Path) -> Path:
    publish_events(StoreSettings(data=own_warehouse), make_frame(3, source_id=["a", "b", "c"]))
    return own_warehouse


def fresh(now: datetime | None = None, **stated: Any) -> OwnUnit:
    at = now or utc_now()
    return own_unit(at=at, until=at + timedelta(minutes=9), **stated)


def told(page: AppTest) -> Any:
    """What the map is told of own units."""
    assert not page.exception
    given = [json.loads(part.proto.json) for part in page.get("bidi_component")]
    (shown,) = [one for one in given if "deck" in one]
    return shown["units"]


def test_they_are_offered_where_some_are_fresh_and_off_by_default(
    run_page: RunPage, data: Path
) -> None:
    assert told(run_page("Picture", data, **ADDRESS)) is None
    write_live(data, "TAK-1", [fresh()])
    page = run_page("Picture", data, **ADDRESS)
    assert told(page) == {
        "url": "/api/units", "records": "real", "servers": ["TAK-1"], "on": False,
    }  # fmt: skip
    assert "RANGER" not in str(page), "no position is in the page"
    earlier = run_page("Picture", data, **ADDRESS, known_at=format_instant(utc_now()))
    assert told(earlier) is None
    assert told(run_page("Picture", data, **ADDRESS | {"records": "synthetic"})) is None


def test_no_other_page_has_them(run_page: RunPage, data: Path) -> None:
    write_live(data, "TAK-1", [fresh()])
    for name in ("Wall", "Patterns"):
        page = run_page(name, data, **ADDRESS)
        given = [json.loads(part.proto.json) for part in page.get("bidi_component")]
        assert [one["units"] for one in given if "deck" in one] in ([None], []), name


def test_what_is_shown_is_marked_and_said(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = QueryService(Warehouse(StoreSettings(data=data)), tile_cache_mb=1)
    context = make_context(service)
    monkeypatch.setattr("streamlit.session_state", {CONTEXT: context})
    hold_context(context)
    view = service.view()
    write_live(data, "TAK-1", [fresh(marking="TLP:AMBER"), fresh(key="1" * 16, marking="TLP:RED")])
    assert mark_units(service, view, "TLP:GREEN", is_on=False) == "TLP:GREEN"
    assert mark_units(service, view, "TLP:GREEN", is_on=True) == "TLP:RED"
    assert describe_units(service, view, is_on=False) == ""
    assert describe_units(service, view, is_on=True) == "own units live from TAK-1, not stored"
    write_live(data, "TAK-1", [])
    assert offer_units(service, view, is_on=False) is None
    assert offer_units(service, view, is_on=True) is not None, "the switch stays for who uses it"
    assert describe_units(service, view, is_on=True) == "own units live, not stored"
    assert mark_units(service, view, "TLP:GREEN", is_on=True) == "TLP:GREEN"
    service.warehouse.close()
    context.audit.close()
