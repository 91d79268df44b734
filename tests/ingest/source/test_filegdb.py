"""Tests of zipped FileGDBs: one folder is unpacked, only files that such a folder has."""

from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.ingest.source.filegdb import is_filegdb, unpack_filegdb
from tests.hostile.archive import packed
from tests.hostile.case import Lure
from tests.support.job import build_job

pytestmark = pytest.mark.layers


def unpack(folder: Path, *names: str) -> Path:
    path = folder / "a.zip"
    packed([(name, name.encode()) for name in names])(path, Lure("", path))
    return unpack_filegdb(build_job(path, "filegdb"))


def test_only_files_of_the_format_are_unpacked(tmp_path: Path) -> None:
    target = unpack(
        tmp_path, "x/Places.gdb/a00000001.GDBTABLE", "x/Places.gdb/gdb", "x/Places.gdb/run.sh"
    )
    assert sorted(path.name for path in target.iterdir()) == ["a00000001.gdbtable", "gdb"]
    assert (target / "gdb").read_bytes() == b"x/Places.gdb/gdb"


@pytest.mark.parametrize(("names", "count"), [(("a.txt",), 0), (("a.gdb/gdb", "b.gdb/gdb"), 2)])
def test_another_number_of_folders_is_refused(
    tmp_path: Path, names: tuple[str, ...], count: int
) -> None:
    with pytest.raises(InputFileError, match=rf"a\.zip: {count} folders \.gdb inside"):
        unpack(tmp_path, *names)


def test_a_folder_gdb_tells_the_format() -> None:
    assert is_filegdb(["x/a.gdb/gdb"])
    assert not is_filegdb(["a.gdb"])
