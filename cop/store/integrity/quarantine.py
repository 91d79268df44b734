"""The folder of damaged files, and the caveats that figures carry while rows are missing."""

from dataclasses import dataclass
from datetime import datetime

from cop.model.window import TimeWindow
from cop.store.catalogue.version_note import Quarantined


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
    again = " and ".join(row.sources) or "it"
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
        text=f"{what}: {size} is damaged; {means} until {again} is loaded again",
        missing=row.n_missing > 0,
        window=month_window(row.part),
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
