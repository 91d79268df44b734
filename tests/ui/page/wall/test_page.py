"""Page, wall, hand-out and command line say the same of one result in the same words."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cop.__main__ import app
from cop.export.brief import HandoutScene, build_brief
from cop.export.impact import build_impact_lines
from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.picture import Picture
from cop.model.trial import SensorTrial
from cop.query.forecast.track import describe_track
from cop.query.headline import read_headline
from cop.query.impact import read_impacts
from cop.query.registry import find_layer
from cop.query.scope import read_scope
from cop.query.service import QueryService
from cop.query.text import describe_forecast, format_figure
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.address import settle
from cop.ui.component.overlay import build_map
from cop.ui.page.wall.page import build_kiosk
from cop.ui.page.wall.scene import Show
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.house
SYNTHETIC = Picture(filter=Filter(records="synthetic"))


@pytest.fixture(scope="module")
def service(warehouse_dir: Path) -> Iterator[QueryService]:
    warehouse = Warehouse(StoreSettings(data=warehouse_dir))
    yield QueryService(warehouse, tile_cache_mb=8)
    warehouse.close()


@pytest.mark.usefixtures("standing")
def test_shown_that_page_wall_and_hand_out_say_figures_and_forecast_alike(
    service: QueryService, warehouse_dir: Path, run_page: RunPage
) -> None:
    picture = settle(SYNTHETIC, service.view(SYNTHETIC.filter))
    view = service.view(picture.filter)
    texts = [format_figure(figure) for figure in read_headline(service, view)]
    forecast = describe_forecast(service, view)
    assert forecast is not None
    assert texts[-1].change is not None
    assert texts[-1].change.startswith("80% interval ")

    page = run_page("Picture", warehouse_dir, **dict(picture.to_pairs()))
    assert not page.exception
    drawn = [(metric.label, metric.value, metric.delta) for metric in page.metric]
    assert drawn == [(text.title, text.value, text.change or "") for text in texts]
    assert any(forecast.brief in str(part.proto.body) for part in page.get("html"))

    spec = build_map(service, view, picture, "dark", wall=True)
    kiosk = build_kiosk(service, view, spec, Show(picture=picture), said_at=utc_now())
    assert [(f.title, f.value, f.change) for f in kiosk.figures] == [
        (text.title, text.value, text.brief) for text in texts
    ]
    assert kiosk.figures[0].change in str(texts[0].change)
    assert forecast.brief in kiosk.foot
    scope = read_scope(service, view)
    assert (kiosk.title, kiosk.scope) == (scope.area, " · ".join(scope.parts[1:]))
    assert any(scope.area in str(part.proto.body) for part in page.get("html"))

    scene = HandoutScene(
        service=service,
        view=view,
        picture=picture,
        title="x",
        picture_id="a" * 10,
        revision=1,
    )
    brief = build_brief(scene, created_at=utc_now())
    assert (brief.figures, brief.forecast) == (texts, forecast.line)


def test_shown_that_command_and_hand_out_say_a_track_record_alike(
    service: QueryService, warehouse_dir: Path
) -> None:
    picture = settle(SYNTHETIC, service.view(SYNTHETIC.filter))
    view = service.view(picture.filter)
    impacts = read_impacts(service, view)
    assert impacts is not None
    words = describe_track(impacts.figures)
    assert words.startswith("last 12 weeks, whole border: ")
    lines = build_impact_lines(service, view, [find_layer("impact")])
    assert lines[0].endswith(f"Expected events: {words}")
    listed = CliRunner().invoke(
        app, ["impact", "list", "--records", "synthetic", "--data", str(warehouse_dir)]
    )
    assert listed.exit_code == 0, listed.output
    assert words in listed.output.splitlines()


def test_a_what_if_is_marked_and_told_at_the_foot(service: QueryService) -> None:
    tried = replace(SYNTHETIC.filter, trials=(SensorTrial.from_text("add:N@-111,31.6,20,9000"),))
    view = service.view(tried)
    picture = settle(replace(SYNTHETIC, filter=tried), view)
    spec = build_map(service, view, picture, "dark", wall=True)
    kiosk = build_kiosk(service, view, spec, Show(picture=picture), said_at=utc_now())
    assert kiosk.trial
    assert kiosk.title == "Southwest border"
    assert kiosk.foot[0] == "WHAT-IF, sensors: 1 added"
