"""Tests of barrier figures on made-up lines whose lengths are known from the geodesic."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from cop.analysis.barrier import BARRIER_COLUMNS, BARRIER_KINDS, build_barriers

pytestmark = pytest.mark.sources

GEOD = Geod(ellps="WGS84")
WEST, LAT = -110.0, 31.3


def east_of(lon: float, lat: float, meters: float) -> float:
    return float(GEOD.fwd(lon, lat, 90, meters)[0])


def stretch(start_m: float, end_m: float, *, north_m: float = 0.0) -> shapely.LineString:
    """A straight line along the parallel, so many meters north of the border."""
    lat = (
        GEOD.fwd(WEST, LAT, 0, north_m)[1]
        if north_m >= 0
        else GEOD.fwd(WEST, LAT, 180, -north_m)[1]
    )
    return shapely.LineString([(east_of(WEST, LAT, m), lat) for m in (start_m, end_m)])


@pytest.fixture
def segments() -> gpd.GeoDataFrame:
    """Three segments of 4 km side by side."""
    return gpd.GeoDataFrame(
        {"segment_id": ["A", "B", "C"]},
        geometry=[stretch(4_000 * i, 4_000 * (i + 1)) for i in range(3)],
        crs="EPSG:4326",
    )


def barriers(*rows: tuple[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"kind": [kind for kind, _ in rows]},
        geometry=[line for _, line in rows],
        crs="EPSG:4326",
    )


def test_a_barrier_is_divided_among_the_segments_it_passes(segments: gpd.GeoDataFrame) -> None:
    line = stretch(3_000, 9_000, north_m=40)
    table = build_barriers(segments, barriers(("pedestrian", line))).set_index("segment_id")
    assert table["barrier_pedestrian_km"].tolist() == pytest.approx([1, 4, 1], abs=0.03)
    assert table["barrier_share"].tolist() == pytest.approx([0.25, 1, 0.25], abs=0.01)
    assert table["barrier_km"].sum() == pytest.approx(GEOD.geometry_length(line) / 1_000, rel=1e-6)
    assert table[["barrier_vehicle_km", "barrier_unknown_km"]].to_numpy().sum() == 0


def test_parallel_barriers_add_kilometers_but_no_share(segments: gpd.GeoDataFrame) -> None:
    table = build_barriers(
        segments,
        barriers(
            ("pedestrian", stretch(0, 2_000, north_m=10)),
            ("vehicle", stretch(1_000, 3_000, north_m=60)),
        ),
    ).set_index("segment_id")
    assert table.loc["A", "barrier_km"] == pytest.approx(4, abs=0.01)
    assert table.loc["A", "barrier_share"] == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize(
    ("north_m", "near"), [(990, True), (1_010, False), (-990, True), (-1_010, False)]
)
def test_a_kilometer_is_where_beside_ends(
    segments: gpd.GeoDataFrame, north_m: float, near: bool
) -> None:
    held = ("vehicle", stretch(100, 200, north_m=5))
    table = build_barriers(
        segments, barriers(held, ("pedestrian", stretch(500, 900, north_m=north_m)))
    )
    assert table["barrier_pedestrian_km"].sum() == pytest.approx(0.4 if near else 0.0, abs=0.001)


def test_a_barrier_that_leaves_the_line_counts_as_far_as_it_is_near(
    segments: gpd.GeoDataFrame,
) -> None:
    north = shapely.LineString(
        [(east_of(WEST, LAT, 6_000), GEOD.fwd(WEST, LAT, 0, m)[1]) for m in (0, 5_000)]
    )
    table = build_barriers(segments, barriers(("pedestrian", north))).set_index("segment_id")
    assert table.loc["B", "barrier_km"] == pytest.approx(1.0, abs=0.025)
    assert table.loc["B", "barrier_share"] == pytest.approx(0, abs=0.001)


def test_kinds_add_up_and_an_unheard_of_kind_is_unknown(segments: gpd.GeoDataFrame) -> None:
    parts = shapely.MultiLineString([stretch(0, 700, north_m=5), stretch(5_000, 5_300, north_m=5)])
    table = build_barriers(
        segments, barriers(("levee wall", parts), ("vehicle", stretch(8_100, 8_200)))
    )
    assert table["barrier_unknown_km"].sum() == pytest.approx(1.0, abs=0.001)
    kinds = table[[f"barrier_{kind}_km" for kind in BARRIER_KINDS]].sum(axis=1)
    assert np.allclose(kinds, table["barrier_km"])


def test_nothing_near_the_line_is_unknown_not_zero(segments: gpd.GeoDataFrame) -> None:
    far = barriers(("pedestrian", stretch(0, 1_000, north_m=50_000)))
    for given in (far, far.iloc[:0]):
        table = build_barriers(segments, given)
        assert list(table.columns) == ["segment_id", *BARRIER_COLUMNS]
        assert table[list(BARRIER_COLUMNS)].isna().all(axis=None)
