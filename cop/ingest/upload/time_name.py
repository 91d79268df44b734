"""Columns of times by their names: which of several is when something happened."""

from collections.abc import Iterable

from cop.ingest.personal.column import split_name
from cop.ingest.upload.parse_time import MOSTLY, share_serials

_RANKS = (
    "occurred happened event incident observed sighted seen evento ocurrido hecho suceso esemeny "
    "tortent dogadjaja dogadjaj",
    "time date datetime timestamp dtg when fecha hora datum ido idopont vreme",
    "taken start begin",
    "reported report reporte bejelentes prijave prijava",
    "created updated modified edited loaded ingested actualizado modositva izmenjeno",
    "end stale until expires fin vege kraj",
)
"""Words of columns of times, those of when it happened first."""
_NAMED = frozenset(
    (
        "time", "date", "datetime", "timestamp", "dtg", "fecha", "hora", "datum", "ido", "idopont",
        "vreme", "occurred", "reported",
    )
)  # fmt: skip
_LAST = len(_RANKS)


def rank_time(name: str) -> int:
    """Return how likely a column is when something happened, 0 the most, by its name."""
    words = set(split_name(name))
    found = [rank for rank, known in enumerate(_RANKS) if words & set(known.split())]
    if found and found[0] == 0:
        return 0
    return max(found, default=_LAST)


def choose_time(names: Iterable[str]) -> str | None:
    """Return the column of times that is taken if nobody chose, the first of equal ones."""
    return min(names, key=rank_time, default=None)


def is_time_name(name: str) -> bool:
    """Return whether a column is named as a date or a time."""
    return bool(set(split_name(name)) & _NAMED)


def is_serial(name: str, sample: list[str]) -> bool:
    """Return whether a column is named as a time and holds days as spreadsheets count them."""
    return is_time_name(name) and share_serials(sample) >= MOSTLY
