"""Tests of reading files in this process, for files that the program trusts."""

from pathlib import Path

import pytest

from cop.ingest.profile.file import read_profile
from cop.ingest.profile.kind import TerrainProfile
from cop.ingest.reader import DirectReader
from cop.ingest.source.format import MappedColumns
from tests.support.raster import NODATA, write_tiff

pytestmark = pytest.mark.house


def test_batches_are_read_with_their_progress(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n2\n")
    steps: list[tuple[str, int, int | None]] = []
    (batch,) = DirectReader()(path, MappedColumns(reader="csv"), lambda *step: steps.append(step))
    assert batch["a"].tolist() == ["1", "2"]
    assert steps == [("reading", 2, 3)]


def test_heights_are_written_as_a_cog(tmp_path: Path) -> None:
    profile = read_profile("dted_geotiff")
    assert isinstance(profile, TerrainProfile)
    raster = DirectReader().read_heights(write_tiff(tmp_path / "a.tif"), profile, tmp_path / "cog")
    assert (raster.width, raster.height, raster.nodata) == (50, 40, NODATA)
    assert (tmp_path / "cog").read_bytes()[:2] == b"II"
