"""What the store needs: extensions, permissions, free space, clock, the catalogue's file."""

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cop.errors import AuditError, BusyError, StoreError
from cop.model.moment import utc_instant
from cop.resource import package_path
from cop.settings import StoreSettings
from cop.store.audit.record import open_record
from cop.store.catalogue.clock import STEP, PublishClock
from cop.store.catalogue.copy import find_catalogue_damage, find_sqlite_fault, list_copies
from cop.store.catalogue.lock import writer_lock
from cop.store.catalogue.version import CATALOGUE_FILE
from cop.store.engine import DATABASE_EXTENSIONS, EXTENSIONS, REINSTALL, open_engine
from cop.store.room.damage import has_known_room
from cop.store.room.examination import examine_room
from cop.store.room.relational import ROOM_FILE
from cop.store.room.schema import HEAD, read_file_revision

_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
_MEGABYTE = 1_000_000


@dataclass(frozen=True, kw_only=True)
class HealthFinding:
    """One thing that is wrong: of which check, what, how, and what to do."""

    check: str
    subject: str
    fault: str
    remedy: str

    @property
    def line(self) -> str:
        """The finding in one line."""
        return f"{self.check}: {self.subject} {self.fault}; {self.remedy}"


def check_extensions(settings: StoreSettings) -> Iterator[HealthFinding]:
    """Load each extension by itself, so that the one that fails is named."""
    more = () if settings.database is None else DATABASE_EXTENSIONS
    for name in dict.fromkeys((*EXTENSIONS, *more)):
        try:
            open_engine(settings, (name,)).close()
        except (StoreError, ImportError) as fault:
            yield HealthFinding(
                check="extensions",
                subject=name,
                fault=f"does not load: {fault}",
                remedy=REINSTALL[0].lower() + REINSTALL[1:],
            )


def check_permissions(folder: Path) -> Iterator[HealthFinding]:
    """Everything below the warehouse must be readable, folders writable, nothing open to all."""
    is_read_only = bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    if is_read_only:
        yield HealthFinding(
            check="permissions",
            subject=str(folder),
            fault="is on a file system that is mounted read-only: nothing can be loaded or saved",
            remedy="mount it writable",
        )
    for path in (folder, *sorted(folder.rglob("*"))):
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            # Files under way come and go beside the data.
            continue
        if stat.S_ISLNK(mode):
            continue
        requested, word, right = os.R_OK, "readable", "r"
        if not is_read_only and (path.is_dir() or path.name in (CATALOGUE_FILE, ROOM_FILE)):
            requested, word, right = os.R_OK | os.W_OK, "readable and writable", "rw"
        if not os.access(path, requested):
            yield HealthFinding(
                check="permissions",
                subject=str(path),
                fault=f"is not {word} by this user",
                remedy=f"chmod u+{right} or change its owner",
            )
        if mode & stat.S_IWOTH:
            yield HealthFinding(
                check="permissions",
                subject=str(path),
                fault="can be written by every user of this machine",
                remedy="chmod o-w",
            )


def check_space(settings: StoreSettings) -> Iterator[HealthFinding]:
    """A publish writes months anew beside the old."""
    free = shutil.disk_usage(settings.data).free
    if free < settings.free_mb * _MEGABYTE:
        yield HealthFinding(
            check="space",
            subject=str(settings.data.resolve()),
            fault=f"has {free / _MEGABYTE:,.0f} MB free, less than COP_FREE_MB={settings.free_mb}",
            remedy="free some, or move the warehouse with COP_DATA",
        )


def check_clock(published_at: datetime, clock: PublishClock) -> Iterator[HealthFinding]:
    """The clock (UTC) must allow a publish, and not be before the program's own files."""
    now = utc_instant()
    built = max(path.stat().st_mtime for path in package_path("cop").rglob("*.py"))
    installed_at = datetime.fromtimestamp(built, UTC).replace(tzinfo=None)
    fault = clock.find_fault(published_at, now)
    if fault is None and now < installed_at - STEP:
        moment = installed_at.isoformat(timespec="seconds")
        fault = f"is before {moment}Z, when this program was installed"
    if fault is not None:
        yield HealthFinding(
            check="clock",
            subject=f"{now.isoformat(timespec='seconds')}Z",
            fault=fault,
            remedy="set the clock of this machine, or publish once with COP_ACCEPT_CLOCK=1",
        )


