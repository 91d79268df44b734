"""Annotations on the pages: the marking of the banner, the chip of an area and its figures."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.model.area import Area
from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.room.annotation import Annotations
from tests.support.drawing import AREA, drawing
from tests.support.record import make_frame
from tests.support.store import publish_events
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.table

TEXT = Area.of([(lon, lat) for lon, lat in AREA]).to_text()


@pytest.fixture
def drawn_dir(own_warehouse: Path) -> Path:
    """Two events inside of an area that is drawn and marked, one outside."""
    store = StoreSettings(data=own_warehouse)
    at = (utc_now() - timedelta(days=1)).replace(microsecond=0)
    frame = make_frame(
        3,
        source_id=["in", "edge", "out"],
        lon=[-110.5, -110.0, -109.5],
        lat=[31.5, 31.5, 31.5],
        occurred_at=[at] * 3,
        reported_at=[at] * 3,
    )
    publish_events(store, frame)
    with closing(Annotations(store)) as annotations:
        annotations.draw(drawing(title="*Falcon* <b>", marking="TLP:RED"), author="Avery")
    return own_warehouse


def strip(page: AppTest) -> str:
    return " ".join(str(part.proto.body) for part in page.get("html"))


@pytest.mark.parametrize("name", ["Picture", "Changes", "Patterns"])
def test_the_banner_is_marked_as_what_is_drawn(
    run_page: RunPage, drawn_dir: Path, name: str
) -> None:
    page = run_page(name, drawn_dir, records="real")
    assert not page.exception
    assert "TLP:RED" in strip(page)


def test_an_area_narrows_the_page_and_can_be_cleared(run_page: RunPage, drawn_dir: Path) -> None:
    page = run_page("Picture", drawn_dir, records="real", area=TEXT)
    assert not page.exception
    assert page.metric[0].value == "2"
    chip = page.button(key="filter-area")
    assert chip.label == r"Area: \*Falcon\* \<b\>"
    chip.click().run()
    assert page.metric[0].value == "3"
    assert "area" not in page.query_params


def test_an_area_that_nobody_drew_is_named_by_its_size(run_page: RunPage, drawn_dir: Path) -> None:
    page = run_page("Picture", drawn_dir, records="real", area="-111 31,-110 31,-110 32")
    assert page.button(key="filter-area").label.startswith("Area: 5\\,2")


def test_what_was_drawn_later_is_not_on_an_earlier_picture(
    run_page: RunPage, own_warehouse: Path
) -> None:
    store = StoreSettings(data=own_warehouse)
    publish_events(store, make_frame(3))
    with closing(Annotations(store, now=lambda: utc_now() + timedelta(hours=1))) as annotations:
        annotations.draw(drawing(marking="TLP:RED"), author="Avery")
    moment = (utc_now() + timedelta(minutes=1)).replace(microsecond=0)
    page = run_page("Picture", own_warehouse, records="real", known_at=moment.isoformat())
    assert "TLP:RED" not in strip(page)
