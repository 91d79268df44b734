"""A sample's warehouse that plans as if it had many more events, and tells what it would read."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.settings import StoreSettings
from cop.store.catalogue.grain import Grain
from cop.store.dataset.planner import Grouping
from cop.store.dataset.rollup import Rollup
from cop.store.dataset.schema import EVENT_COLUMNS, EVENTS
from cop.store.dataset.selection import Box, Selection
from cop.store.serving.copy import TIMED_EVENTS
from cop.store.serving.served import BY_TIME, NOT_SERVED, ServedFiles
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

_START: Final = re.compile(r"start(_\d)?")
_WORD: Final = re.compile(r"\w+")
Note = Callable[[str, Iterable[str]], None]
"""Called with a table, of events or counts, and the files whose rows are read from it."""


@dataclass(frozen=True, eq=False, kw_only=True)
class NotedRollup(Rollup):
    """A rollup that notes what is read from it."""

    note: Note = field(repr=False)

    def select(self, grain: Grain, files: Iterable[str] | None = None) -> str:
        """Note the table and its files, and select as any rollup does."""
        chosen = [*self.parts] if files is None else [*files]
        self.note(grain.table, chosen)
        return super().select(grain, chosen)


@dataclass(frozen=True, kw_only=True)
class NotedServedFiles(ServedFiles):
    """A serving copy that notes what is read from it."""

    note: Note = field(repr=False)

    def select(self, files: Iterable[str], *, by_time: bool = False) -> tuple[str, str]:
        """Note the files whose events are read, and select as any copy does."""
        chosen = [*files]
        self.note(BY_TIME if by_time else EVENTS, chosen)
        return super().select(chosen, by_time=by_time)

    def counted(self, grain: Grain, files: Iterable[str]) -> str:
        """Note the table and its files, and select as any copy does."""
        chosen = [*files]
        self.note(grain.table, chosen)
        return super().counted(grain, chosen)


@dataclass(kw_only=True)
class PlannedRead:
    """What one question reads: files by table, the columns of events, the time of planning.

    ``windows`` are of what is read event by event.
    """

    tables: dict[str, set[str]] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    seconds: float = 0.0
    windows: list[TimeWindow] = field(default_factory=list)
    is_counted: bool = False
    selection: Selection | None = None

    @property
    def event_files(self) -> set[str]:
        """The files that are read event by event."""
        return self.tables.get(EVENTS, set())


class ScaledWarehouse(Warehouse):
    """Plans by the counts of a sample, each of them many times as large; answers are the sample's.

    Which files and tables a question reads is decided by the planner of any warehouse.
    """

    def __init__(self, settings: StoreSettings, *, copied: bool = True) -> None:
        """Open a sample's warehouse, with a serving copy or without."""
        super().__init__(settings)
        if copied:
            self.serve()
        self.sample, self.sample_copy = self.snapshot, self._copy.served
        self._times = 1.0
        self._read: PlannedRead | None = None

    def imitate(self, events: int, *, served: bool) -> None:
        """Plan from here on as if there were so many events, all in a serving copy or none."""
        rollup = self.sample.rollup
        self._times = events / sum(rollup.events.values())
        scaled = {file: round(n * self._times) for file, n in rollup.events.items()}
        noted = NotedRollup(**{**vars(rollup), "events": scaled}, note=self._note)
        self.snapshot = replace(self.sample, rollup=noted)
        timed = frozenset(file for file, n in scaled.items() if n >= TIMED_EVENTS)
        copy = {**vars(self.sample_copy), "timed": timed}
        self._copy.served = NotedServedFiles(**copy, note=self._note) if served else NOT_SERVED

    @contextmanager
    def planning(self) -> Iterator[PlannedRead]:
        """Note what is asked in the block, as far as its first selection of events or counts.

        A tile that is of more events than the planner guessed selects again; of a sample, which has
        fewer, it does so in vain.
        """
        self._read = read = PlannedRead()
        try:
            yield read
        finally:
            self._read = None

    def estimate(self, snapshot: Snapshot, filter: Filter, box: Box) -> float:
        """Guess how many events there would be in a box."""
        start = time.perf_counter()
        guess = self._times * super().estimate(snapshot, filter, box)
        if self._read is not None:
            # What it reads, counts of cells in memory, it keeps: the next tile reads none.
            self._read.tables.clear()
            self._read.seconds += time.perf_counter() - start
        return guess

    def events(self, snapshot: Snapshot, filter: Filter) -> Selection:
        """Select events, and note what is read for them."""
        return self._plan(super().events, snapshot, filter)

    def counts(self, snapshot: Snapshot, filter: Filter, wanted: Grouping) -> Selection:
        """Select counts, and note what is read for them."""
        return self._plan(super().counts, snapshot, filter, wanted)

    def _plan(self, select: Callable[..., Selection], *asked: Any) -> Selection:
        start = time.perf_counter()
        selection = select(*asked)
        read, self._read = self._read, None
        if read is not None:
            read.seconds += time.perf_counter() - start
            for name, files in selection.values.items():
                if name.startswith("files"):
                    read.tables.setdefault(EVENTS, set()).update(files)
            named = _WORD.findall(f"{selection.source} {selection.where}")
            read.columns = {*named} & {*EVENT_COLUMNS}
            read.windows = [*_list_windows(selection.values)]
            read.is_counted = any(isinstance(one, Grouping) for one in asked)
            read.selection = selection
        return selection

    def _note(self, table: str, files: Iterable[str]) -> None:
        if self._read is not None:
            self._read.tables.setdefault(table, set()).update(files)


def _list_windows(values: Mapping[str, Any]) -> Iterator[TimeWindow]:
    """Give the windows that a selection binds: that of the filter, or the cut ends of it."""
    sides = sorted(name.removeprefix("start") for name in values if _START.fullmatch(name))
    for side in sides:
        yield TimeWindow(start=values[f"start{side}"], end=values[f"end{side}"])
