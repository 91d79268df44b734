"""Saving and deleting mappings, each noted in the audit record."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cop.model.mapping import SavedMapping
from cop.model.release import Release
from cop.settings import StoreSettings
from cop.store.room.audit import note_step
from cop.store.room.mapping import SavedMappings

SUBJECT = "mapping"


@dataclass(frozen=True, kw_only=True)
class MappingReaders:
    """Whose mappings are asked for: what has their release, without the sources withheld."""

    release: Release | None = None
    withheld: Collection[str] = ()


ALL = MappingReaders()
"""Those who may read everything."""


def save_mapping(
    settings: StoreSettings, mapping: SavedMapping, *, readers: MappingReaders = ALL
) -> bool:
    """Save a mapping; True if it takes the place of one of that name."""
    with _opened(settings, readers) as store:
        renewed = store.save(mapping)
    detail = f"{mapping.kind}, {len(mapping.columns)} columns, source {_source(mapping)}"
    _note(
        settings, mapping, who=mapping.author, action="renew" if renewed else "save", detail=detail
    )
    return renewed


def delete_mapping(
    settings: StoreSettings, name: str, *, by: str, readers: MappingReaders = ALL
) -> SavedMapping:
    """Delete a mapping; what was loaded by it stays."""
    with _opened(settings, readers) as store:
        gone = store.delete(name)
    _note(settings, gone, who=by, action="delete", detail=f"saved by {gone.author}")
    return gone


def get_mapping(settings: StoreSettings, name: str) -> SavedMapping:
    """Return the mapping of a name; raise MappingError if there is none."""
    with _opened(settings, ALL) as store:
        return store.get(name)


def list_mappings(
    settings: StoreSettings, *, readers: MappingReaders = ALL
) -> tuple[SavedMapping, ...]:
    """Return every saved mapping by name."""
    with _opened(settings, readers) as store:
        return store.list()


def fitting_mappings(
    settings: StoreSettings, columns: list[str], *, readers: MappingReaders = ALL
) -> tuple[SavedMapping, ...]:
    """Return the mappings for files of exactly these columns, those saved last first."""
    with _opened(settings, readers) as store:
        return store.fitting(columns)


@contextmanager
def _opened(settings: StoreSettings, readers: MappingReaders) -> Iterator[SavedMappings]:
    store = SavedMappings(settings)
    try:
        yield store.released_to(readers.release).without_sources(readers.withheld)
    finally:
        store.close()


def _source(mapping: SavedMapping) -> str:
    return str((mapping.declared.get("source") or {}).get("id"))


def _note(
    settings: StoreSettings, mapping: SavedMapping, *, who: str, action: str, detail: str
) -> None:
    note_step(
        settings,
        who=who,
        subject=f"{SUBJECT} {mapping.name}",
        action=action,
        version=None,
        detail=detail,
    )
