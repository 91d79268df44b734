"""Tests of packages: what is refused, with which words, before anything of it is used."""

import errno
import io
import json
import tarfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import pyrage
import pytest

from cop.errors import PackageError, PartnerError, StoreError
from cop.exchange.manifest import MOST_FILES
from cop.exchange.package import OpenedPackage, open_package
from tests.support.partner import MADE_AT, Node, known, make_node, packed, repacked

pytestmark = pytest.mark.exchange
Members = list[tuple[str, bytes]]
CONTENTS = {"events.parquet": b"rows" * 5_000, "photo/a.jpg": b"\xff\xd8picture"}


@dataclass(frozen=True)
class Pair:
    """A sender and a receiver, and a package from one to the other."""

    sender: Node
    receiver: Node
    package: Path

    def open(
        self, package: Path | None = None, *, node: Node | None = None, days: float = 1.0
    ) -> AbstractContextManager[OpenedPackage]:
        opener = node or self.receiver
        return open_package(
            package or self.package, keys=opener.keys, find_sender=known(self.sender),
            receiver=opener.code, now=MADE_AT + timedelta(days=days),
        )  # fmt: skip

    def refused(self, package: Path | None = None, *, node: Node | None = None) -> str:
        with pytest.raises(PackageError) as refusal, self.open(package, node=node):
            pass
        return str(refusal.value)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("pair")
    sender, receiver = make_node(folder, "JTF"), make_node(folder, "DPS")
    return Pair(sender, receiver, packed(folder / "a.coppkg", sender, receiver, CONTENTS))


def test_what_was_packed_is_opened_and_gone_afterwards(pair: Pair) -> None:
    with pair.open() as opened:
        assert opened.manifest.sender == "JTF"
        assert {n: opened.path(n).read_bytes() for n in CONTENTS} == CONTENTS
        folder = opened.folder
    assert not folder.exists()


def test_nothing_in_it_can_be_read_without_the_key(pair: Pair) -> None:
    sealed = pair.package.read_bytes()
    assert b"rowsrows" not in sealed
    assert b"JTF" not in sealed
    assert not [p for p in pair.package.parent.rglob("*") if p.suffix in (".tar", ".part")]


def test_its_sender_opens_it_as_the_receiver_does(pair: Pair) -> None:
    with open_package(
        pair.package, keys=pair.sender.keys, find_sender=known(pair.sender),
        receiver=pair.receiver.code, now=MADE_AT,
    ) as opened:  # fmt: skip
        assert {n: opened.path(n).read_bytes() for n in CONTENTS} == CONTENTS


def test_a_change_of_any_byte_is_noticed(pair: Pair, tmp_path: Path) -> None:
    """All bytes of the header are tried, and one of each 50 of the content."""
    whole = pair.package.read_bytes()
    header = whole.index(b"\n---") + 50
    random = Random(1)  # noqa: S311 the same in every run
    changed = tmp_path / "changed.coppkg"
    for i in [*range(header), *range(header, len(whole), 50), len(whole) - 1]:
        content = bytearray(whole)
        content[i] ^= 1 << random.randrange(8)
        changed.write_bytes(content)
        words = pair.refused(changed)
        assert "changed.coppkg: " in words
        assert "changed or cut on its way" in words, i


@pytest.mark.parametrize("n", [0, 1, 200, 1_000, -1])
def test_what_was_cut_is_noticed(pair: Pair, tmp_path: Path, n: int) -> None:
    cut = tmp_path / "cut.coppkg"
    cut.write_bytes(pair.package.read_bytes()[:n])
    assert "changed or cut on its way" in pair.refused(cut)


def test_a_file_that_is_no_package_is_refused(pair: Pair, tmp_path: Path) -> None:
    other = tmp_path / "photo.jpg"
    other.write_bytes(b"\xff\xd8" * 500)
    assert "photo.jpg: " in pair.refused(other)
    assert "cannot be read" in pair.refused(tmp_path / "none.coppkg")


def test_another_server_cannot_open_it(pair: Pair, tmp_path: Path) -> None:
    other = make_node(tmp_path, "SO-1")
    assert "sealed for another server" in pair.refused(node=other)


def test_one_that_is_for_another_is_refused_by_who_can_open_it(pair: Pair, tmp_path: Path) -> None:
    """Its sender sealed it for the keys of one and addressed it to another."""
    other = make_node(tmp_path, "SO-1")
    wrong = packed(
        tmp_path / "b.coppkg", pair.sender, Node(pair.receiver.keys, other.card.model_copy(
            update={"seal_key": pair.receiver.card.seal_key})), {},
    )  # fmt: skip
    assert "it is for SO-1, not for DPS" in pair.refused(wrong)