def has_hot_journal(folder: Path) -> bool:
    """Return whether a killed writer left a transaction half done; not that of one at work."""
    journal = folder / f"{CATALOGUE_FILE}-journal"
    try:
        with writer_lock(folder, timeout_s=0), journal.open("rb") as file:
            return file.read(len(_JOURNAL_MAGIC)) == _JOURNAL_MAGIC
    except (BusyError, OSError):
        return False


def check_catalogue_file(folder: Path) -> Iterator[HealthFinding]:
    """Check the catalogue's file with SQLite; change nothing."""
    fault = find_sqlite_fault(folder / CATALOGUE_FILE)
    if fault:
        whole = any(copy.is_whole for copy in list_copies(folder))
        yield _of_catalogue(folder, fault, replaceable=whole)


def check_copy(folder: Path) -> Iterator[HealthFinding]:
    """Check the catalogue against its copy; nothing is changed, nor said while one publishes."""
    try:
        with writer_lock(folder, timeout_s=0):
            damage = find_catalogue_damage(folder)
    except (BusyError, OSError):
        return
    if damage is not None:
        yield _of_catalogue(folder, damage.fault, replaceable=damage.copy is not None)


def _of_catalogue(folder: Path, fault: str, *, replaceable: bool) -> HealthFinding:
    copy = "run `cop doctor --repair` or start the server: each puts its copy in its place"
    return HealthFinding(
        check="catalogue",
        subject=str(folder / CATALOGUE_FILE),
        fault=fault,
        remedy=copy if replaceable else "restore the warehouse from a backup",
    )


def check_room(settings: StoreSettings) -> Iterator[HealthFinding]:
    """Check the room's file, its schema, and each row by its seal; nothing is changed.

    Of a database PostgreSQL itself checks the rows.
    """
    if settings.database is not None:
        yield from _check_room_tables(settings.database)
        return
    folder = settings.data.resolve()
    path = folder / ROOM_FILE
    if not path.is_file() and not has_known_room(folder):
        return
    fault, remedy = _room_fault(path)
    if fault:
        yield HealthFinding(check="room", subject=str(path), fault=fault, remedy=remedy)
    elif (revision := read_file_revision(path)) is not None and revision > HEAD:
        yield _of_newer_room(str(path), revision)


def _check_room_tables(database: str) -> Iterator[HealthFinding]:
    from cop.store.database import describe_database
    from cop.store.room.pool import read_database_revision

    subject = f"room in {describe_database(database)}"
    try:
        revision = read_database_revision(database)
    except StoreError as fault:
        yield HealthFinding(
            check="room",
            subject=subject,
            fault=f"cannot be examined: {fault}",
            remedy="start PostgreSQL, or check COP_DATABASE",
        )
        return
    if revision is not None and revision > HEAD:
        yield _of_newer_room(subject, revision)


def _of_newer_room(subject: str, revision: str) -> HealthFinding:
    return HealthFinding(
        check="room",
        subject=subject,
        fault=f"has schema {revision}, but this program knows {HEAD}",
        remedy="update the program",
    )


def check_audit(settings: StoreSettings) -> Iterator[HealthFinding]:
    """Check the chain of the audit record; nothing is changed."""
    record = open_record(settings)
    try:
        finding = record.verify().finding
        fault = None if finding is None else f"is not whole: {finding.words}"
    except AuditError as problem:
        fault = f"cannot be checked: {problem}"
    finally:
        record.close()
    if fault is not None:
        yield HealthFinding(
            check="audit",
            subject=record.place,
            fault=fault,
            remedy="find out who changed it, then run `cop audit begin --reason TEXT`",
        )


def _room_fault(path: Path) -> tuple[str | None, str]:
    """Return what is wrong with the room's file, None if nothing is, and what to do."""
    mend = (
        "run `cop doctor --repair`, or start the server: each sets aside what is damaged and goes "
        "on with the rest; then restore a backup"
    )
    if not path.is_file():
        return "is missing", mend
    try:
        found = examine_room(path)
    except StoreError as fault:
        # SQLite writes a file of its own beside one that it reads.
        free = shutil.disk_usage(path.parent).free
        why = "; the disk is full" if free < _MEGABYTE else ""
        again = "free room on the disk, or let this account write there, then examine it again"
        return f"cannot be examined: {fault}{why}", again
    return None if found.is_well else found.line, mend
