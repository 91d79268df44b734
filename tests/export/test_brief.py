"""The facts of a scene: its marking, ages, sources, center, and what was known when."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cop.export.brief import HandoutScene, build_brief
from cop.export.handout import open_scene
from cop.model.moment import format_dtg, utc_now
from cop.model.picture import ShownLayer
from cop.query.headline import read_headline
from cop.query.service import QueryService
from cop.query.summary import read_summary
from cop.query.text import format_figure
from cop.settings import StoreSettings
from cop.store.room.picture import SavedPictures
from cop.store.warehouse import Warehouse
from tests.export.conftest import Kept
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.table

NOW = utc_now()


def test_a_brief_says_what_every_hand_out_must(scenes: tuple[HandoutScene, HandoutScene]) -> None:
    scene = scenes[0]
    brief = build_brief(scene, created_at=NOW)
    assert brief.banner == "TLP:CLEAR · SYNTHETIC"
    assert brief.identity == f"Picture {scene.picture_id} revision 1"
    assert brief.center == "MGRS 12R WV 095 739, to 100 m (31.40000 N 110.90000 W)"
    assert brief.created == format_dtg(NOW)
    figures = read_headline(scene.service, scene.service.view(scene.picture.filter))
    assert brief.figures == [format_figure(figure) for figure in figures]
    assert {source.title for source in brief.sources} >= {
        "SYNTHETIC demo",
        "SYNTHETIC demo sensors",
    }
    assert all("old" in source.age and source.terms for source in brief.sources)
    assert "OpenStreetMap contributors" in "; ".join(brief.credits)
    assert brief.caveats == ()


def test_a_picture_that_is_not_saved_has_no_id_and_no_address(
    scenes: tuple[HandoutScene, HandoutScene],
) -> None:
    scene = replace(scenes[0], picture_id="", revision=0)
    brief = build_brief(scene, created_at=NOW, base="http://192.0.2.7")
    assert (brief.identity, brief.address, brief.link) == ("Picture not saved", "", "")
    assert "Picture not saved" in brief.picture_lines
    assert not [line for line in brief.picture_lines if line.startswith("Open")]


def test_the_legend_follows_the_measure_and_the_order(
    scenes: tuple[HandoutScene, HandoutScene],
) -> None:
    shown = (ShownLayer(id="segments"), ShownLayer(id="coverage", opacity=0.5))
    picture = replace(scenes[1].picture, shown=shown, measures=("coverage",))
    brief = build_brief(replace(scenes[1], picture=picture), created_at=NOW)
    assert [layer.title for layer in brief.explained] == [
        "Sensor coverage",
        "Border segments: Coverage",
    ]
    assert brief.explained[1].legend[0].unit == "share of segment-hours seen"
    assert brief.layers[1].opacity == 0.5


@pytest.mark.forecast
def test_the_risk_surface_is_handed_out_with_its_own_record(
    scenes: tuple[HandoutScene, HandoutScene],
) -> None:
    shown = (ShownLayer(id="risk_surface"), ShownLayer(id="risk"))
    picture = replace(scenes[1].picture, shown=shown)
    brief = build_brief(replace(scenes[1], picture=picture), created_at=NOW)
    line, surface = brief.explained
    assert line.layer.id == "risk"
    assert surface.legend[0].unit == "events expected per cell in the period"
    assert surface.legend[0].rows[-1].label == "unobserved"
    (said,) = surface.lines
    assert "SYNTHETIC" in said
    assert "% of events in the top 5% of cells (PAI " in said
    assert "the moving average" in said


def test_a_layer_that_is_not_loaded_says_so(scenes: tuple[HandoutScene, HandoutScene]) -> None:
    brief = build_brief(scenes[1], created_at=NOW)
    ports = next(layer for layer in brief.explained if layer.layer.id == "ports")
    assert ports.lines == ["unknown: not loaded"]
    assert ports.legend == ()


def test_real_records_are_not_called_synthetic(scenes: tuple[HandoutScene, HandoutScene]) -> None:
    scene = scenes[1]
    real = replace(scene.picture.filter, records="real")
    picture, view = replace(scene.picture, filter=real), scene.view.narrowed(real)
    brief = build_brief(replace(scene, picture=picture, view=view), created_at=NOW)
    assert brief.banner == "TLP:CLEAR"
    assert "SYNTHETIC demo" not in {source.title for source in brief.sources}


@pytest.fixture
def later(kept: Kept, tmp_path: Path) -> tuple[StoreSettings, str]:
    """A copy of the warehouse into which more came after the Picture was saved."""
    settings = StoreSettings(data=Path(shutil.copytree(kept.folder, tmp_path / "warehouse")))
    frame = make_frame(n=5, source="late", occurred_at=NOW - timedelta(days=1), synthetic=True)
    publish_events(settings, frame, source="late", synthetic=True)
    return settings, kept.plain


def test_shown_the_same_id_shows_the_same_picture_after_more_came(
    scenes: tuple[HandoutScene, HandoutScene], later: tuple[StoreSettings, str]
) -> None:
    settings, picture_id = later
    warehouse, saved = Warehouse(settings), SavedPictures(settings)
    service = QueryService(warehouse, tile_cache_mb=16)
    before = build_brief(scenes[1], created_at=NOW)
    after = build_brief(open_scene(service, saved, picture_id), created_at=utc_now())
    now = read_summary(service, service.view(scenes[1].picture.filter), "kind")
    saved.close()
    warehouse.close()
    assert [f.value for f in after.figures][:3] == [f.value for f in before.figures][:3]
    assert f"{now.total:,}" != after.figures[0].value
    assert after.version == before.version
    assert "late" not in {source.title.lower() for source in after.sources}
    assert after.identity == before.identity


def test_a_picture_whose_data_are_gone_says_so(scenes: tuple[HandoutScene, HandoutScene]) -> None:
    brief = build_brief(replace(scenes[1], lost=True), created_at=NOW)
    assert brief.caveats == (
        "The data of this Picture are no longer stored: it shows current data.",
    )