def test_one_that_expired_is_refused(pair: Pair) -> None:
    with pytest.raises(PackageError, match=r"expired at 2026-12-01T18:30Z; ask JTF"):
        pair.open(days=7).__enter__()


def test_one_of_an_unknown_sender_is_refused(pair: Pair, tmp_path: Path) -> None:
    stranger = make_node(tmp_path, "FBI")
    with pytest.raises(PartnerError, match="no partner 'FBI'"):
        pair.open(packed(tmp_path / "c.coppkg", stranger, pair.receiver, {})).__enter__()


def test_one_that_another_signed_is_refused(pair: Pair, tmp_path: Path) -> None:
    forger = Node(make_node(tmp_path, "FBI").keys, pair.sender.card)
    forged = packed(tmp_path / "d.coppkg", forger, pair.receiver, CONTENTS)
    assert "says that it is of JTF, and is not signed with the key" in pair.refused(forged)


def _restate(members: Members, **changes: object) -> Members:
    (name, manifest), *rest = members
    return [(name, json.dumps(json.loads(manifest) | changes).encode()), *rest]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: _restate(m, number=9), "not signed with the key"),
        (lambda m: _restate(m, marking="TLP:CLEAR"), "not signed with the key"),
        (lambda m: _restate(m, format=2), "newer version of the program"),
        (lambda m: _restate(m, surplus=1), "newer version of the program"),
        (lambda m: m[:-1], "is missing or has another size"),
        (lambda m: [*m[:2], m[3], m[2]], "is missing or has another size"),
        (lambda m: [*m, ("more.txt", b"x")], "holds more than its manifest names"),
        (lambda m: [*m[:2], (m[2][0], m[2][1][:-1] + b"S"), m[3]], "not what its manifest names"),
        (lambda m: [m[1], m[0], *m[2:]], "not a package"),
        (lambda m: m[:1], "not a package"),
        (lambda _: [], "not a package"),
    ],
)
def test_what_the_receiver_itself_could_change_is_noticed(
    pair: Pair, change: Callable[[Members], Members], words: str
) -> None:
    assert words in pair.refused(repacked(pair.package, pair.receiver, change))


def test_one_of_the_future_is_refused(pair: Pair) -> None:
    """A clock may be ahead by an hour."""
    with pair.open(days=-0.9 / 24):
        pass
    with pytest.raises(PackageError, match="made at 2026-11-24T18:30Z, which is in the future"):
        pair.open(days=-1.1 / 24).__enter__()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.XHDTYPE,
                                  tarfile.GNUTYPE_SPARSE, tarfile.FIFOTYPE])  # fmt: skip
def test_only_plain_files_are_in_a_package(pair: Pair, kind: bytes, tmp_path: Path) -> None:
    """A hole of a petabyte is a few bytes, and further headers are read to memory."""
    plain = pyrage.decrypt(pair.package.read_bytes(), [pair.receiver.keys.seal])
    for number in (0, 2):
        blocks = [*member_offsets(plain)]
        header = tarfile.TarInfo.frombuf(plain[blocks[number] :][:512], "ascii", "strict")
        header.type = kind
        changed = bytearray(plain)
        changed[blocks[number] : blocks[number] + 512] = header.tobuf(tarfile.GNU_FORMAT)[:512]
        path = tmp_path / "odd.coppkg"
        seal = pair.receiver.keys.seal.to_public()
        path.write_bytes(pyrage.encrypt(bytes(changed), [seal]))
        assert "it holds what is no plain file" in pair.refused(path)


def member_offsets(plain: bytes) -> list[int]:
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        return [entry.offset for entry in tar]


def test_ten_thousand_files_are_opened(pair: Pair, tmp_path: Path) -> None:
    contents = {f"f/{i}.txt": b"x" for i in range(MOST_FILES)}
    package = packed(tmp_path / "many.coppkg", pair.sender, pair.receiver, contents)
    with pair.open(package) as opened:
        assert len([*(opened.folder / "f").iterdir()]) == MOST_FILES


def test_a_full_disk_is_said_and_leaves_nothing(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both while a package is written and while one is unpacked."""
    target = tmp_path / "full.coppkg"
    full = OSError(errno.ENOSPC, "No space left on device")

    def fail(*_arguments: object, **_named: object) -> None:
        raise full

    with monkeypatch.context() as patched:
        patched.setattr("cop.exchange.package._add", fail)
        with pytest.raises(StoreError, match=r"cannot write .*No space left"):
            packed(target, pair.sender, pair.receiver, CONTENTS)
    assert [path.name for path in tmp_path.iterdir()] == ["full.files"]
    with monkeypatch.context() as patched:
        patched.setattr("cop.exchange.package._extract", fail)
        assert "it cannot be unpacked: [Errno 28] No space left" in pair.refused()
