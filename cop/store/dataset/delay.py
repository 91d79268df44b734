"""Delays of events that changed hands: from occurred to reported, from reported until now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cop.model.delay import BOUNDS_H, SYNTHETIC_PREFIX, DelayTally, add_tallies
from cop.model.event import CLOCK_PRECISIONS
from cop.store.engine import Cursor, fetch

_MOST_SOURCES: Final = 49
"""An entry of the audit record has lists of up to 50."""
_REST: Final = "others"


@dataclass(frozen=True, kw_only=True)
class Delays:
    """The delays of new records by source, ``ORIGIN/source``: one tally a source each."""

    occurred_to_reported: tuple[DelayTally, ...] = ()
    reported_to_shared: tuple[DelayTally, ...] = ()

    def for_record(self) -> dict[str, Any]:
        """Return what the audit record has of them: classes of cop.model.delay, by source."""
        return {
            "occurred_to_reported": [tally.to_text() for tally in self.occurred_to_reported],
            "reported_to_shared": [tally.to_text() for tally in self.reported_to_shared],
        }


def read_delays(cursor: Cursor, selected: str, *, at: datetime) -> Delays:
    """Count the delays of the events that a table has, by their origin and its source.

    ``selected`` has origin, origin_source, occurred_at, reported_at, time_precision and synthetic.
    An event without a time of day or a report has a delay that is not known.
    """
    return Delays(
        occurred_to_reported=_tally(
            cursor,
            f"SELECT origin, origin_source, synthetic, CASE WHEN time_precision IN "
            "(SELECT unnest($clock::VARCHAR[])) THEN epoch(reported_at - occurred_at) END "
            f"AS seconds FROM ({selected})",
            {"clock": [*CLOCK_PRECISIONS]},
        ),
        reported_to_shared=_tally(
            cursor,
            "SELECT origin, origin_source, synthetic, epoch($at::TIMESTAMP - reported_at) "
            f"AS seconds FROM ({selected})",
            {"at": at},
        ),
    )


def _tally(cursor: Cursor, delays: str, values: dict[str, Any]) -> tuple[DelayTally, ...]:
    rows = fetch(
        cursor,
        "SELECT concat(CASE WHEN synthetic THEN $prefix ELSE '' END, origin, '/', origin_source), "
        "CASE WHEN seconds IS NULL THEN -1 ELSE "
        "len(list_filter($bounds::DOUBLE[], b -> b * 3600 < seconds)) END AS place, count(*) "
        f"FROM ({delays}) GROUP BY ALL ORDER BY ALL",
        {**values, "bounds": [float(bound) for bound in BOUNDS_H], "prefix": SYNTHETIC_PREFIX},
    )
    counts: dict[str, list[int]] = {}
    for source, place, n in rows:
        counts.setdefault(source, [0] * (len(BOUNDS_H) + 2))[place] = n
    tallies = [DelayTally(source=name, counts=tuple(own)) for name, own in counts.items()]
    tallies.sort(key=lambda tally: (-tally.n, tally.source))
    if len(tallies) <= _MOST_SOURCES:
        return tuple(tallies)
    rest = tallies[_MOST_SOURCES - 1 :]
    return (
        *tallies[: _MOST_SOURCES - 1],
        add_tallies((tally for tally in rest if not tally.synthetic), _REST),
        add_tallies((tally for tally in rest if tally.synthetic), f"{SYNTHETIC_PREFIX}{_REST}"),
    )
