"""Tests of what the panel says of a layer: loaded or not, its months, its sources, stale, real."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from cop.model.filter import Filter
from cop.model.picture import Picture, ShownLayer
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.overlay import build_map, seen_picture
from cop.ui.map import LayerView, MapState
from cop.ui.map.spec import LayerChange

pytestmark = pytest.mark.sources

STATISTICS = ("encounters", "seizures", "ports")


def open_service(folder: Path) -> Iterator[QueryService]:
    warehouse = Warehouse(StoreSettings(data=folder))
    yield QueryService(warehouse, tile_cache_mb=8)
    warehouse.close()


@pytest.fixture(scope="module")
def full(standing_dir: Path) -> Iterator[QueryService]:
    """The public files."""
    yield from open_service(standing_dir)


@pytest.fixture(scope="module")
def bare(bare_warehouse: Path) -> Iterator[QueryService]:
    """The region alone."""
    yield from open_service(bare_warehouse)


def views_of(service: QueryService, start: str, end: str, records: str) -> dict[str, LayerView]:
    window = TimeWindow(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))
    wanted = Filter(window=window, records=records)  # type: ignore[arg-type]
    described = build_map(service, service.view(wanted), Picture(filter=wanted), "dark")
    return {view.layer.id: view for view in described.layers}


def test_a_layer_says_its_months_and_its_sources(full: QueryService) -> None:
    views = views_of(full, "2022-08-15", "2022-09-15", "real")
    encounters = views["encounters"]
    assert encounters.status_note == "AUG \N{EN DASH} SEP 22, whole months"
    assert encounters.as_of == datetime(2022, 9, 30, 23, 59)
    assert encounters.sources == ("Border Patrol encounters by sector and month",)
    assert encounters.credits == ("DHS OHSS Key Homeland Security Metrics",)
    assert not encounters.stale
    assert all(views[name].is_loaded and views[name].status == "ok" for name in STATISTICS)
    ports = views["ports"]
    assert ports.stale
    assert ports.status_note == "MAR 19, whole month: newest available, before this window"
    assert {*(ports.sources or ())} == {
        "Entries at ports, United States - Mexico",
        "Ports of entry, United States - Mexico",
    }


def test_a_window_beyond_the_newest_month_says_that_it_ends(full: QueryService) -> None:
    note = views_of(full, "2022-09-01", "2022-11-01", "real")["encounters"].status_note
    assert note == "SEP 22, whole month, none published after"


def test_before_every_figure_the_layer_is_unknown(full: QueryService) -> None:
    view = views_of(full, "1990-01-01", "1990-02-01", "real")["encounters"]
    assert (view.status, view.is_loaded, view.as_of) == ("unknown", True, None)
    assert "later than this window" in view.status_note


def test_real_figures_beside_synthetic_events_say_so(full: QueryService) -> None:
    view = views_of(full, "2022-08-15", "2022-09-15", "synthetic")["encounters"]
    assert not view.synthetic
    assert view.status_note.endswith("REAL figures beside SYNTHETIC events")


def test_places_and_lines_credit_their_source(full: QueryService) -> None:
    views = views_of(full, "2018-01-01", "2019-01-01", "real")
    for name in ("stations", "barriers"):
        assert views[name].is_loaded
        assert views[name].status_note.startswith("loaded ")
    assert views["barriers"].as_of == datetime(2017, 1, 26)
    assert views["stations"].as_of is None
    assert any("OpenStreetMap contributors" in text for text in views["barriers"].credits)
    assert any("OpenStreetMap contributors" in text for text in views["segments"].credits)


def test_conflict_has_its_own_time_and_source(full: QueryService) -> None:
    view = views_of(full, "2018-01-01", "2019-01-01", "real")["conflict"]
    assert view.sources == ("Armed conflict in Mexico (UCDP GED)",)
    assert view.as_of is not None
    assert view.as_of.year == 2019
    humanitarian = views_of(full, "2018-01-01", "2019-01-01", "real")["humanitarian"]
    assert (humanitarian.is_loaded, humanitarian.status) == (False, "unknown")


@pytest.mark.parametrize(
    ("layer", "kind"),
    [("ports", "places"), ("stations", "places"), ("barriers", "lines"),
     ("encounters", "statistics"), ("seizures", "statistics"), ("hillshade", "terrain")],
)  # fmt: skip
def test_what_is_not_loaded_says_what_loads_it(bare: QueryService, layer: str, kind: str) -> None:
    view = views_of(bare, "2022-08-15", "2022-09-15", "real")[layer]
    assert (view.is_loaded, view.visible, view.status) == (False, False, "unknown")
    assert f"python -m cop ingest {kind} FILE --profile NAME" in view.status_note


def test_each_layer_keeps_its_own_measure(full: QueryService) -> None:
    changes = {
        "segments": LayerChange(visible=True, opacity=1, measure="barrier"),
        "ports": LayerChange(visible=True, opacity=1, measure="trucks"),
        "encounters": LayerChange(visible=True, opacity=0.5, measure="encounters"),
    }
    seen = seen_picture(full, full.view(), Picture(), MapState(changes=changes))
    assert seen.measures == ("barrier", "trucks")
    assert seen.shown is not None
    assert ShownLayer(id="encounters", opacity=0.5) in seen.shown
    picture = Picture.from_pairs(seen.to_pairs())
    assert picture.measures == seen.measures
    views = {
        v.layer.id: v for v in build_map(full, full.view(picture.filter), picture, "dark").layers
    }
    assert views["segments"].measure == "barrier"
    assert views["ports"].measure == "trucks"
    assert views["encounters"].measure is None
