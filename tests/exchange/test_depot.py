"""Tests of packages under way: pieces in their place, and nothing of another package."""

import errno
import hashlib
from pathlib import Path

import pytest

from cop.errors import PackageError, StoreError
from cop.exchange.depot import Announced, Depot, finish_file

pytestmark = pytest.mark.exchange
CONTENT = bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ANNOUNCED = Announced(number=3, size=len(CONTENT), sha256=SHA256)


@pytest.fixture
def depot(tmp_path: Path) -> Depot:
    return Depot.of(tmp_path, "DPS")


def test_pieces_become_the_package_that_was_announced(depot: Depot) -> None:
    assert depot.begin(ANNOUNCED) == 0
    assert depot.append(SHA256, 0, CONTENT[:4_000]) == 4_000
    assert depot.begin(ANNOUNCED) == 4_000
    assert depot.append(SHA256, 4_000, CONTENT[4_000:]) == len(CONTENT)
    whole = depot.finish(SHA256)
    assert (whole.suffix, whole.read_bytes()) == (".coppkg", CONTENT)


def test_a_piece_that_comes_again_is_there_once(depot: Depot) -> None:
    depot.begin(ANNOUNCED)
    depot.append(SHA256, 0, CONTENT[:6_000])
    depot.append(SHA256, 2_000, CONTENT[2_000:6_000])
    depot.append(SHA256, 6_000, CONTENT[6_000:])
    assert depot.finish(SHA256).read_bytes() == CONTENT


def test_a_piece_that_leaves_a_gap_is_refused(depot: Depot) -> None:
    depot.begin(ANNOUNCED)
    depot.append(SHA256, 0, CONTENT[:10])
    with pytest.raises(PackageError, match="byte 11 does not follow: 10 bytes have come"):
        depot.append(SHA256, 11, b"x")
    assert depot.begin(ANNOUNCED) == 10


def test_another_package_takes_the_place_of_one_that_was_begun(depot: Depot) -> None:
    depot.begin(ANNOUNCED)
    depot.append(SHA256, 0, CONTENT[:10])
    other = ANNOUNCED.model_copy(update={"sha256": "0" * 64})
    assert depot.begin(other) == 0
    assert [p.stem for p in depot.folder_of("arriving").iterdir()] == [other.sha256]
    with pytest.raises(PackageError, match="not announced, or another one since"):
        depot.append(SHA256, 10, CONTENT[10:])
    assert depot.begin(ANNOUNCED) == 0


def test_what_was_not_announced_takes_no_room(depot: Depot) -> None:
    """One package of each partner is under way: nobody fills the disk with many."""
    for digit in "0123":
        with pytest.raises(PackageError, match="announce it again"):
            depot.append(digit * 64, 0, CONTENT)
    assert [*depot.folder_of("arriving").iterdir()] == []


def test_a_full_disk_is_said_and_the_piece_may_come_again(
    depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    depot.begin(ANNOUNCED)
    depot.append(SHA256, 0, CONTENT[:100])

    def fail(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", fail)
        with pytest.raises(StoreError, match="cannot be stored: No space left on device"):
            depot.append(SHA256, 100, CONTENT[100:200])
    depot.append(SHA256, 100, CONTENT[100:])
    assert depot.finish(SHA256).read_bytes() == CONTENT


def test_more_bytes_than_were_announced_begin_anew(depot: Depot) -> None:
    depot.begin(ANNOUNCED)
    depot.append(SHA256, 0, CONTENT)
    assert depot.begin(ANNOUNCED.model_copy(update={"size": 5})) == 0


def test_what_is_another_content_is_removed(depot: Depot, tmp_path: Path) -> None:
    depot.begin(ANNOUNCED)
    depot.append(SHA256, 0, CONTENT[:-1] + b"x")
    with pytest.raises(PackageError, match="not the package that was announced: send it again"):
        depot.finish(SHA256)
    assert depot.begin(ANNOUNCED) == 0
    part = tmp_path / "a.part"
    part.write_bytes(CONTENT)
    assert finish_file(part, SHA256) == tmp_path / "a.coppkg"


def test_what_is_offered_is_found_by_its_number_alone(depot: Depot) -> None:
    folder = depot.folder_of("offered")
    (folder / "12-abc.coppkg").touch()
    (folder / "draft.coppkg").touch()
    assert depot.offered(12) == folder / "12-abc.coppkg"
    assert depot.offered(1) is None
    depot.clear("offered")
    assert depot.offered(12) is None
