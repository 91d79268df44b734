"""The planner: whether a question is answered from counts or event by event; both are exact."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Final

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.store.catalogue.grain import (
    CELL_DAYS_8,
    CELL_DAYS_12,
    CELLS,
    DAYS,
    IN_MEMORY,
    SECTOR_DAYS,
    SEGMENT_DAYS,
    Grain,
)
from cop.store.catalogue.version import CatalogueVersion
from cop.store.dataset.rollup import Rollup
from cop.store.dataset.selection import (
    Selection,
    build_conditions,
    files_of,
    read_conditions,
    read_files,
    share_month,
    share_months,
)
from cop.store.engine import quote
from cop.store.serving.served import NOT_SERVED, ServedFiles

FEW_EVENTS: Final = 500_000
"""So many are read event by event: what counts would save, more parts of a query cost."""
_BY_DAY: Final = (SECTOR_DAYS, DAYS, SEGMENT_DAYS, CELL_DAYS_8, CELL_DAYS_12)
"""The first that keeps all that is asked for is the smallest."""
_DAY: Final = timedelta(days=1)
_IN_SECTORS: Final = 0.1
"""A guess of how much of all events lies in sectors or counties that are chosen."""
_OF_EVENT: Final = {"day": "date_trunc('day', occurred_at)", "n": "1"}


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """What the events of a filter are counted by.

    ``columns`` are among day, sector, county, kind, source, unit, segment_id, and mx with my; these
    are exact to cells of 2^``bits`` Web Mercator integers. ``since`` adds a column of that name:
    whether they occurred at that moment or later. ``events`` is a guess of how many there are,
    where one is known.
    """

    columns: tuple[str, ...]
    bits: int = 0
    since: datetime | None = None
    events: float | None = None


def select_counts(
    catalogue: CatalogueVersion,
    rollup: Rollup,
    requested: Filter,
    grouping: Grouping,
    served: ServedFiles = NOT_SERVED,
) -> Selection:
    """Return the events that pass a filter as rows of the grouping columns, n and count.

    Their sums are exact, whichever rows there are.
    """
    plan = _CountPlan(catalogue, rollup, requested, grouping, served)
    few = plan.expect_events() <= FEW_EVENTS
    # Counts know no place within a cell, nor which of its events lie in an area.
    if few or requested.area is not None:
        plan.read_events(files_of(catalogue, requested.window))
    else:
        plan.read_counts()
    return plan.build()


class _CountPlan:
    """The parts of one query, each of the same columns."""

    def __init__(
        self,
        catalogue: CatalogueVersion,
        rollup: Rollup,
        requested: Filter,
        grouping: Grouping,
        served: ServedFiles,
    ) -> None:
        self._catalogue, self._rollup, self._served = catalogue, rollup, served
        self._requested, self._grouping = requested, grouping
        self._shares = share_months(catalogue, requested.window)
        self._columns = (*grouping.columns, "n", "count")
        self._since: dict[str, Any] = {} if grouping.since is None else {"since": grouping.since}
        self._parts: list[str] = []
        self._values: dict[str, Any] = {}

    def expect_events(self) -> float:
        if self._grouping.events is not None:
            return self._grouping.events
        return self._expect_everywhere()

    def _expect_everywhere(self) -> float:
        events = self._rollup.events
        return sum(events.get(file, 0) * share for file, share in self._shares.items())

    def read_counts(self) -> None:
        """Read whole months and days from counts, event by event what lies between."""
        rest = [*self._shares]
        if not self._since and self._keeps_all(CELLS):
            whole = [file for file in rest if self._shares[file] == 1]
            if whole:
                self._count(self._rollup.select(CELLS, whole))
            rest = [file for file in rest if self._shares[file] < 1]
        grain = next((grain for grain in _BY_DAY if self._keeps_all(grain)), None)
        days = _whole_days(self._requested.window)
        if grain is None or days is None:
            self.read_events(rest)
            return
        in_memory = grain in IN_MEMORY
        counted = [file for file in rest if in_memory or file in self._served.parts]
        source = (
            self._rollup.select(grain, counted)
            if in_memory
            else self._rollup.select_served(grain, self._served, counted)
        )
        if counted:
            self._count(source, days)
        self.read_events([file for file in rest if file not in counted])
        for number, edge in enumerate(self._cut_days(days)):
            near = {*files_of(self._catalogue, edge)}
            self.read_events([file for file in counted if file in near], edge, side=f"_{number}")

    def read_events(
        self, files: Sequence[str], window: TimeWindow | None = None, *, side: str = ""
    ) -> None:
        """Read the events of files that pass the filter, in another window if one is given."""
        requested = self._requested if window is None else self._requested.within(window)
        conditions, values = read_conditions(self._catalogue, requested, side=side)
        for own, by_time in self._part_files(files, requested.window):
            read = read_files(own, self._served, side=side, by_time=by_time)
            events = read.narrow(conditions, values)
            self._parts.append(
                f"SELECT {self._of_events()} FROM {events.source} WHERE {events.where}"
            )
            self._values |= events.values | self._since

    def _part_files(
        self, files: Sequence[str], window: TimeWindow
    ) -> Iterator[tuple[list[str], bool]]:
        """Give the files that can have events of a window: those to be read by time, then others.

        By time are read those of which less is in the window than near the place.
        """
        months, near = self._catalogue.event_months, self._guess_near()
        shares = {file: share_month(months[file], window) for file in files}
        # By time there is no exact place.
        is_open = self._requested.area is None
        timed = {f for f in files if is_open and f in self._served.timed and shares[f] < near}
        for by_time in (True, False):
            own = [f for f in files if shares[f] > 0 and (f in timed) == by_time]
            if own:
                yield own, by_time

    def _guess_near(self) -> float:
        """Guess how much of all events lies near what is asked for, as a file is sorted."""
        if self._grouping.events is None:
            return _IN_SECTORS if self._requested.sectors or self._requested.counties else 1.0
        return min(1.0, self._grouping.events / max(self._expect_everywhere(), 1.0))

    def build(self) -> Selection:
        if not self._parts:
            self._parts.append(self._read_nothing())
        return Selection(
            source=f"({' UNION ALL '.join(self._parts)})", where="true", values=self._values
        )

    def _keeps_all(self, grain: Grain) -> bool:
        """Whether a grain has what is asked for and what the filter and the release depend on."""
        requested = self._requested
        chosen = {
            "sector": requested.sectors,
            "county": requested.counties,
            "kind": requested.kinds,
            "source": requested.sources,
        }
        needed = {*self._grouping.columns, *(name for name, some in chosen.items() if some)}
        if not needed <= {*grain.columns} or not self._rollup.can_answer(grain):
            return False
        # Where place does not matter, the rows of another grain are fewer.
        return (grain.bits is not None) == ("mx" in needed) and (
            grain.bits is None or grain.bits <= self._grouping.bits
        )

    def _count(self, source: str, days: TimeWindow | None = None) -> None:
        conditions, values = build_conditions(
            replace(self._requested, window=TimeWindow(), area=None), time_column=""
        )
        for name, operator, moment in (
            ("first_day", ">=", days and days.start),
            ("last_day", "<", days and days.end),
        ):
            if moment is not None:
                conditions += f" AND day {operator} ${name}"
                values[name] = moment
        columns = ", ".join(map(quote, self._columns))
        if self._grouping.since is not None:
            columns += ", day >= $since AS since"
            values |= self._since
            if self._grouping.since != _day_of(self._grouping.since):
                conditions += " AND day <> $since_day"
                values["since_day"] = _day_of(self._grouping.since)
        self._parts.append(f"SELECT {columns} FROM {source} WHERE {conditions}")
        self._values |= values

    def _cut_days(self, days: TimeWindow) -> Iterator[TimeWindow]:
        """Return what lies in days that the window, or the moment to tell apart, cuts."""
        window, since = self._requested.window, self._grouping.since
        if window.start is not None and window.start != days.start:
            yield TimeWindow(start=window.start, end=days.start)
        if window.end is not None and window.end != days.end:
            yield TimeWindow(start=days.end, end=window.end)
        if since is not None and since != _day_of(since):
            day = TimeWindow(start=_day_of(since), end=_day_of(since) + _DAY)
            if day.overlaps(days):
                yield day.cut(days)

    def _read_nothing(self) -> str:
        self._values |= self._since
        return f"SELECT {self._of_events()} FROM {read_files((), self._served).source}"

    def _of_events(self) -> str:
        columns = ", ".join(_event_column(name) for name in self._columns)
        return f"{columns}, occurred_at >= $since AS since" if self._since else columns


def _event_column(name: str) -> str:
    return f"{_OF_EVENT[name]} AS {quote(name)}" if name in _OF_EVENT else quote(name)


def _whole_days(window: TimeWindow) -> TimeWindow | None:
    """Return the whole days of a window; None if there is none."""
    start, end = window.start, window.end
    if start is not None and start.time() != time():
        start = _day_of(start) + _DAY
    if end is not None:
        end = _day_of(end)
    if start is not None and end is not None and start >= end:
        return None
    return TimeWindow(start=start, end=end)


def _day_of(moment: datetime) -> datetime:
    return datetime.combine(moment, time())
