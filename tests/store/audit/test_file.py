"""The file of the audit record: appended to by many, never changed, never gone on with damaged."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cop.errors import AuditError
from cop.store.audit.file import AUDIT_FILE, AuditFile
from cop.store.audit.schema import INSERT
from tests.support.audit import build_entries, fill

pytestmark = pytest.mark.access


def append(file: AuditFile, n: int = 1) -> None:
    file.append(lambda head: [*build_entries(n, head)])


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET who = 'x'",
        "DELETE FROM entry WHERE seq = 2",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 2",
        "REPLACE INTO entry SELECT * FROM entry WHERE seq = 3",
    ],
)
def test_the_file_itself_refuses_changes(tmp_path: Path, sql: str) -> None:
    before = [*fill(tmp_path, 3).read()]
    with closing(sqlite3.connect(tmp_path / AUDIT_FILE)) as opened:
        with pytest.raises(sqlite3.IntegrityError, match="entries of the audit record are"):
            opened.execute(sql)
        opened.rollback()
    assert [*AuditFile(tmp_path).read()] == before


def test_a_file_that_is_none_is_refused_with_words(tmp_path: Path) -> None:
    (tmp_path / AUDIT_FILE).write_text("no database " * 100)
    file = AuditFile(tmp_path)
    with pytest.raises(AuditError, match="cannot be written"):
        append(file)
    with pytest.raises(AuditError, match="cannot be read"):
        [*file.read()]


def test_a_file_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, 1)
    with closing(sqlite3.connect(tmp_path / AUDIT_FILE)) as opened:
        opened.execute("PRAGMA user_version = 2")
    with pytest.raises(AuditError, match="newer version of the program"):
        append(AuditFile(tmp_path))


def test_another_file_in_its_place_is_opened(tmp_path: Path) -> None:
    """A server goes on where a command began anew."""
    server, command = fill(tmp_path, 3), AuditFile(tmp_path)
    append(server)
    command.set_aside(tmp_path / "aside")
    append(server)
    assert [entry.seq for entry in command.read()] == [1]
    server.close()


def test_the_statement_names_every_column() -> None:
    assert INSERT.count("?") == 15
