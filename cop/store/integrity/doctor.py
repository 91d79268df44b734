"""The doctor: everything that can be wrong with a warehouse, each by its name; changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.clock import PublishClock
from cop.store.catalogue.layout import check_layout
from cop.store.catalogue.listing import read_catalogue
from cop.store.catalogue.metadata import find_false_listings
from cop.store.catalogue.quarantine import read_quarantine
from cop.store.catalogue.store import CatalogueStore, open_store
from cop.store.catalogue.version import CATALOGUE_FILE, CatalogueVersion
from cop.store.catalogue.version_note import Quarantined
from cop.store.dataset.schema import QUARANTINE
from cop.store.engine import Cursor, DatabaseError, open_engine
from cop.store.integrity.damage import Damage, find_damage
from cop.store.integrity.health import (
    HealthFinding,
    check_audit,
    check_catalogue_file,
    check_clock,
    check_copy,
    check_extensions,
    check_permissions,
    check_room,
    check_space,
    has_hot_journal,
)
from cop.store.room.damage import read_damages

_RESTORE = "restore the warehouse from a backup"
_REPAIR = "run `cop doctor --repair`"


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What was found; ``version`` is the newest, None if the catalogue cannot be read.

    ``room`` says what the room lost before and nobody has brought back.
    """

    findings: tuple[HealthFinding, ...]
    version: int | None = None
    files: int = 0
    quarantine: tuple[Quarantined, ...] = ()
    room: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def examine(settings: StoreSettings) -> Examination:
    """Check files, catalogue, room, audit, extensions, permissions, free space and clock."""
    # What a file of before lost is no loss of a database.
    damages = read_damages(settings.data.resolve()) if settings.database is None else ()
    lost = [damage.caveat for damage in damages if damage.is_loss]
    return replace(_examine(settings), room=tuple(lost))


def _examine(settings: StoreSettings) -> Examination:
    folder, store = settings.data.resolve(), open_store(settings)
    absent = _find_absent(store)
    if absent is not None:
        return Examination(findings=(absent,))
    around = [
        *check_extensions(settings),
        *check_permissions(folder),
        *check_space(settings),
        *check_room(settings),
        *check_audit(settings),
    ]
    is_file = settings.database is None
    if is_file and has_hot_journal(folder):
        journal = HealthFinding(
            check="catalogue",
            subject=f"{folder / CATALOGUE_FILE}-journal",
            fault="holds a transaction that a killed writer left half done",
            remedy=f"{_REPAIR}, or start the server or a publish: each rolls it back",
        )
        return Examination(findings=(*around, journal))
    catalogue = _check_file(folder) if is_file else []
    if catalogue or any(finding.check == "extensions" for finding in around):
        return Examination(findings=(*around, *catalogue))
    cursor = open_engine(settings, store.extensions)
    try:
        return _examine_content(cursor, settings, store, around)
    except (StoreError, DatabaseError) as fault:
        unread = HealthFinding(
            check="catalogue",
            subject=store.name,
            fault=f"cannot be read: {fault}",
            remedy=_RESTORE,
        )
        return Examination(findings=(*around, unread))
    finally:
        cursor.close()


def _check_file(folder: Path) -> list[HealthFinding]:
    return [*check_catalogue_file(folder)] or [*check_copy(folder)]


def _find_absent(store: CatalogueStore) -> HealthFinding | None:
    """Return what is wrong where there is no catalogue, or none that can be asked."""
    try:
        if store.has_remains():
            return None
        fault = "is missing, so this is not a warehouse"
        remedy = f"name one with --data, run `cop demo`, or {_RESTORE}"
    except StoreError as away:
        fault, remedy = f"cannot be asked: {away}", "start PostgreSQL, or check COP_DATABASE"
    return HealthFinding(check="catalogue", subject=store.name, fault=fault, remedy=remedy)


def _examine_content(
    cursor: Cursor,
    settings: StoreSettings,
    store: CatalogueStore,
    around: list[HealthFinding],
) -> Examination:
    folder = store.folder
    store.attach(cursor)
    false = [
        HealthFinding(
            check="catalogue",
            subject=f"version {version}",
            fault="lists other files than it was published with",
            remedy=_RESTORE,
        )
        for version in find_false_listings(cursor)
    ]
    damage, checked = find_damage(cursor, folder, threads=settings.threads)
    files = [_of_file(item) for item in damage]
    if false:
        return Examination(findings=(*around, *false, *files), files=checked)
    catalogue = read_catalogue(cursor, folder)
    if catalogue.version:
        around += check_clock(catalogue.published_at, PublishClock.of(settings))
    if files:
        return Examination(findings=(*around, *files), version=catalogue.version, files=checked)
    return Examination(
        findings=(*around, *_check_layout(cursor, settings, catalogue)),
        version=catalogue.version,
        files=checked,
        quarantine=read_quarantine(cursor, catalogue.files.get(QUARANTINE, ())),
    )


def _of_file(damage: Damage) -> HealthFinding:
    return HealthFinding(
        check="files",
        subject=damage.path,
        fault=f"{damage.fault} (shown by {'the newest' if damage.is_current else 'an earlier'} "
        "version)",
        remedy=_REPAIR,
    )


def _check_layout(
    cursor: Cursor, settings: StoreSettings, catalogue: CatalogueVersion
) -> Iterator[HealthFinding]:
    try:
        check_layout(cursor, settings.data.resolve(), catalogue.files)
    except StoreError as fault:
        yield HealthFinding(
            check="layout", subject="newest version", fault=str(fault), remedy="build it again"
        )
