"""Layers for a map without server: nothing lost, styles as the browser's, no script from data."""

from dataclasses import replace

import pytest

from cop.export import overlay
from cop.export.brief import BriefLayer, HandoutScene, build_brief
from cop.export.leaflet import as_script
from cop.export.overlay import Overlay, build_overlay
from cop.model.moment import utc_now
from cop.query.summary import read_summary

pytestmark = pytest.mark.table


def shown(scene: HandoutScene, name: str) -> BriefLayer:
    layers = build_brief(scene, created_at=utc_now()).layers
    return next(layer for layer in layers if layer.layer.id == name)


def built(scene: HandoutScene, name: str) -> Overlay:
    found = build_overlay(scene, shown(scene, name), "light")
    assert found is not None
    return found


def test_every_event_is_drawn_with_its_values(scenes: tuple[HandoutScene, HandoutScene]) -> None:
    events = built(scenes[1], "events")
    total = read_summary(
        scenes[1].service, scenes[1].service.view(scenes[1].picture.filter), "kind"
    ).total
    assert len(events.features) == total
    assert events.fields[:2] == ["Kind", "Count"]
    assert all(len(feature["p"]) == len(events.fields) for feature in events.features)
    assert {feature["g"]["type"] for feature in events.features} == {"Point"}
    assert all(ink["shape"] and ink["fill"] for ink in events.inks)


def test_too_many_events_become_squares_that_add_up(
    scenes: tuple[HandoutScene, HandoutScene], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overlay, "MOST_POINTS", 10)
    events = built(scenes[1], "events")
    total = read_summary(
        scenes[1].service, scenes[1].service.view(scenes[1].picture.filter), "kind"
    ).total
    assert events.fields == ["Events", "People", "Most frequent kind"]
    assert sum(int(f["p"][0].replace(",", "")) for f in events.features) == total
    assert "with the same total" in events.note


def test_the_background_is_few_features_without_values(
    scenes: tuple[HandoutScene, HandoutScene],
) -> None:
    land = built(scenes[1], "background")
    assert len(land.features) < 20
    assert land.fields == []
    assert len(as_script({"f": land.features})) < 3_000_000


def test_labels_come_by_rank(scenes: tuple[HandoutScene, HandoutScene]) -> None:
    places = built(scenes[1], "places")
    assert places.features == []
    assert places.labels[0][3] >= places.labels[-1][3]
    sectors = built(scenes[1], "sectors")
    assert len(sectors.labels) == len(sectors.features) == 9
    assert "TUCSON" in {label[2] for label in sectors.labels}


def test_images_are_left_out(scenes: tuple[HandoutScene, HandoutScene]) -> None:
    assert build_overlay(scenes[1], shown(scenes[1], "hillshade"), "light") is None


def test_a_title_with_html_stays_text_in_the_list_of_layers(
    scenes: tuple[HandoutScene, HandoutScene],
) -> None:
    layer = replace(shown(scenes[1], "sectors"), title="<b>x</b>")
    found = build_overlay(scenes[1], layer, "light")
    assert found is not None
    assert found.title == "<b>x</b>"
