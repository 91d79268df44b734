"""The choice of a moment: its address, its ages, its widgets, on every page that has a strip."""

import json
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from cop.model.moment import format_instant, utc_now
from cop.model.picture import Picture
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.address import settle
from cop.ui.component.overlay import build_map
from tests.support.record import make_frame
from tests.support.store import date_versions, publish_events
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.table

THEN = datetime(2026, 2, 3, 6)
LATER = datetime(2026, 2, 20)
BANNER = "AS KNOWN AT 040000Z FEB 26"


@pytest.fixture
def dated_dir(own_warehouse: Path) -> Path:
    """Three events known on 3 February 2026, a fourth on the 20th."""
    store = StoreSettings(data=own_warehouse)
    publish_events(store, make_frame(3, source_id=["a", "b", "c"]))
    publish_events(store, make_frame(1, source_id=["d"], occurred_at=datetime(2026, 2, 19)))
    warehouse = Warehouse(store)
    versions = sorted(warehouse.versions)[-2:]
    warehouse.close()
    date_versions(own_warehouse, dict(zip(versions, (THEN, LATER), strict=True)))
    return own_warehouse


@pytest.mark.parametrize("name", ["Picture", "Wall", "Sectors", "Patterns"])
def test_every_page_says_that_it_is_not_the_present(
    run_page: RunPage, dated_dir: Path, name: str
) -> None:
    page = run_page(name, dated_dir, known_at="2026-02-04", records="real")
    assert not page.exception
    assert not page.error
    shown = [str(part.proto.body) for part in page.get("html")]
    shown += [json.loads(part.proto.json) for part in page.get("bidi_component") if name == "Wall"]
    assert BANNER in " ".join(map(str, shown))


def test_the_moment_is_chosen_and_left_in_the_sidebar(run_page: RunPage, dated_dir: Path) -> None:
    page = run_page("Picture", dated_dir, records="real")
    assert "known_at" not in page.query_params
    choice = page.selectbox(key="known-version")
    first = next(label for label in choice.options if label.startswith("030600Z FEB 26"))
    choice.select(first).run()
    assert page.query_params["known_at"] == format_instant(THEN)
    assert page.metric[0].value == "3"
    next(button for button in page.button if button.label == "Back to now").click().run()
    assert "known_at" not in page.query_params


def test_ages_and_recent_windows_count_from_that_moment(dated_dir: Path) -> None:
    service = QueryService(Warehouse(StoreSettings(data=dated_dir)), tile_cache_mb=1)
    moment = datetime(2026, 2, 4)
    held = partial(service.view, known_at=moment)
    assert held().snapshot.now == moment
    window = settle(Picture(preset="7 d"), held()).filter.window
    assert (window.start, window.end) == (moment - timedelta(days=7), moment)
    views = {view.layer.id: view for view in build_map(service, held(), Picture(), "dark").layers}
    assert not views["events"].stale
    assert "known_at=2026-02-04T00%3A00%3A00Z" in views["events"].tile_url
    assert service.warehouse.snapshot.known_at is None
    future = partial(service.view, known_at=utc_now() + timedelta(days=1))
    assert future().snapshot.now <= utc_now()
    service.warehouse.close()
