"""Tests of backups: whole or not at all, checked to the last byte, taken while others publish."""

import random
import tarfile
from pathlib import Path

import pandas as pd
import pytest

from cop.errors import InputFileError, StoreError
from cop.settings import StoreSettings
from cop.store.backup import backup as module
from cop.store.backup.archive import MANIFEST, BackupManifest, Member, read_archive
from cop.store.backup.backup import back_up
from cop.store.backup.restore import restore
from cop.store.catalogue.lock import retention_lock
from cop.store.catalogue.transaction import open_transaction
from tests.store.catalogue.test_recovery import leave_remains
from tests.support.published import published_files
from tests.support.record import make_frame
from tests.support.report import load_sensors, load_status, table_of
from tests.support.store import files_below, publish_events, shown_files

pytestmark = pytest.mark.store


@pytest.fixture
def held(settings: StoreSettings) -> StoreSettings:
    """Three versions with refused rows beside them."""
    with open_transaction(settings) as transaction:
        transaction.replace("thing", pd.DataFrame({"a": [1]}))
        transaction.store_file(
            "rejects/test", ".csv", lambda draft: draft.write_bytes(b"row\n") > 0
        )
        transaction.commit("thing")
    publish_events(settings, make_frame(3, source_id=["a", "b", "c"]))
    publish_events(settings, make_frame(3, source_id=["a", "b", "c"], count=[2, 2, 9]))
    return settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.tar"


def test_it_holds_what_every_version_shows(held: StoreSettings, file: Path) -> None:
    report = back_up(held, file)
    assert report.version == 3
    assert (report.bytes, report.absent) == (file.stat().st_size, ())
    with tarfile.open(file) as tar:
        names = tar.getnames()
    shown = {f"datasets/main/{p}" for paths in shown_files(held.data).values() for p in paths}
    assert names[0] == MANIFEST
    assert set(names) == {MANIFEST, "catalogue.sqlite", *shown, *_rejects(held)}
    assert [m.name for m in read_archive(file).manifest.members] == names[1:]


def _rejects(settings: StoreSettings) -> set[str]:
    (path,) = (settings.data / "rejects").rglob("*.csv")
    return {path.relative_to(settings.data).as_posix()}


def test_it_is_of_what_was_published_when_it_began(held: StoreSettings, file: Path) -> None:
    with open_transaction(held) as transaction:
        transaction.replace("thing", pd.DataFrame({"a": [2]}))
        (path,) = {transaction.path_of("thing")}
        report = back_up(held, file)
        transaction.commit("later")
    assert report.version == 3
    assert path is not None
    assert not any(path.stem == m.sha256 for m in read_archive(file).manifest.members)


def test_what_a_killed_writer_left_is_not_in_it(held: StoreSettings, file: Path) -> None:
    remains = leave_remains(held.data)
    back_up(held, file)
    names = {Path(m.name).name for m in read_archive(file).manifest.members}
    assert not names & {path.name for path in remains}


def test_equal_states_give_equal_files(held: StoreSettings, file: Path) -> None:
    back_up(held, file)
    back_up(held, file.with_name("again.tar"))
    assert file.read_bytes() == file.with_name("again.tar").read_bytes()


def test_bad_places_are_refused(held: StoreSettings, file: Path, tmp_path: Path) -> None:
    back_up(held, file)
    before = file.read_bytes()
    for target, said in (
        (file, "already exists"),
        (held.data / "b.tar", "is inside the warehouse"),
        (tmp_path / "none" / "b.tar", "there is no folder"),
    ):
        with pytest.raises(StoreError, match=said):
            back_up(held, target)
    with pytest.raises(StoreError, match="is not a warehouse"):
        back_up(StoreSettings(data=tmp_path / "none"), tmp_path / "b.tar")
    assert file.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["backup.tar", "warehouse"]


def test_a_damaged_newest_version_is_not_backed_up(held: StoreSettings, file: Path) -> None:
    path = published_files(held.data, "events")[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match=rf"{path.name}: missing or damaged; run `cop doctor"):
        back_up(held, file)
    path.unlink()
    with pytest.raises(StoreError, match="missing or damaged"):
        back_up(held, file)
    assert not file.exists()


def test_a_file_that_only_earlier_versions_lack_is_named(held: StoreSettings, file: Path) -> None:
    newest = set(published_files(held.data, "events"))
    (path, *_) = sorted(
        p for p in files_below(held.data) if p.parent.name.startswith("month=") and p not in newest
    )
    path.write_bytes(b"damaged")
    name = path.relative_to(held.data).as_posix()
    assert back_up(held, file).absent == (name,)
    manifest = read_archive(file).manifest
    assert manifest.absent == (name,)
    assert name not in {m.name for m in manifest.members}


