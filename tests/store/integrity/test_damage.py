"""Tests of finding files whose content is not what their name says."""

from pathlib import Path

import pytest

from cop.errors import VersionDamagedError
from cop.settings import StoreSettings
from cop.store.catalogue.listing import read_catalogue
from cop.store.catalogue.version import QUARANTINE_FOLDER
from cop.store.engine import Cursor
from cop.store.integrity.damage import check_present, find_damage, is_set_aside, read_rasters
from tests.support.damage import flip_bit, random_bits
from tests.support.store import files_below

pytestmark = pytest.mark.store


SEED = 4


def test_every_single_flip_is_found(cursor: Cursor, loaded: StoreSettings) -> None:
    files = sorted(files_below(loaded.data))
    for path, bit in random_bits(files, 30, seed=SEED):
        flip_bit(path, bit)
        damage, checked = find_damage(cursor, loaded.data, threads=2)
        assert [item.path for item in damage] == [path.relative_to(loaded.data).as_posix()]
        assert checked == len(files)
        flip_bit(path, bit)
    assert find_damage(cursor, loaded.data, threads=2)[0] == []


def test_a_file_beside_the_datasets_is_checked_by_its_name(
    cursor: Cursor, loaded: StoreSettings
) -> None:
    name = f"rasters/{'0' * 64}.tif"
    path = loaded.data / name
    path.parent.mkdir()
    path.write_bytes(b"no raster")
    (path.parent / "notes.tif").write_bytes(b"not named by its content")
    (damage,), _ = find_damage(cursor, loaded.data, threads=1)
    assert (damage.path, damage.is_current) == (name, False)
    assert damage.fault.startswith("has sha256 ")


def test_what_lies_in_quarantine_is_passed_over_unless_it_is_current(
    cursor: Cursor, loaded: StoreSettings
) -> None:
    raster = f"rasters/{'0' * 64}.tif"
    shown = sorted(files_below(loaded.data))[0].relative_to(loaded.data).as_posix()
    for name in (raster, shown):
        aside = loaded.data / QUARANTINE_FOLDER / name
        aside.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(b"damaged")
        (loaded.data / name).unlink(missing_ok=True)
        assert is_set_aside(loaded.data, name)
    (damage,), _ = find_damage(cursor, loaded.data, threads=1)
    assert (damage.path, damage.fault, damage.is_current) == (shown, "is missing", True)


def test_a_version_of_which_a_file_is_gone_is_refused(
    cursor: Cursor, loaded: StoreSettings
) -> None:
    folder = loaded.data.resolve()
    catalogue = read_catalogue(cursor, folder)
    check_present(folder, catalogue)
    gone = sorted(files_below(folder))[0]
    gone.unlink()
    with pytest.raises(VersionDamagedError, match=rf"version=1 shows datasets/.*{gone.name}"):
        check_present(folder, catalogue)


def test_a_terrain_file_that_cannot_be_read_names_no_rasters(
    cursor: Cursor, tmp_path: Path
) -> None:
    path = tmp_path / "terrain.parquet"
    assert read_rasters(cursor, path) == []
    path.write_bytes(b"PAR1")
    assert read_rasters(cursor, path) == []
    cursor.execute(f"COPY (SELECT 'rasters/a.tif' AS path) TO '{path}' (FORMAT parquet)")
    assert read_rasters(cursor, path) == ["rasters/a.tif"]
