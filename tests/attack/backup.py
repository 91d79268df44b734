"""Hostile backups: a good one, changed in one of many ways; each is refused or equal by content."""

import io
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from cop.errors import InputFileError
from cop.settings import StoreSettings
from cop.store.backup.restore import restore
from cop.store.room.loss import PASSING
from cop.store.room.relational import ROOM_FILE
from cop.store.room.seal import register_seals
from tests.support.filled import dump_room

Members = list[tuple[tarfile.TarInfo, bytes]]
Change = Callable[[Random, Path, Path], None]
SQL = {
    "catalogue.sqlite": (
        "CREATE VIEW evil AS SELECT 1",
        "CREATE TABLE evil (a)",
        "CREATE TRIGGER evil AFTER INSERT ON ducklake_snapshot BEGIN "
        "DELETE FROM ducklake_snapshot; END",
        "CREATE INDEX evil ON ducklake_table (table_name)",
        "ALTER TABLE ducklake_table ADD COLUMN evil",
        "ALTER TABLE ducklake_table ADD COLUMN evil DEFAULT (1)",
        "UPDATE ducklake_data_file SET path = '/etc/passwd', path_is_relative = 0",
        "UPDATE ducklake_data_file SET path = '../../../' || path",
        "UPDATE ducklake_data_file SET path_is_relative = 0",
        "UPDATE ducklake_table SET path = '../'",
        "UPDATE ducklake_table SET path = '/', path_is_relative = 0",
        "UPDATE ducklake_schema SET path = '/', path_is_relative = 0",
        "UPDATE ducklake_schema SET path = '../'",
        "INSERT INTO ducklake_files_scheduled_for_deletion VALUES (1, '../../x', 1, '2026-01-01')",
        "INSERT INTO ducklake_view VALUES (99, 'u', 0, NULL, 0, 'v', 'duckdb', 'SELECT 1', NULL)",
        "INSERT INTO ducklake_delete_file (delete_file_id, path) VALUES (1, '/etc/passwd')",
        "UPDATE ducklake_column SET default_value = 'getenv(''HOME'')', "
        "default_value_type = 'expression'",
        "UPDATE ducklake_snapshot_changes SET commit_extra_info = json_set(commit_extra_info, "
        '\'$.load\', json(\'{"source":"a","profile":"a","file":"a","kind":"a","accepted":1,'
        '"rejected":1,"duplicate":0,"superseded":0,"rejects_file":"../../etc/passwd"}\')) '
        "WHERE commit_extra_info IS NOT NULL",
        "DELETE FROM ducklake_data_file",
        "UPDATE ducklake_metadata SET value = '9.9' WHERE key = 'version'",
    ),
    "room.sqlite": (
        "CREATE VIEW evil AS SELECT 1",
        "CREATE TABLE evil (a)",
        "CREATE VIRTUAL TABLE evil USING fts5(a)",
        "CREATE TRIGGER evil AFTER INSERT ON board BEGIN DELETE FROM picture; END",
        "CREATE INDEX evil ON picture (name)",
        "ALTER TABLE picture ADD COLUMN evil",
        "DROP TRIGGER seal_board_update",
        "DROP TABLE audit",
        "UPDATE picture SET created_at = 'never'",
        "UPDATE picture SET newest = 99",
        "UPDATE picture_revision SET pairs = 'no list'",
        "UPDATE picture_revision SET version = 'x'",
        "UPDATE picture_revision SET thumbnail = 7",
        'UPDATE board SET board = \'{"revision": "x"}\'',
        "UPDATE board SET change = 'no json'",
        "UPDATE alert SET alert = '{}'",
        "UPDATE annotation SET drawing = '[]'",
        "UPDATE impact SET at = 5",
        "UPDATE mapping SET declared = '{}'",
        "DELETE FROM seal",
        "DELETE FROM alembic_version",
        "UPDATE alembic_version SET version_num = '9999'",
    ),
}
NAMES = (
    "/etc/cron.d/evil", "../evil", "datasets/main/events/../../../evil", "room.sqlite/x",
    "quarantine/evil", "origin.key", ".hidden", "catalogue.sqlite-wal", "rasters/evil.tif",
)  # fmt: skip


def mutate(random: Random, good: Path, folder: Path) -> tuple[str, Path]:
    """Write a changed copy of a good backup into a folder; return what was done, and the copy."""
    name, change = random.choice(CHANGES)
    target = folder / "hostile.tar"
    change(random, good, target)
    return name, target


