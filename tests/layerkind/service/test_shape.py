"""What layers show as whole features: nothing lost against the figures, places where they are."""

import pytest

from cop.errors import LayerError
from cop.layerkind.service.layer_list import read_layer
from cop.layerkind.service.shape import (
    count_features,
    read_cells,
    read_features,
)
from cop.model.filter import Filter
from cop.query.figure import read_figures
from cop.query.service import QueryService
from cop.query.summary import read_summary

pytestmark = pytest.mark.table

SYNTHETIC = Filter(records="synthetic")
BORDER = (-118.0, 25.0, -96.0, 34.0)


def test_events_are_all_there_as_points(service: QueryService) -> None:
    layer = read_layer(service, service.view(), "humanitarian")
    total = count_features(service, service.view(SYNTHETIC), layer)
    events = read_features(service, service.view(SYNTHETIC), layer, most=total + 1, zoom=16)
    assert len(events) == total > 0
    assert set(events["kind"]) <= {"rescue", "death"}
    assert (events.geometry.x == events["lon"]).all()
    assert (events.geometry.y == events["lat"]).all()


def test_cells_add_up_to_the_events(service: QueryService) -> None:
    layer = read_layer(service, service.view(), "events")
    summary = read_summary(service, service.view(SYNTHETIC), "kind")
    cells = read_cells(service, service.view(SYNTHETIC), layer, bits=20)
    assert cells["n"].sum() == summary.total
    assert cells["people"].sum() == summary.counts["people"]
    events = read_features(service, service.view(SYNTHETIC), layer, most=100, zoom=16)
    joined = events[["geometry"]].sjoin(cells, predicate="intersects")
    assert set(joined.index) == set(events.index)


def test_a_layer_that_the_filter_leaves_nothing_is_empty(service: QueryService) -> None:
    layer, wanted = (
        read_layer(service, service.view(), "conflict"),
        Filter(records="synthetic", kinds=("drone",)),
    )
    assert count_features(service, service.view(wanted), layer) == 0
    assert read_features(service, service.view(wanted), layer, most=10, zoom=16).empty
    assert read_cells(service, service.view(wanted), layer, bits=20).empty


def test_segments_carry_their_figures(service: QueryService) -> None:
    figures = read_figures(service, service.view(SYNTHETIC))
    assert figures is not None
    segments = read_features(
        service,
        service.view(SYNTHETIC),
        read_layer(service, service.view(), "segments"),
        zoom=16,
        most=100_000,
    )
    assert segments["n"].sum() == figures.table["n"].sum()
    assert set(segments["segment_id"]) == set(figures.table["segment_id"])
    west, south, east, north = segments.total_bounds
    assert (west > BORDER[0], south > BORDER[1], east < BORDER[2], north < BORDER[3]) == (True,) * 4


@pytest.mark.parametrize("name", ["background", "sensors", "hotspots", "sectors", "places"])
def test_shapes_are_whole_and_coarser_from_afar(service: QueryService, name: str) -> None:
    layer = read_layer(service, service.view(), name)
    near, far = (
        read_features(service, service.view(SYNTHETIC), layer, zoom=zoom, most=100_000)
        for zoom in (12, 5)
    )
    assert 0 < len(far) <= len(near)
    assert far.geometry.count_coordinates().sum() <= near.geometry.count_coordinates().sum()
    assert near.crs == "EPSG:4326"


def test_what_is_not_loaded_is_empty(service: QueryService) -> None:
    assert read_features(
        service,
        service.view(SYNTHETIC),
        read_layer(service, service.view(), "stations"),
        zoom=8,
        most=100_000,
    ).empty


def test_images_are_no_shapes(service: QueryService) -> None:
    with pytest.raises(LayerError, match="hillshade"):
        read_features(
            service,
            service.view(SYNTHETIC),
            read_layer(service, service.view(), "hillshade"),
            zoom=8,
            most=100_000,
        )
