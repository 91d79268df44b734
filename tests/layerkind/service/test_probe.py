"""Tests of what lies at a place: rasters alone answer, and say what they take."""

import pytest

from cop.errors import FilterError, LayerError
from cop.layerkind.service.probe import probe_layers, read_place, takes_filter
from cop.model.filter import Filter
from cop.query.service import QueryService

pytestmark = pytest.mark.house


def test_a_place_is_read_strictly() -> None:
    assert read_place("-110.5", "31") == (-110.5, 31.0)
    for lon, lat in (("181", "0"), ("0", "91"), ("east", "0"), ("nan", "0")):
        with pytest.raises(FilterError, match="use degrees"):
            read_place(lon, lat)


def test_only_rasters_have_values(service: QueryService) -> None:
    view = service.view(Filter(records="synthetic"))
    with pytest.raises(LayerError, match="layer events is not a raster"):
        probe_layers(service, view, ["risk_surface", "events"], lon=-110.9, lat=31.4)
    with pytest.raises(FilterError, match="0 layers are named"):
        probe_layers(service, view, [], lon=0.0, lat=0.0)
    assert takes_filter(service, view, ["risk_surface"])
    assert not takes_filter(service, view, ["events"])


def test_far_from_the_line_a_surface_has_none(service: QueryService) -> None:
    view = service.view(Filter(records="synthetic"))
    (found,) = probe_layers(service, view, ["risk_surface"], lon=10.0, lat=50.0)
    assert (found["layer"], found["unit"], found["state"]) == ("risk_surface", "events", "outside")
