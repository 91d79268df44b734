"""Tests of a layer that was brought: what is said of it, and the layer of the map made of it."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from cop.errors import LayerError
from cop.model.style import Paint, Ramp
from cop.model.uploaded import (
    DATASET,
    MOST_CARRIED,
    OCCURRED_AT,
    Content,
    Declaration,
    UploadedLayer,
    new_layer_id,
)

pytestmark = pytest.mark.house

LAYER_ID = "abcdefgh23"
CHANGED = datetime(2026, 3, 1)


def content(columns: int = 2, **said: Any) -> Content:
    attributes = [{"name": f"c{i}", "kind": "DOUBLE"} for i in range(columns)]
    shapes = {"points": 3, "lines": 0, "areas": 0}
    return Content.model_validate({"attributes": attributes, **shapes, **said})


def uploaded(
    held: Content | None = None, style: dict[str, Any] | None = None, **said: Any
) -> UploadedLayer:
    return UploadedLayer.model_validate(
        {
            "id": LAYER_ID,
            "revision": 1,
            "state": "published",
            "owner": "Avery",
            "declared": Declaration(title="Towers", **said),
            "content": held or content(),
            "style": style or {},
            "changed_by": "Avery",
            "changed_at": CHANGED,
        }
    )


def test_ids_are_addresses_and_differ() -> None:
    ids = {new_layer_id() for _ in range(50)}
    assert len(ids) == 50
    for one in ids:
        UploadedLayer.model_validate(uploaded().model_dump() | {"id": one})


@pytest.mark.parametrize(
    "wrong",
    [{"title": " "}, {"title": "a\nb"}, {"note": "x" * 501}, {"marking": "SECRET"}, {"more": 1}],
)
def test_a_declaration_that_is_none_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Declaration.model_validate({"title": "Towers", **wrong})


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-7))])
def test_the_end_of_a_layer_is_naive_utc(zone: timezone) -> None:
    moment = datetime(2026, 3, 1, 12)
    assert Declaration(title="a", valid_until=moment).valid_until == moment
    aware = moment.replace(tzinfo=UTC).astimezone(zone)
    assert Declaration(title="a", valid_until=aware).valid_until == moment


def test_content_counts_its_shapes_and_has_a_time_where_features_have() -> None:
    held = content(columns=1, lines=2, areas=1)
    assert (held.n, held.kinds) == (6, {"c0": "DOUBLE"})
    assert content(columns=1, undated=0).kinds == {OCCURRED_AT: "TIMESTAMP", "c0": "DOUBLE"}


def test_a_style_of_columns_that_are_not_there_is_refused() -> None:
    with pytest.raises(LayerError, match="no column 'height'"):
        uploaded(style={"label": {"property": "height"}})


def test_the_layer_of_the_map_says_what_was_declared() -> None:
    layer = uploaded(marking="TLP:GREEN", visible=False, style={"opacity": 0.5}).build_layer()
    assert (layer.id, layer.dataset) == (f"layer_{LAYER_ID}", f"layer_{LAYER_ID}")
    assert (layer.title, layer.marking, layer.visible) == ("Towers", "TLP:GREEN", False)
    assert (layer.opacity, layer.group, layer.timed) == (0.5, "upload", False)
    assert "Avery" in layer.note
    assert uploaded(note="Masts").build_layer().note == "Masts"


@pytest.mark.parametrize(("timed", "undated"), [(True, 0), (True, None), (False, 0)])
def test_the_window_narrows_it_where_its_features_have_times(
    timed: bool, undated: int | None
) -> None:
    layer = uploaded(content(undated=undated), timed=timed)
    assert layer.is_timed == layer.build_layer().timed == (timed and undated is not None)


def test_points_are_drawn_over_lines_over_areas() -> None:
    orders = [
        uploaded(content(**({"points": 0} | shapes))).build_layer().order
        for shapes in ({"areas": 1}, {"lines": 1, "areas": 1}, {"points": 1, "areas": 1})
    ]
    assert orders == sorted(set(orders))


def test_the_tooltip_has_what_was_said_else_the_first_columns() -> None:
    held = content(columns=6)
    assert uploaded(held).tooltip == ("c0", "c1", "c2", "c3")
    assert uploaded(held, style={"label": {"property": "c5"}}).tooltip == ("c5", "c0", "c1", "c2")
    said = uploaded(held, style={"tooltip": ["c4"]})
    assert said.tooltip == ("c4",)
    assert [f.property for f in said.build_layer().fields if f.in_tooltip] == ["c4"]


def test_a_tile_carries_what_is_needed_and_then_the_first_columns() -> None:
    held = content(columns=MOST_CARRIED + 5)
    last = f"c{MOST_CARRIED + 4}"
    carried = uploaded(held, style={"label": {"property": last}}).carried
    assert carried[0] == last
    assert len(carried) == len(set(carried)) == MOST_CARRIED


def test_the_time_of_a_feature_is_called_when() -> None:
    fields = uploaded(content(undated=0)).build_layer().fields
    assert {f.property: f.label for f in fields}[OCCURRED_AT] == "When"


def test_a_raster_is_images_of_one_color_scale_for_both_themes() -> None:
    held = content(columns=0, points=0, raster="layers/a.tif")
    held = held.model_copy(update={"attributes": content(1).attributes})
    fill = {"property": "c0", "breaks": [1], "paints": [["#111111", "#eeeeee"]] * 2}
    layer = uploaded(held, style={"fill": fill, "nodata": -9999}).build_layer()
    assert (layer.dataset, layer.tile_format, layer.nodata) == (DATASET, "png", -9999)
    assert isinstance(layer.style.fill, Ramp)
    assert set(layer.style.fill.paints) == {Paint("#111111", "#111111")}
    assert layer.style.line is None
