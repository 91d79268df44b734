"""Which files of events a serving copy has, and how their rows are read from it."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from cop.store.catalogue.grain import IN_COPY, Grain
from cop.store.dataset.schema import EVENT_COLUMNS, EVENTS
from cop.store.engine import quote

BY_TIME: Final = "by_time"
SERVED_COLUMNS: Final = tuple(name for name in EVENT_COLUMNS if name != "geometry")
"""What a copy has: lon and lat say all that the geometry of an event does."""
TIMED_COLUMNS: Final = (
    *("occurred_at", "segment_id", "sector", "county", "kind", "source", "unit", "marking"),
    *("synthetic", "count", "mx", "my"),
)
"""What events are counted by: of a large file a copy has these again, sorted by time."""
COLUMNS_SQL: Final = ", ".join(map(quote, SERVED_COLUMNS))


@dataclass(frozen=True, kw_only=True)
class ServedFiles:
    """The schema of a copy, and the number by which ``part`` tells each file's rows.

    Of ``timed`` files it has the ``TIMED_COLUMNS`` again, sorted by time. The events lie in
    ``volumes``, which are tables of many parts; each is named by its first part.
    """

    schema: str = ""
    parts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    timed: frozenset[str] = field(default=frozenset(), repr=False)
    volumes: tuple[int, ...] = (0,)

    def select(self, files: Iterable[str], *, by_time: bool = False) -> tuple[str, str]:
        """Return the table to read FROM, and the condition that its rows are of some files.

        They are named by their parts, as others can come while a query waits.
        """
        by_volume: dict[int, list[str]] = {}
        for file in files:
            by_volume.setdefault(find_volume(self.volumes, self.parts[file]), []).append(file)
        tables = [
            (
                f"{self.schema}.{name_table(BY_TIME if by_time else EVENTS, volume)}",
                self._are_of(own),
            )
            for volume, own in sorted(by_volume.items())
        ]
        if len(tables) == 1:
            return tables[0]
        each = " UNION ALL ".join(f"FROM {table} WHERE {condition}" for table, condition in tables)
        return f"({each})", "true"

    def counted(self, grain: Grain, files: Iterable[str]) -> str:
        """Return what was counted of some files at one of the copy's grains, as SQL."""
        return f"FROM {self.schema}.{quote(grain.table)} WHERE {self._are_of(files)}"

    def read_whole(self, file: str) -> Iterable[str]:
        """Return the queries that read all that there is of a file, each from another table."""
        tables = [self.select([file])[0]]
        if file in self.timed:
            tables.append(self.select([file], by_time=True)[0])
        tables += (f"{self.schema}.{quote(grain.table)}" for grain in IN_COPY)
        return [
            f"SELECT bit_xor(hash(*COLUMNS(*))) FROM {table} WHERE {self._are_of([file])}"
            for table in tables
        ]

    def _are_of(self, files: Iterable[str]) -> str:
        return f"part IN ({', '.join(map(str, sorted(self.parts[file] for file in files)))})"


def find_volume(volumes: Sequence[int], part: int) -> int:
    """Return the volume that a part lies in: of all, the last that begins with it or before."""
    return volumes[bisect_right(volumes, part) - 1]


def name_table(table: str, volume: int) -> str:
    """Return the name of the table that has the rows of a volume."""
    return f"{table}_{volume}"


NOT_SERVED: Final = ServedFiles()
