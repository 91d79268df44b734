"""Copies of stored files without the rows that are withheld."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from cop.settings import StoreSettings
from cop.store.engine import open_engine
from cop.store.release.copy import ReleaseCopies, hash_row

pytestmark = pytest.mark.access


@pytest.fixture
def stored(tmp_path: Path) -> str:
    """A GeoParquet file of three places."""
    table = pd.DataFrame({"name": ["a", "b", "c"], "n": [1, 2, 3]})
    shapes = shapely.points([(0, 0), (1, 1), (2, 2)])
    path = tmp_path / "stored.parquet"
    gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326").to_parquet(path)
    return str(path)


def test_a_copy_has_the_rows_that_pass_in_their_order(stored: str, tmp_path: Path) -> None:
    copies = ReleaseCopies()
    cursor = open_engine(StoreSettings(data=tmp_path), ("spatial",))
    names = {"names": ["a", "c"]}
    condition = ("name IN (SELECT unnest($names::VARCHAR[]))", names)
    path = copies.write(cursor, stored, condition, copies.folder / "one.parquet")
    found = gpd.read_parquet(path)
    assert list(found["name"]) == ["a", "c"]
    assert found.crs.equals("EPSG:4326", True)
    assert oct(copies.folder.stat().st_mode)[-3:] == "700"
    assert [file.name for file in copies.folder.iterdir()] == ["one.parquet"]
    copies.close()
    assert not copies.folder.exists()


def test_a_hash_is_of_the_content_whatever_its_order(stored: str, tmp_path: Path) -> None:
    cursor = open_engine(StoreSettings(data=tmp_path), ("spatial",))
    digest = hash_row([("name", "VARCHAR"), ("n", "BIGINT"), ("geometry", "GEOMETRY")])

    def of(rows: str) -> int:
        ((found,),) = cursor.execute(f"SELECT {digest} FROM ({rows})", {"file": stored}).fetchall()
        return int(found)

    every = "FROM read_parquet($file)"
    assert of(every) == of(f"{every} ORDER BY name DESC")
    assert of(every) != of(f"{every} WHERE name <> 'b'")
    assert of(every) != of("SELECT * REPLACE (n + 1 AS n) FROM read_parquet($file)")