def test_a_fault_leaves_no_file(
    held: StoreSettings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(draft: Path, *_given: object) -> None:
        draft.write_bytes(b"half of it")
        raise OSError("no space left on device")

    monkeypatch.setattr(module, "write_archive", fail)
    with pytest.raises(StoreError, match=r"cannot write .*no space left"):
        back_up(held, file)
    assert list(file.parent.iterdir()) == [held.data]


def test_one_at_a_time(held: StoreSettings, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOCK_SECONDS", 0.1)
    with (
        retention_lock(held.data, timeout_s=0, busy="this test has been reading"),
        pytest.raises(StoreError, match=r"another backup or retention has been at work for 0.1 s"),
    ):
        back_up(held, file)


def test_every_flipped_bit_of_content_and_every_cut_is_found(
    held: StoreSettings, file: Path
) -> None:
    back_up(held, file)
    whole, rng = file.read_bytes(), random.Random(5)  # noqa: S311 seeded
    with tarfile.open(file) as tar:
        spans = [(m.offset, m.offset_data, m.size) for m in tar]
    for header, start, size in rng.choices(spans, k=60):
        flipped = bytearray(whole)
        at = (
            rng.randrange(start, start + size)
            if rng.random() < 0.7
            else header + rng.randrange(156)
        )
        flipped[at] ^= 1 << rng.randrange(8)
        file.write_bytes(flipped)
        with pytest.raises(InputFileError, match="not a whole backup"):
            read_archive(file)
    end = spans[-1][1] + spans[-1][2]
    for length in (0, 1, 511, 512, *(rng.randrange(end) for _ in range(30)), end - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(InputFileError, match="not a whole backup"):
            read_archive(file)


@pytest.mark.parametrize(
    "name",
    [
        "../catalogue.sqlite", "/etc/passwd", "datasets/main/../../x.parquet", "writer.lock",
        f"datasets/main/.hidden/{'0' * 64}.parquet", f"rejects/../{'0' * 64}.csv", "a\nb", "",
        f"datasets/main/thing/{'1' * 64}.parquet", "catalogue.sqlite-journal",
    ],
)  # fmt: skip
def test_no_other_file_can_be_in_it(name: str) -> None:
    with pytest.raises(ValueError, match="is no file of a warehouse"):
        Member(name=name, sha256="0" * 64, size_bytes=1)


def test_what_the_manifest_does_not_name_is_refused(held: StoreSettings, file: Path) -> None:
    back_up(held, file)
    with tarfile.open(file, "a") as tar:
        link = tarfile.TarInfo("catalogue.sqlite")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(InputFileError, match=r"'catalogue\.sqlite' is not what the manifest names"):
        read_archive(file)


@pytest.mark.parametrize("content", [b"", b"not a tar", b"\0" * 10_240])
def test_other_files_are_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(InputFileError, match="not a whole backup"):
        read_archive(file)
    file.unlink()
    with pytest.raises(InputFileError, match="No such file"):
        read_archive(file)


def test_a_tar_of_something_else_is_refused(file: Path, tmp_path: Path) -> None:
    for name, text in (("a.txt", "a"), (MANIFEST, "{}"), (MANIFEST, '{"format": 2}')):
        path = tmp_path / "member"
        path.write_text(text)
        with tarfile.open(file, "w") as tar:
            tar.add(path, name)
        with pytest.raises(InputFileError, match="manifest"):
            read_archive(file)
    twice = Member(name="catalogue.sqlite", sha256="0" * 64, size_bytes=0)
    path.write_text(
        BackupManifest(
            version=1, published_at="2026-01-01", members=(twice, twice)
        ).model_dump_json()
    )
    with tarfile.open(file, "w") as tar:
        tar.add(path, MANIFEST)
    with pytest.raises(InputFileError, match="names a file twice"):
        read_archive(file)


@pytest.mark.coverage
def test_sensors_their_reports_and_what_they_see_come_back(
    own_warehouse: Path, tmp_path: Path, file: Path
) -> None:
    load_sensors(own_warehouse, tmp_path, {"sensor_id": "S-1"})
    moved = {"sensor_id": "S-1", "at": "2026-03-05T00:00:00Z", "lon": "-110.5", "lat": "31.34"}
    load_status(own_warehouse, tmp_path, moved | {"state": "degraded"})
    back_up(StoreSettings(data=own_warehouse), file)
    other = tmp_path / "other"
    restore(StoreSettings(data=other), file)
    names = ("sensors", "outages", "placements", "viewsheds", "segment_coverage")
    for name in (*names, "sensor_reports_2026_03"):
        stored = table_of(own_warehouse, name)
        assert len(stored)
        pd.testing.assert_frame_equal(table_of(other, name), stored)