def list_attacks(good: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """Write a backup for each statement on its databases that no program of ours runs."""
    for member, statements in SQL.items():
        for statement in statements:
            target = folder / "hostile.tar"
            write_members(target, _restated(good, folder, member, statement))
            yield f"{member}: {statement[:100]}", target


def try_restore(file: Path, folder: Path, warehouse: StoreSettings) -> str | None:
    """Restore into an empty folder; return why it was refused, None where all came back.

    AssertionError where a refusal leaves something behind, or what came back is not what there was.
    """
    target = folder / "target"
    try:
        restore(StoreSettings(data=target), file)
    except InputFileError as fault:
        assert str(file) in str(fault)
        assert not target.exists()
        return str(fault)
    rows = dump_room(warehouse.data / ROOM_FILE) | {name: [] for name in PASSING}
    assert dump_room(target / ROOM_FILE) == rows
    assert _list_data(target) == _list_data(warehouse.data)
    shutil.rmtree(target)
    return None


def _list_data(folder: Path) -> dict[Path, str]:
    return {
        path.relative_to(folder): sha256(path.read_bytes()).hexdigest()
        for path in (folder / "datasets").rglob("*.parquet")
    }


def read_members(file: Path) -> Members:
    """Read every member of a tar."""
    with tarfile.open(file) as tar:
        found: Members = []
        for about in tar:
            content = tar.extractfile(about)
            found.append((about, b"" if content is None else content.read()))
        return found


def write_members(file: Path, members: Members) -> None:
    """Write a tar of members as they are."""
    with tarfile.open(file, "w") as tar:
        for about, content in members:
            tar.addfile(about, io.BytesIO(content) if about.isreg() else None)


def with_manifest(members: Members) -> Members:
    """Let the manifest name the members as they are, as whoever forges a backup would."""
    (about, stated), *others = members
    manifest = json.loads(stated)
    manifest["members"] = [
        {"name": each.name, "sha256": sha256(content).hexdigest(), "size_bytes": len(content)}
        for each, content in others
    ]
    content = json.dumps(manifest).encode()
    return [(_member(about.name, content), content), *others]


def _restated(good: Path, folder: Path, member: str, statement: str) -> Members:
    database = folder / "database"
    changed: Members = []
    for about, content in read_members(good):
        written = content
        if about.name == member:
            database.write_bytes(content)
            with closing(sqlite3.connect(database)) as opened:
                register_seals(opened)
                with opened:
                    opened.execute(statement)
            written = database.read_bytes()
        changed.append((_member(about.name, written), written))
    return with_manifest(changed)


def _flipped(random: Random, good: Path, target: Path) -> None:
    content = bytearray(good.read_bytes())
    for _ in range(random.choice((1, 1, 1, 8))):
        place = random.randrange(len(content) * 8)
        content[place // 8] ^= 1 << (place % 8)
    target.write_bytes(content)


def _cut(random: Random, good: Path, target: Path) -> None:
    content = good.read_bytes()
    target.write_bytes(content[: random.randrange(len(content))])


def _doubled(random: Random, good: Path, target: Path) -> None:
    members = read_members(good)
    write_members(target, [*members, random.choice(members)])


def _swapped(random: Random, good: Path, target: Path) -> None:
    members = read_members(good)
    one, other = random.sample(range(len(members)), 2)
    members[one], members[other] = members[other], members[one]
    write_members(target, members)


def _renamed(random: Random, good: Path, target: Path) -> None:
    members = read_members(good)
    is_forged = random.random() < 0.5
    place = _choose(random, members, is_forged=is_forged)
    _, content = members[place]
    members[place] = (_member(random.choice(NAMES), content), content)
    write_members(target, with_manifest(members) if is_forged else members)


def _added(random: Random, good: Path, target: Path) -> None:
    members = read_members(good)
    content = random.randbytes(random.randrange(200))
    members.append((_member(random.choice(NAMES), content), content))
    write_members(target, with_manifest(members) if random.random() < 0.5 else members)


def _left_out(random: Random, good: Path, target: Path) -> None:
    members = read_members(good)
    is_forged = random.random() < 0.5
    del members[_choose(random, members, is_forged=is_forged)]
    write_members(target, with_manifest(members) if is_forged else members)


def _choose(random: Random, members: Members, *, is_forged: bool) -> int:
    """Choose a member; a backup whose manifest names no room is one from before there was one."""
    places = range(1, len(members))
    return random.choice([n for n in places if not is_forged or members[n][0].name != ROOM_FILE])


def _linked(random: Random, good: Path, target: Path) -> None:
    members = read_members(good)
    about, content = members[random.randrange(1, len(members))]
    about.type = random.choice(
        (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE)
    )
    about.linkname, about.size = "/etc/passwd", len(content)
    write_members(target, members)


def _holed(random: Random, good: Path, target: Path) -> None:
    """A member that claims more bytes than there are, by a header of the tar."""
    members = read_members(good)
    about, _ = members[random.randrange(1, len(members))]
    about.pax_headers = {"GNU.sparse.realsize": str(1 << 50), "GNU.sparse.size": str(1 << 50)}
    write_members(target, members)


def _misstated(random: Random, good: Path, target: Path) -> None:
    """A manifest of other words."""
    (about, stated), *others = read_members(good)
    manifest: dict[str, Any] = json.loads(stated)
    name = random.choice([*manifest])
    manifest[name] = random.choice((None, -1, 10**30, "x", [], {}, [{"name": "../x"}]))
    content = json.dumps(manifest).encode()
    write_members(target, [(_member(about.name, content), content), *others])


def _noise(random: Random, _good: Path, target: Path) -> None:
    target.write_bytes(random.randbytes(random.randrange(5_000)))


def _member(name: str, content: bytes) -> tarfile.TarInfo:
    about = tarfile.TarInfo(name)
    about.size = len(content)
    return about


CHANGES: tuple[tuple[str, Change], ...] = (
    ("bits flipped", _flipped),
    ("cut", _cut),
    ("a member twice", _doubled),
    ("members in another order", _swapped),
    ("a member renamed", _renamed),
    ("a member added", _added),
    ("a member left out", _left_out),
    ("a member that is a link", _linked),
    ("a member with holes", _holed),
    ("a manifest of other words", _misstated),
    ("noise", _noise),
)
