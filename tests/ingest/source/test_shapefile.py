"""Tests of reading a zipped shapefile: one layer, by its own driver, whatever its names are."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from cop.errors import InputFileError
from cop.ingest.source import shapefile as module
from cop.ingest.source.shapefile import read_shapefile
from cop.model.source import ROW

pytestmark = pytest.mark.sources

VRT = b"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/etc</SrcDataSource></OGRVRTLayer>"


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, bytes]:
    """The parts of a shapefile of two lines in EPSG:4269."""
    frame = gpd.GeoDataFrame(
        {
            "name": ["a", "é"],
            "n": [1, 2],
            "x": [0.5, None],
            "at": [date(2020, 1, 1), None],
        },
        geometry=[shapely.LineString([(-110, 31), (-111, 32)])] * 2,
        crs="EPSG:4269",
    )
    folder = tmp_path / "made"
    folder.mkdir()
    frame.to_file(folder / "lines.shp", driver="ESRI Shapefile", encoding="utf-8")
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def pack(tmp_path: Path) -> Callable[[dict[str, bytes]], Path]:
    def zipped(members: dict[str, bytes]) -> Path:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return path

    return zipped


Pack = Callable[[dict[str, bytes]], Path]


def test_cells_are_text_and_the_system_is_its_own(parts: dict[str, bytes], pack: Pack) -> None:
    path = pack({f"in/a/folder/LINES{suffix.upper()}": held for suffix, held in parts.items()})
    table = read_shapefile(path)
    assert table[ROW].tolist() == [1, 2]
    assert table["name"].tolist() == ["a", "é"]
    assert table["n"].tolist() == ["1", "2"]
    assert table["x"].iloc[0] == "0.5"
    assert pd.isna(table["x"].iloc[1])
    assert table["at"].iloc[0] == "2020-01-01"
    assert table.crs.to_epsg() == 4269


def test_names_of_the_archive_become_no_paths(
    parts: dict[str, bytes], pack: Pack, tmp_path: Path
) -> None:
    path = pack({f"../../../{tmp_path}/evil{suffix}": held for suffix, held in parts.items()})
    before = set(tmp_path.rglob("*"))
    assert len(read_shapefile(path)) == 2
    assert set(tmp_path.rglob("*")) == before


def test_archives_of_other_things_are_refused(parts: dict[str, bytes], pack: Pack) -> None:
    good = {f"a{suffix}": held for suffix, held in parts.items()}
    for members, said in (
        ({}, "0 shapefiles inside"),
        ({"a.csv": b"x"}, "0 shapefiles inside"),
        (good | {"b.shp": parts[".shp"]}, "2 shapefiles inside"),
        ({k: v for k, v in good.items() if k != "a.prj"}, r"has no \.prj"),
        ({k: v for k, v in good.items() if k != "a.dbf"}, r"has no \.dbf"),
        (good | {"a.shp": VRT}, r"its \.shp is no shapefile"),
        (good | {"a.shp": b""}, r"its \.shp is no shapefile"),
        (good | {"a.prj": b"nonsense"}, r"names no system"),
    ):
        with pytest.raises(InputFileError, match=rf"a\.zip: .*{said}"):
            read_shapefile(pack(members))


def test_damage_is_refused(parts: dict[str, bytes], pack: Pack, tmp_path: Path) -> None:
    cut = {f"a{suffix}": held for suffix, held in parts.items()}
    whole = pack(cut).read_bytes()
    for content in (b"", b"PK\x03\x04", whole[: len(whole) // 2], b"\x7fELF" * 100):
        (tmp_path / "a.zip").write_bytes(content)
        with pytest.raises(InputFileError, match=r"a\.zip: not a readable zip"):
            read_shapefile(tmp_path / "a.zip")
    with pytest.raises(InputFileError, match="no such file"):
        read_shapefile(tmp_path / "none.zip")


def test_bombs_are_refused(
    parts: dict[str, bytes], pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1_000)
    path = pack({f"a{s}": h for s, h in parts.items()} | {"a.dbf": b"\0" * 2_000})
    with pytest.raises(InputFileError, match=r"\.dbf is over"):
        read_shapefile(path)
