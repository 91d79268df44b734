"""From the Picture to what the map shows, and back from what the map reports."""

from dataclasses import replace
from datetime import datetime

import pytest

from cop.model.filter import Filter
from cop.model.picture import Picture, ShownLayer, Viewpoint
from cop.query.service import QueryService
from cop.ui.component.address import settle
from cop.ui.component.overlay import build_map, seen_picture
from cop.ui.map import MapState
from cop.ui.map.spec import LayerChange, MapCamera, MapSpec
from tests.support.alert import DAY, make_finding

pytestmark = pytest.mark.picture

SYNTHETIC = Picture(filter=Filter(records="synthetic"))
REAL = Picture(filter=Filter(records="real"))


def describe(service: QueryService, picture: Picture) -> MapSpec:
    view = service.view(picture.filter)
    return build_map(service, view, picture, "dark")


def test_the_address_sets_order_and_opacity_of_layers(service: QueryService) -> None:
    shown = (ShownLayer(id="events", opacity=0.5), ShownLayer(id="coverage"))
    picture = replace(settle(SYNTHETIC, service.view(SYNTHETIC.filter)), shown=shown)
    views = describe(service, picture).layers
    visible = [view.layer.id for view in views if view.visible]
    assert visible == ["events", "coverage"]
    assert next(v for v in views if v.layer.id == "events").opacity == 0.5


def test_an_empty_map_says_why(few: QueryService) -> None:
    assert describe(few, REAL).empty_note == ""
    elsewhere = replace(REAL, filter=replace(REAL.filter, sectors=("RGV",)))
    note = describe(few, elsewhere).empty_note
    assert note == "No source reports here in this window: unknown, not zero"
    assert describe(few, SYNTHETIC).empty_note == "No synthetic records loaded"


def test_the_camera_is_the_viewpoint_and_home_is_the_line(few: QueryService) -> None:
    assert describe(few, REAL).camera is None
    assert describe(few, REAL).home == few.view().snapshot.line_bounds
    looking = replace(REAL, viewpoint=Viewpoint(lat=31, lon=-110, zoom=8))
    assert describe(few, looking).camera == MapCamera(lon=-110, lat=31, zoom=8)


def test_the_newest_eight_alerts_stand_on_the_map(few: QueryService) -> None:
    assert describe(few, REAL).alerts == ()
    findings = [
        make_finding(
            sector="RGV", started_at=began, alarm_from=began, until=began + DAY, lat=26 + i
        )
        for i, began in enumerate(datetime(2025, 1, 1) + i * 60 * DAY for i in range(10))
    ]
    few.warehouse.room.alerts.note("1", findings)
    alerts = describe(few, REAL).alerts
    assert [alert.lat for alert in alerts] == [35, 34, 33, 32, 31, 30, 29, 28]
    assert {alert.open for alert in alerts} == {True}
    assert describe(few, SYNTHETIC).alerts == ()


def test_a_map_that_reports_nothing_leaves_the_picture(few: QueryService) -> None:
    picture = replace(REAL, viewpoint=Viewpoint(lat=31, lon=-110, zoom=8), measures=("barrier",))
    assert seen_picture(few, few.view(), picture, MapState()) == picture


def test_what_is_seen_comes_back_as_a_picture(few: QueryService) -> None:
    changes = {
        "segments": LayerChange(visible=True, opacity=0.333, measure="barrier"),
        "events": LayerChange(visible=False, opacity=1),
    }
    state = MapState(camera=MapCamera(lon=-111, lat=32, zoom=9), changes=changes)
    seen = seen_picture(few, few.view(), REAL, state)
    assert seen.viewpoint == Viewpoint(lat=32, lon=-111, zoom=9)
    assert seen.measures == ("barrier",)
    assert seen.shown is not None
    assert ShownLayer(id="segments", opacity=0.33) in seen.shown
    assert "events" not in {layer.id for layer in seen.shown}
    again = {view.layer.id: view for view in describe(few, seen).layers}
    assert again["segments"].measure == "barrier"
    assert not again["events"].visible
