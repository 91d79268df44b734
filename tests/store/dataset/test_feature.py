"""Tests of the features of an uploaded layer on the way into the lake."""

from typing import Any

import geopandas as gpd
import pytest
import shapely

from cop.errors import InputFileError
from cop.model.event import OUTSIDE
from cop.model.tile import SCALE
from cop.model.uploaded import Attribute, Content
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.feature import write_features
from tests.support.layer import make_features

pytestmark = [pytest.mark.store, pytest.mark.usefixtures("lent")]


NUMBER = Attribute(name="n", kind="DOUBLE")
POINT = shapely.Point(-110.5, 31.5)


def write(
    settings: StoreSettings,
    features: gpd.GeoDataFrame,
    *,
    identified: bool = True,
    dated: bool = True,
    sectors: gpd.GeoDataFrame | None = None,
    attributes: tuple[Attribute, ...] = (),
) -> tuple[Content, Any]:
    """Write features; return what they are said to be, and the dataset."""
    file = settings.data.parent / "features.parquet"
    features.to_parquet(file)
    with open_transaction(settings) as transaction:
        if sectors is not None:
            transaction.replace("sectors", sectors)
        content = write_features(
            transaction, "layer_a", file, attributes,
            geometry="geometry", identified=identified, dated=dated, shown="towers.gpkg",
        )  # fmt: skip
        return content, transaction.read("layer_a")


def test_features_are_counted_by_shape_and_placed(settings: StoreSettings) -> None:
    content, written = write(settings, make_features())
    assert (content.points, content.lines, content.areas, content.n) == (2, 1, 1, 4)
    assert (content.single, content.undated) == (False, 0)
    assert content.oldest is not None
    assert sorted(written["feature_id"]) == ["f0", "f1", "f2", "f3"]
    assert sorted(written["cop_dim"]) == [0, 0, 1, 2]
    row = written.set_index("feature_id").loc["f0"]
    assert row["cop_mx"] == int((-110.9 + 180) / 360 * SCALE)
    assert row["cop_x_low"] == row["cop_x_high"] == row["cop_mx"]
    assert written.crs == "EPSG:4326"


def test_points_alone_are_single_and_numbered_without_an_id(settings: StoreSettings) -> None:
    features = make_features([POINT, POINT]).drop(columns=["feature_id", "occurred_at"])
    content, written = write(settings, features, identified=False, dated=False)
    assert (content.single, content.undated) == (True, None)
    assert sorted(written["feature_id"]) == ["1", "2"]
    assert "occurred_at" not in written


def test_a_feature_has_the_sectors_that_it_touches(settings: StoreSettings) -> None:
    areas = [shapely.box(-112, 31, -111, 32), shapely.box(-111, 31, -110, 32)]
    sectors = gpd.GeoDataFrame({"sector": ["TCA", "EPT"]}, geometry=areas, crs="EPSG:4326")
    line = shapely.LineString([(-111.5, 31.5), (-110.5, 31.5)])
    _, written = write(settings, make_features([line, POINT, shapely.Point(0, 0)]), sectors=sectors)
    found = written.set_index("feature_id")["cop_sectors"]
    assert [list(found[f"f{i}"]) for i in range(3)] == [["EPT", "TCA"], ["EPT"], [OUTSIDE]]


def test_a_number_that_is_none_is_unknown(settings: StoreSettings) -> None:
    features = make_features([POINT] * 3, n=[1.5, float("inf"), float("nan")])
    _, written = write(settings, features, attributes=(NUMBER,))
    assert written.set_index("feature_id")["n"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("shape", "fault"),
    [
        (shapely.Point(200, 31), "feature 'f1' lies outside of the earth: check the coordinate"),
        (shapely.Point(), "feature 'f1' has no geometry"),
        (
            shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]),
            "feature 'f1' has an invalid geometry: repair it",
        ),
    ],
)
def test_a_feature_that_cannot_be_taken_is_named(
    settings: StoreSettings, shape: shapely.Geometry, fault: str
) -> None:
    with pytest.raises(InputFileError, match=f"towers.gpkg, {fault}"):
        write(settings, make_features([POINT, shape]))


def test_faults_are_counted_and_ids_told_apart(settings: StoreSettings) -> None:
    with pytest.raises(InputFileError, match=r"'f0' \(and 1 more\) lies outside"):
        write(settings, make_features([shapely.Point(0, 91)] * 2))
    twice = make_features([POINT] * 2).assign(feature_id="same")
    with pytest.raises(InputFileError, match="feature_id 'same' is there 2 times"):
        write(settings, twice)
    with pytest.raises(InputFileError, match="has no feature_id: number the features"):
        write(settings, make_features([POINT]).assign(feature_id=""))


def test_the_edge_of_the_world_is_within_the_grid(settings: StoreSettings) -> None:
    _, written = write(settings, make_features([shapely.Point(180, -90), shapely.Point(-180, 90)]))
    east, west = (written.set_index("feature_id").loc[name] for name in ("f0", "f1"))
    assert (east["cop_mx"], west["cop_mx"]) == (SCALE - 1, 0)
    assert east["cop_my"] > west["cop_my"]
