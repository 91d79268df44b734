"""Volumes: the tables of a serving copy that have events, each those of many files."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Self

from cop.store.dataset.schema import EVENT_COLUMNS, EVENTS
from cop.store.engine import Cursor, fetch, quote
from cop.store.serving.served import (
    BY_TIME,
    SERVED_COLUMNS,
    TIMED_COLUMNS,
    find_volume,
    name_table,
)

VOLUME_EVENTS: Final = 16_777_216
"""A volume of so many gets no further file: a query looks through the bounds of all its rows."""
_TABLES: Final = {EVENTS: SERVED_COLUMNS, BY_TIME: TIMED_COLUMNS}
_FIND: Final = (
    f"SELECT replace(table_name, '{EVENTS}_', '')::INTEGER AS first, estimated_size "
    "FROM duckdb_tables() WHERE database_name = $schema "
    f"AND regexp_full_match(table_name, '{EVENTS}_[0-9]+') ORDER BY first"
)


class Volumes:
    """The volumes of one copy. Parts are written into the last one, in increasing order."""

    def __init__(self, schema: str = "", rows: Mapping[int, int] = MappingProxyType({})) -> None:
        """Begin with those of a schema, by their numbers, that have so many rows."""
        self._schema = schema
        self._rows = dict(rows)

    @classmethod
    def open(cls, cursor: Cursor, schema: str) -> Self:
        """Find those of a copy, or begin the first."""
        found = cls(schema, dict(fetch(cursor, _FIND, {"schema": schema})))
        for volume in found.numbers or (0,):
            # One of its tables may be missing where a process was killed.
            found._add(cursor, volume)
        return found

    @property
    def numbers(self) -> tuple[int, ...]:
        """The first part of each volume, increasing."""
        return tuple(sorted(self._rows))

    @property
    def tables(self) -> list[str]:
        """The names of their tables."""
        return [name_table(table, volume) for table in _TABLES for volume in self.numbers]

    def choose(self, cursor: Cursor, part: int) -> tuple[str, str]:
        """Return the tables for a new part, in a new volume if the last is full.

        The first is for its events by place, the second for those by time.
        """
        if self._rows[self.numbers[-1]] >= VOLUME_EVENTS:
            self._add(cursor, part)
        by_place, by_time = (f"{self._schema}.{name_table(t, self.numbers[-1])}" for t in _TABLES)
        return by_place, by_time

    def note(self, rows: int) -> None:
        """Count the rows of a part that was written into the last volume."""
        self._rows[self.numbers[-1]] += rows

    def drop_empty(self, cursor: Cursor, parts: Iterable[int]) -> None:
        """Drop the volumes with none of the ``parts`` that are there, but the last."""
        used = {find_volume(self.numbers, part) for part in parts}
        for volume in {*self.numbers[:-1]} - used:
            for table in _TABLES:
                cursor.execute(f"DROP TABLE {self._schema}.{name_table(table, volume)}")
            del self._rows[volume]

    def _add(self, cursor: Cursor, volume: int) -> None:
        for table, columns in _TABLES.items():
            typed = ", ".join(f"{quote(column)} {EVENT_COLUMNS[column]}" for column in columns)
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {self._schema}.{name_table(table, volume)} "
                f"(part INTEGER, {typed})"
            )
        self._rows.setdefault(volume, 0)
