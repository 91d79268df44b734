"""The doctor: everything that can be wrong with a warehouse, each by its name; changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.clock import PublishClock
from cop.store.catalogue.copy import list_copies
from cop.store.catalogue.lake import attach
from cop.store.catalogue.layout import check_layout
from cop.store.catalogue.listing import read_catalogue
from cop.store.catalogue.metadata import find_false_listings
from cop.store.catalogue.quarantine import read_quarantine
from cop.store.catalogue.version import CATALOGUE_FILE, CatalogueVersion
from cop.store.catalogue.version_note import Quarantined
from cop.store.dataset.schema import QUARANTINE
from cop.store.engine import CATALOGUE_EXTENSIONS, Cursor, DatabaseError, open_engine
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
    folder = settings.data.resolve()
    if not (folder / CATALOGUE_FILE).is_file() and not list_copies(folder):
        return Examination(
            findings=(
                HealthFinding(
                    check="catalogue",
                    subject=str(folder / CATALOGUE_FILE),
                    fault="is missing, so this is not a warehouse",
                    remedy=f"name one with --data, run `cop demo`, or {_RESTORE}",
                ),
            )
        )
    around = [
        *check_extensions(settings),
        *check_permissions(folder),
        *check_space(settings),
        *check_room(settings),
        *check_audit(settings),
    ]
    if has_hot_journal(folder):
        journal = HealthFinding(
            check="catalogue",
            subject=f"{folder / CATALOGUE_FILE}-journal",
            fault="holds a transaction that a killed writer left half done",
            remedy=f"{_REPAIR}, or start the server or a publish: each rolls it back",
        )
        return Examination(findings=(*around, journal))
    catalogue = [*check_catalogue_file(folder)] or [*check_copy(folder)]
    if catalogue or any(finding.check == "extensions" for finding in around):
        return Examination(findings=(*around, *catalogue))
    cursor = open_engine(settings, CATALOGUE_EXTENSIONS)
    try:
        return _examine_content(cursor, settings, around)
    except (StoreError, DatabaseError) as fault:
        unread = HealthFinding(
            check="catalogue",
            subject=str(folder / CATALOGUE_FILE),
            fault=f"cannot be read: {fault}",
            remedy=_RESTORE,
        )
        return Examination(findings=(*around, unread))
    finally:
        cursor.close()


def _examine_content(
    cursor: Cursor, settings: StoreSettings, around: list[HealthFinding]
) -> Examination:
    folder = settings.data.resolve()
    attach(cursor, folder, read_only=True)
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
