"""Tests of the stretches of counties and sectors along the line."""

import numpy as np
import pytest
import shapely

from cop.errors import RegionError
from cop.ingest.geography import Geography, describe_region, read_region

pytestmark = pytest.mark.picture


def test_segments_lie_in_their_sectors_area(geography: Geography) -> None:
    areas = geography.sectors.set_index("sector").geometry
    for code, own in geography.segments.groupby("sector"):
        shapes = np.asarray(own.geometry)
        within = shapely.length(shapely.intersection(shapes, areas[code])).sum()
        assert within > 0.995 * shapely.length(shapes).sum(), code


def test_jeff_davis_is_big_bend(geography: Geography) -> None:
    counties = geography.counties.set_index("county")
    assert counties["sector"]["Jeff Davis, TX"] == "BBT"
    assert counties["state"]["Doña Ana, NM"] == "NM"
    assert len(counties) > 60


def test_unknown_county_is_refused() -> None:
    region = read_region("sw_border")
    first = region.sectors[0].model_copy(update={"counties": ("Atlantis, CA",)})
    with pytest.raises(RegionError, match="Atlantis, CA"):
        describe_region(region.model_copy(update={"sectors": (first, *region.sectors[1:])}))


def test_county_out_of_order_is_refused() -> None:
    region = read_region("sw_border")
    first, second, *rest = region.sectors
    second = second.model_copy(update={"counties": ("Cameron, TX", "Imperial, CA")})
    with pytest.raises(RegionError, match="do not touch"):
        describe_region(region.model_copy(update={"sectors": (first, second, *rest)}))
