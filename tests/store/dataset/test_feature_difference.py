"""Tests of the difference between two revisions of a layer."""

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.dataset.feature_difference import FeatureDifference, compare_features
from cop.store.engine import Cursor, open_engine
from tests.support.layer import make_features

pytestmark = pytest.mark.store


POINTS = (shapely.Point(0, 0), shapely.Point(1, 1), shapely.Point(2, 2))


@pytest.fixture(scope="module")
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    cursor = open_engine(StoreSettings(data=tmp_path_factory.mktemp("store")), ("spatial",))
    yield cursor
    cursor.close()


def compare(
    cursor: Cursor, folder: Path, *revisions: gpd.GeoDataFrame | None, most: int = 20
) -> FeatureDifference:
    files = []
    for number, features in enumerate(revisions):
        files.append(None if features is None else folder / f"{number}.parquet")
        if features is not None:
            features.to_parquet(files[-1])
    found = compare_features(cursor, *files, most=most)
    return FeatureDifference(older=1, newer=2, **found)


def test_features_are_compared_by_their_id(cursor: Cursor, tmp_path: Path) -> None:
    older = make_features(POINTS, n=[1, 2, 3])
    newer = make_features(POINTS, n=[1, 9, 3]).assign(feature_id=["f0", "f1", "f9"])
    found = compare(cursor, tmp_path, older, newer)
    assert (found.added, found.removed, found.changed, found.same) == (1, 1, 1, 1)
    assert (found.first_added, found.first_removed, found.first_changed) == (
        ("f9",), ("f2",), ("f1",),
    )  # fmt: skip
    assert found.columns == {"n": 1}


def test_a_moved_feature_and_an_added_column_are_changes(cursor: Cursor, tmp_path: Path) -> None:
    older = make_features(POINTS, label=["a", None, "c"])
    elsewhere = (shapely.Point(0, 5), *POINTS[1:])
    moved = make_features(elsewhere, label=["a", None, "c"], more=[1, 2, 3])
    found = compare(cursor, tmp_path, older, moved)
    assert found.changed == 3
    assert found.columns == {"geometry": 1, "more": 3}


def test_what_publishing_adds_is_left_out(cursor: Cursor, tmp_path: Path) -> None:
    older = make_features(POINTS, cop_mx=[1, 2, 3])
    found = compare(cursor, tmp_path, older, make_features(POINTS, cop_mx=[4, 5, 6]))
    assert (found.changed, found.same, found.columns) == (0, 3, {})


def test_no_file_has_no_features(cursor: Cursor, tmp_path: Path) -> None:
    found = compare(cursor, tmp_path, None, make_features(POINTS), most=2)
    assert (found.added, found.removed) == (3, 0)
    assert found.first_added == ("f0", "f1"), "the first of them"
    assert compare(cursor, tmp_path, None, None).same == 0


def test_a_file_that_cannot_be_read_is_named(cursor: Cursor, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be compared"):
        compare_features(cursor, tmp_path / "absent.parquet", None)
