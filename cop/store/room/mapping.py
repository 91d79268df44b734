"""Saved mappings in the relational store, beside the catalogue: by name, found by their columns."""

import copy
import json
from collections.abc import Collection, Iterable
from typing import Any, Final, Self

from pydantic import ValidationError
from sqlalchemy import Column, DateTime, Row, String, Table, Text, delete, select

from cop.errors import MappingError
from cop.model.mapping import SavedMapping, build_declared, key_of
from cop.store.room.relational import METADATA, RoomRecords
from cop.store.room.statement import put_rows

MAPPINGS: Final = Table(
    "mapping",
    METADATA,
    Column("name", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("columns_key", String, nullable=False),
    Column("columns", Text, nullable=False),
    Column("choices", Text, nullable=False),
    Column("declared", Text, nullable=False),
    Column("written", Text, nullable=False),
    Column("author", String, nullable=False),
    Column("saved_at", DateTime, nullable=False),
)
_UNUSED: Final = "{}"
"""What ``written`` holds: a guess of the file's format, until 0.2.0."""


class SavedMappings(RoomRecords):
    """Every saved mapping of a warehouse; safe to use from many threads and processes.

    A mapping has the marking of its source, as it declares it and as it is loaded.
    """

    _withheld: Collection[str] = ()

    def without_sources(self, withheld: Collection[str]) -> Self:
        """Return the same mappings for viewers who may not know of some sources that are loaded."""
        other = copy.copy(self)
        other._withheld = withheld
        return other

    def save(self, mapping: SavedMapping) -> bool:
        """Save a mapping; True if it takes the place of one of that name.

        Raise MappingError if these viewers may not read that one.
        """
        row = _row(mapping)
        with self._store.writing() as connection:
            requested = select(MAPPINGS).where(MAPPINGS.c.name == row["name"])
            stored = connection.execute(requested).one_or_none()
            is_there = stored is not None
            if stored is not None and not self._admits(stored):
                raise MappingError(f"mapping {mapping.name!r}: the name is taken; choose another")
            put_rows(connection, MAPPINGS, [row])
        return is_there

    def get(self, name: str) -> SavedMapping:
        """Return the mapping of a name; raise MappingError if there is none."""
        with self._store.reading() as connection:
            row = connection.execute(
                select(MAPPINGS).where(MAPPINGS.c.name == name.strip())
            ).one_or_none()
        if row is None or not self._admits(row):
            known = ", ".join(repr(mapping.name) for mapping in self.list()) or "none"
            raise MappingError(f"no mapping {name[:60]!r} is saved here; there are: {known}")
        return _build(row)

    def list(self) -> tuple[SavedMapping, ...]:
        """Return every mapping by name."""
        requested = select(MAPPINGS).order_by(MAPPINGS.c.name)
        with self._store.reading() as connection:
            return self._build_admitted(connection.execute(requested))

    def fitting(self, columns: Iterable[str]) -> tuple[SavedMapping, ...]:
        """Return the mappings for files of exactly these columns, those saved last first."""
        requested = select(MAPPINGS).where(MAPPINGS.c.columns_key == key_of(columns))
        with self._store.reading() as connection:
            found = connection.execute(
                requested.order_by(MAPPINGS.c.saved_at.desc(), MAPPINGS.c.name)
            )
            return self._build_admitted(found)

    def delete(self, name: str) -> SavedMapping:
        """Delete a mapping and return what it was; what was loaded by it stays."""
        found = self.get(name)
        with self._store.writing() as connection:
            connection.execute(delete(MAPPINGS).where(MAPPINGS.c.name == found.name))
        return found

    def _build_admitted(self, rows: Iterable[Row[Any]]) -> tuple[SavedMapping, ...]:
        return tuple(_build(row) for row in rows if self._admits(row))

    def _admits(self, row: Row[Any]) -> bool:
        if self._release is None:
            return True
        source = json.loads(row.declared).get("source") or {}
        return self.admits(str(source.get("marking"))) and source.get("id") not in self._withheld


def _row(mapping: SavedMapping) -> dict[str, Any]:
    """Return the columns of a mapping, as 0.1.0 writes and reads them."""
    declared = {n: v for n, v in mapping.declared.items() if n not in ("reader", "reading")}
    return {
        "name": mapping.name,
        "kind": mapping.kind,
        "columns_key": key_of(mapping.columns),
        "columns": json.dumps(mapping.columns, ensure_ascii=False),
        "choices": mapping.reading.choices.model_dump_json(),
        "declared": json.dumps(declared, ensure_ascii=False),
        "written": _UNUSED,
        "author": mapping.author,
        "saved_at": mapping.saved_at,
    }


def _build(row: Row[Any]) -> SavedMapping:
    try:
        reading = {**json.loads(row.choices), "header": json.loads(row.columns)}
        return SavedMapping(
            name=row.name,
            declared=build_declared(json.loads(row.declared), reading),
            author=row.author,
            saved_at=row.saved_at,
        )
    except (ValueError, ValidationError) as fault:
        raise MappingError(
            f"mapping {row.name!r} cannot be read: delete it (`cop mapping delete`) and save it "
            f"again: {' '.join(str(fault).split())[:200]}"
        ) from fault
