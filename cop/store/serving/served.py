"""Which files of events a serving copy has, and how their rows are read from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from cop.store.catalogue.grain import Grain
from cop.store.dataset.schema import EVENT_COLUMNS
from cop.store.engine import quote

SERVED_COLUMNS: Final = tuple(name for name in EVENT_COLUMNS if name != "geometry")
"""What a copy has: lon and lat say all that the geometry of an event does."""
COLUMNS_SQL: Final = ", ".join(map(quote, SERVED_COLUMNS))


@dataclass(frozen=True, kw_only=True)
class ServedFiles:
    """The schema of a copy, and the number by which ``part`` tells each file's rows."""

    schema: str = ""
    parts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    def select(self, files: Iterable[str]) -> tuple[str, str]:
        """Return the table to read FROM, and the condition that its rows are of some files.

        They are named by their parts, as others can come while a query waits.
        """
        return f"{self.schema}.events", self._are_of(files)

    def counted(self, grain: Grain, files: Iterable[str]) -> str:
        """Return what was counted of some files at one of the copy's grains, as SQL."""
        return f"FROM {self.schema}.{quote(grain.table)} WHERE {self._are_of(files)}"

    def _are_of(self, files: Iterable[str]) -> str:
        return f"part IN ({', '.join(map(str, sorted(self.parts[file] for file in files)))})"


NOT_SERVED: Final = ServedFiles()
