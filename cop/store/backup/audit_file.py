"""The audit record in backups: copied as of one moment, brought back, and never rolled back.

A record that is there goes on: what a backup has beyond its end is added; one that parted from it
earlier is set aside whole.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from cop.errors import InputFileError
from cop.model.audit import NO_HASH, AuditEntry, AuditHead, NotedHead
from cop.model.audit_chain import check_chain
from cop.settings import StoreSettings
from cop.store.audit.file import AUDIT_FILE, create_file
from cop.store.audit.head import read_head, write_head
from cop.store.audit.record import AuditRecord, open_record
from cop.store.audit.schema import COLUMNS, FORMAT, OBJECTS, SELECT, read_schema
from cop.store.backup.database_copy import copy_database
from cop.store.catalogue.version import QUARANTINE_FOLDER
from cop.store.catalogue.writer import make_folder, place_file

_WAIT_S: Final = 60
_BEFORE_ALL: Final = AuditHead(seq=0, hash=NO_HASH)
NONE, RESTORED, UNCHANGED, EXTENDED, ASIDE = (
    "none in the backup",
    "restored",
    "unchanged: it has all entries of the backup",
    "extended by later entries of the backup",
    "unchanged: that of the backup is another one and is in the quarantine",
)
"""What became of the audit record at a restore, in words."""


def copy_audit(settings: StoreSettings, copy: Path) -> bool:
    """Copy the audit record of a warehouse as of one moment; return False if there is none."""
    if settings.database is None:
        path = settings.data.resolve() / AUDIT_FILE
        return copy_database(path, copy, connect=_open, remedy="run `cop audit verify`")
    with closing(open_record(settings)) as record:
        if record.last() is None:
            return False
        create_file(copy, record.read())
    with closing(sqlite3.connect(copy)) as opened:
        # A copy of its own needs no journal beside it.
        opened.execute("PRAGMA journal_mode = DELETE")
    return True


def check_audit_file(copy: Path, archive: Path) -> None:
    """Raise InputFileError unless a backup's record is of our schema alone, and whole."""
    try:
        with closing(_open(copy)) as opened:
            (found,) = opened.execute("PRAGMA user_version").fetchone()
            if found > FORMAT:
                raise InputFileError(
                    f"{archive}: its {AUDIT_FILE} was written by a newer version of the program; "
                    "update the program, then restore"
                )
            (intact,) = opened.execute("PRAGMA integrity_check(1)").fetchone()
            if read_schema(opened) != OBJECTS or intact != "ok":
                raise _refusal(archive, "it is damaged or has what no record has")
        last = next(iter(_read(copy, "ORDER BY seq DESC LIMIT 1")), None)
        report = check_chain(
            _reader(copy), head=None if last is None else NotedHead(last=last.head)
        )
    except (sqlite3.Error, OverflowError) as fault:
        raise _refusal(archive, str(fault)) from fault
    if report.finding is not None:
        raise _refusal(archive, report.finding.words)


def settle_audit(settings: StoreSettings, copy: Path | None) -> str:
    """Bring the record of a checked copy together with the one here; say what became of it.

    Nothing that is recorded here is lost. Raise AuditError if it cannot be written.
    """
    if copy is None:
        return NONE
    file, theirs = open_record(settings), [*_read(copy)]
    try:
        return _settle(file, copy, theirs) if theirs else NONE
    finally:
        file.close()


def _settle(file: AuditRecord, copy: Path, theirs: list[AuditEntry]) -> str:
    last = file.last()
    if last is None:
        file.append(lambda _head: theirs)
        return RESTORED
    if last == theirs[-1]:
        with file.locked():
            if read_head(file.folder) == NotedHead(last=_BEFORE_ALL, is_old=True):
                # A restore of an earlier program was killed between the entries and their head.
                write_head(file.folder, last.head)
        return UNCHANGED
    if last in theirs:
        for entry in theirs[theirs.index(last) + 1 :]:
            file.append(_only(entry))
        return EXTENDED
    (first,) = file.read("WHERE seq = (SELECT min(seq) FROM entry)")
    begins = AuditHead(seq=first.seq - 1, hash=first.previous)
    if begins in [entry.head for entry in theirs] or theirs[-1] in file.read(
        "WHERE seq = ?", [theirs[-1].seq]
    ):
        return UNCHANGED
    _set_aside(file.folder, copy, theirs[-1])
    return ASIDE


def _only(entry: AuditEntry) -> Callable[[AuditHead], tuple[AuditEntry]]:
    return lambda _head: (entry,)


def _set_aside(folder: Path, copy: Path, last: AuditEntry) -> None:
    target = folder / QUARANTINE_FOLDER / f"audit-{last.hash[:16]}.sqlite"
    make_folder(target.parent)

    def write(draft: Path) -> None:
        draft.write_bytes(copy.read_bytes())

    place_file(target, write)


def _reader(copy: Path) -> Callable[[], Iterator[AuditEntry]]:
    return lambda: _read(copy)


def _read(copy: Path, order: str = "ORDER BY seq") -> Iterator[AuditEntry]:
    with closing(_open(copy)) as opened:
        for row in opened.execute(f"{SELECT} {order}"):
            yield AuditEntry(**dict(zip(COLUMNS, row, strict=True)))


def _refusal(archive: Path, why: str) -> InputFileError:
    stated = " ".join(why.split())[:300]
    return InputFileError(
        f"{archive}: not a whole backup of `cop backup`: its {AUDIT_FILE}: {stated}; use another "
        "one"
    )


def _open(path: Path) -> sqlite3.Connection:
    opened = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=_WAIT_S)
    opened.execute("PRAGMA trusted_schema = OFF")
    opened.execute("PRAGMA cell_size_check = ON")
    return opened
