"""Saving and deleting mappings, each noted in the audit record."""

from cop.model.mapping import SavedMapping
from cop.settings import StoreSettings
from cop.store.room.audit import note_step
from cop.store.room.mapping import SavedMappings

SUBJECT = "mapping"


def save_mapping(settings: StoreSettings, mapping: SavedMapping) -> bool:
    """Save a mapping; True if it takes the place of one of that name."""
    store = SavedMappings(settings)
    try:
        renewed = store.save(mapping)
    finally:
        store.close()
    detail = f"{mapping.kind}, {len(mapping.columns)} columns, source {_source(mapping)}"
    _note(
        settings, mapping, who=mapping.author, action="renew" if renewed else "save", detail=detail
    )
    return renewed


def delete_mapping(settings: StoreSettings, name: str, *, by: str) -> SavedMapping:
    """Delete a mapping; what was loaded by it stays."""
    store = SavedMappings(settings)
    try:
        gone = store.delete(name)
    finally:
        store.close()
    _note(settings, gone, who=by, action="delete", detail=f"saved by {gone.author}")
    return gone


def get_mapping(settings: StoreSettings, name: str) -> SavedMapping:
    """Return the mapping of a name; raise MappingError if there is none."""
    store = SavedMappings(settings)
    try:
        return store.get(name)
    finally:
        store.close()


def list_mappings(settings: StoreSettings) -> tuple[SavedMapping, ...]:
    """Return every saved mapping by name."""
    store = SavedMappings(settings)
    try:
        return store.list()
    finally:
        store.close()


def fitting_mappings(settings: StoreSettings, columns: list[str]) -> tuple[SavedMapping, ...]:
    """Return the mappings for files of exactly these columns, those saved last first."""
    store = SavedMappings(settings)
    try:
        return store.fitting(columns)
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
