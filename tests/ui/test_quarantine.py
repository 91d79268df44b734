"""Tests of the pages over data in quarantine: one plain line, and unknown instead of a number."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.model.filter import Filter
from cop.model.picture import Picture
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.dataset.schema import EVENTS
from cop.store.integrity.repair import repair
from cop.store.warehouse import Warehouse
from cop.ui.component.event_table import build_csv
from cop.ui.component.event_timeline import build_timeline
from cop.ui.component.overlay import build_map
from tests.support.damage import flip_bit
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.store

RunPage = Callable[..., AppTest]
ADDRESS = {"from": "2026-03-05", "to": "2026-03-20", "records": "synthetic"}
WINDOW = TimeWindow(start=datetime(2026, 3, 5), end=datetime(2026, 3, 20))


@pytest.fixture(scope="module")
def damaged_dir(warehouse_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shared warehouse with every file of March 2026 damaged, and repaired."""
    folder = copy_warehouse(warehouse_dir, tmp_path_factory.mktemp("damaged") / "warehouse")
    for path in (folder / "datasets/main" / EVENTS / "month=2026-03").glob("*.parquet"):
        flip_bit(path)
    repair(StoreSettings(data=folder))
    return folder


@pytest.mark.parametrize("name", ["Picture", "Wall", "Sectors", "Patterns"])
def test_pages_say_what_is_in_quarantine(run_page: RunPage, damaged_dir: Path, name: str) -> None:
    page = run_page(name, damaged_dir, **ADDRESS)
    assert not page.exception
    assert not page.error
    if name != "Wall":
        shown = " ".join(str(part.proto.body) for part in page.get("html"))
        assert "QUARANTINE" in shown
        assert "Events of 2026-03" in shown
    whole = run_page(name, damaged_dir, **ADDRESS | {"from": "2026-04-05", "to": "2026-04-20"})
    assert not whole.exception
    # Forecasts and what is usual count that month too, so it is told beside any window.
    if name != "Wall":
        assert "Events of 2026-03" in " ".join(str(part.proto.body) for part in whole.get("html"))


def test_the_headline_is_unknown(run_page: RunPage, damaged_dir: Path) -> None:
    page = run_page("Picture", damaged_dir, **ADDRESS)
    values = {metric.label: metric.value for metric in page.metric}
    assert values["Events"] == values["People"] == "unknown"
    assert values["Rescues and deaths"] == values["Past forecast"] == "unknown"


def test_map_timeline_and_file_say_so(damaged_dir: Path) -> None:
    service = QueryService(Warehouse(StoreSettings(data=damaged_dir)), tile_cache_mb=8)
    picture = Picture(filter=Filter(window=WINDOW, records="synthetic"))
    spec = build_map(service, service.view(picture.filter), picture, "dark", wall=True)
    assert spec.empty_note.startswith("Events of 2026-03")
    states = {view.layer.id: (view.status, view.status_note) for view in spec.layers}
    assert states["events"][0] == "unknown"
    assert "events of 2026-03" in states["events"][1]
    timeline = build_timeline(service, service.view(picture.filter), "dark")
    assert timeline is not None
    unknown = [bar for bar in timeline.bars if bar.n is None]
    assert {bar.start.month for bar in unknown} == {3}
    assert all(bar.n for bar in timeline.bars if bar.start.month == 1)
    assert b"# events of 2026-03" in build_csv(service, service.view(picture.filter), None)
    service.warehouse.close()
