"""The folder of damaged files, and the caveats that figures carry while rows are missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cop.model.window import TimeWindow
from cop.store.catalogue.file_check import MISSING
from cop.store.catalogue.version_note import Quarantined

_MANY, _NAMED = 4, 3


@dataclass(frozen=True, kw_only=True)
class Caveat:
    """A note that must be shown beside figures of a window; ``missing`` if rows are missing."""

    text: str
    missing: bool
    window: TimeWindow


def build_caveat(row: Quarantined) -> Caveat:
    """Return a caveat: what is damaged and what that means for figures."""
    what = row.dataset if row.part is None else f"{row.dataset} of {row.part}"
    size = "a file" if row.n is None else f"a file of {row.n:,} records"
    state = row.fault if row.fault == MISSING else "is damaged"
    again = f"{' and '.join(row.sources) or 'it'} is loaded again"
    if row.fault:
        again = "the file is back or `cop doctor --repair` has run"
    if row.substitute_version is None:
        means = "it has no substitute, so what depends on it is unknown"
    elif row.n_missing:
        means = (
            f"shown as of version {row.substitute_version} without {row.n_missing:,} records, so "
            "what depends on them is unknown"
        )
    else:
        means = f"shown as of version {row.substitute_version} without later corrections"
    return Caveat(
        text=f"{what}: {size} {state}; {means} until {again}",
        missing=row.n_missing > 0,
        window=month_window(row.part),
    )


def build_caveats(rows: Sequence[Quarantined]) -> tuple[Caveat, ...]:
    """Return the caveats of entries; many that a reader found at once are told in one."""
    found = [row for row in rows if row.fault]
    if len(found) < _MANY:
        return tuple(build_caveat(row) for row in rows)
    others = [build_caveat(row) for row in rows if not row.fault]
    return (*others, _join(found))


def _join(rows: Sequence[Quarantined]) -> Caveat:
    names = sorted({row.dataset for row in rows})
    parts = sorted(row.part for row in rows if row.part is not None)
    windows = [month_window(row.part) for row in rows]
    of = f" of {parts[0]} to {parts[-1]}" if len(parts) == len(rows) else ""
    listed = ", ".join(names[:_NAMED]) + (" and others" if len(names) > _NAMED else "")
    starts, ends = [w.start for w in windows], [w.end for w in windows]
    return Caveat(
        text=f"{len(rows)} files of {listed}{of} are missing or damaged; what depends on them is "
        "unknown until they are back or `cop doctor --repair` has run",
        missing=True,
        window=TimeWindow(
            start=None if None in starts else min(s for s in starts if s is not None),
            end=None if None in ends else max(e for e in ends if e is not None),
        ),
    )


def month_window(month: str | None) -> TimeWindow:
    """Return the window of a month, ``2026-11``; open on both sides without one."""
    if month is None:
        return TimeWindow()
    year, number = map(int, month.split("-"))
    following = divmod(year * 12 + number, 12)
    return TimeWindow(
        start=datetime(year, number, 1),
        end=datetime(following[0], following[1] + 1, 1),
    )
