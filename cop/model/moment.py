"""Moments: the naive UTC datetimes of the store, ISO 8601 text, and date-time groups."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cop.errors import FilterError
from cop.model.event import CLOCK_PRECISIONS

_SHAPE = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)

_DTG = re.compile(
    r"(\d{2})(\d{2})(\d{2}) ?([A-IK-Z]) ?([A-Z]{3}) ?(\d{4}|\d{2})", re.ASCII | re.IGNORECASE
)
_DAY = re.compile(r"(\d{1,2}) ?([A-Z]{3}) ?(\d{4}|\d{2})", re.ASCII | re.IGNORECASE)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
EARLIEST, LATEST = datetime(1900, 1, 1), datetime(2200, 1, 1)
"""Moments that are read: of the years 1900 to 2199. Beyond them sums of times overflow."""
_EAST, _WEST = "ABCDEFGHIKLM", "NOPQRSTUVWXY"
_CENTURY = 2_000


def utc_now() -> datetime:
    """Return the current time as naive UTC, to the second."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def utc_instant() -> datetime:
    """Return the current time as naive UTC, to the microsecond: it orders steps within a second."""
    return datetime.now(UTC).replace(tzinfo=None)


def parse_moment(text: str, *, name: str) -> datetime:
    """Read ISO 8601 as naive UTC; a bare date is 00:00Z, a time without a zone is UTC.

    Raise FilterError if the text is not valid, or not of the years 1900 to 2199.
    """
    remedy = "write YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ"
    if not _SHAPE.fullmatch(text):
        raise FilterError(f"{name}={text[:40]!r} is not a moment: {remedy}")
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError) as fault:
        raise FilterError(f"{name}={text[:40]!r} is not a moment ({fault}): {remedy}") from fault
    return _within(moment, f"{name}={text[:40]!r}")


def format_moment(moment: datetime) -> str:
    """Write naive UTC as ISO 8601: a midnight as a bare date, anything else with Z."""
    if moment == datetime(moment.year, moment.month, moment.day):
        return moment.date().isoformat()
    return format_instant(moment)


def format_instant(moment: datetime) -> str:
    """Write naive UTC as full ISO 8601 with Z."""
    shape = "seconds" if moment.microsecond == 0 else "microseconds"
    return moment.isoformat(timespec=shape) + "Z"


def format_dtg(moment: datetime) -> str:
    """Write naive UTC as a date-time group, ``241830Z NOV 26`` (ACP 121)."""
    return moment.strftime("%d%H%MZ %b %y").upper()


def format_day(day: date) -> str:
    """Write a day with its year, ``24 NOV 26``."""
    return day.strftime("%d %b %y").upper()


def parse_day(text: str) -> date:
    """Read a day, ``24 NOV 26`` or ``2026-11-24``; the year is never left out.

    A two-digit year is of this century. Raise FilterError if the text is not valid, or not of the
    years 1900 to 2199.
    """
    words = text.strip()
    remedy = "write it as 24 NOV 26 or 2026-11-24"
    try:
        if _ISO_DAY.fullmatch(words):
            return _day_within(date.fromisoformat(words), words)
        found = _DAY.fullmatch(words)
        if found is None:
            raise FilterError(f"{words[:40]!r} is not a day with its year: {remedy}")
        day, month, year = found.groups()
        full = int(year) + (_CENTURY if len(year) == 2 else 0)  # noqa: PLR2004 digits
        return _day_within(date(full, _MONTHS.index(month.upper()) + 1, int(day)), words)
    except ValueError as fault:
        raise FilterError(f"{words[:40]!r} is not a day ({fault}): {remedy}") from fault


def parse_dtg(text: str) -> datetime:
    """Read a date-time group, ``241830Z NOV 26``, as naive UTC; the letter is its zone (ACP 121).

    A two-digit year is of this century. Raise FilterError if the text is not valid, or not of the
    years 1900 to 2199.
    """
    found = _DTG.fullmatch(text.strip())
    if found is None:
        raise FilterError(f"{text[:40]!r} is not a date-time group: write it as 241830Z NOV 26")
    day, hour, minute, letter, month, year = found.groups()
    full = int(year) + (_CENTURY if len(year) == 2 else 0)  # noqa: PLR2004 digits
    zone = letter.upper()
    offset = (_EAST.find(zone) + 1) or -(_WEST.find(zone) + 1)
    try:
        named = _MONTHS.index(month.upper()) + 1
        moment = datetime(full, named, int(day), int(hour), int(minute))
        utc = moment - timedelta(hours=offset)
    except (ValueError, OverflowError) as fault:
        raise FilterError(f"{text[:40]!r} is not a date-time group: {fault}") from fault
    return _within(utc, f"date-time group {text[:40]!r}")


def _within(moment: datetime, stated: str) -> datetime:
    if EARLIEST <= moment < LATEST:
        return moment
    raise FilterError(f"{stated} is not within the years {EARLIEST.year} to {LATEST.year - 1}")


def _day_within(day: date, stated: str) -> date:
    _within(datetime(day.year, day.month, day.day), f"{stated[:40]!r}")
    return day


def format_occurrence(moment: datetime, precision: str) -> str:
    """Write a time as exactly as it is known, with its precision.

    ``241830Z NOV 26`` with a clock, else ``24 NOV 26 (day only)``, ``week of 24 NOV 26``,
    ``NOV 26 (month only)``, ``2026 (year only)``.
    """
    if precision in CLOCK_PRECISIONS:
        return format_dtg(moment)
    forms = {"week": "week of %d %b %y", "month": "%b %y (month only)", "year": "%Y (year only)"}
    written = moment.strftime(forms.get(precision, "%d %b %y (day only)"))
    return written.replace(month := moment.strftime("%b"), month.upper())


def format_local(moment: datetime, zone: str) -> str:
    """Write naive UTC in a local IANA time zone, ``2026-11-24 12:30 CST``."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")


def format_age(age: timedelta, *, coarse: bool = False) -> str:
    """Return an age in the two coarsest units: ``3 d 4 h``, ``2 y 1 mo``.

    With ``coarse``, hours have no minutes: ``3 h``.
    """
    minutes = max(0, int(age.total_seconds() // 60))
    for unit, size, lower, lower_size in (
        ("y", 525_960, "mo", 43_830),
        ("mo", 43_830, "d", 1_440),
        ("d", 1_440, "h", 60),
        ("h", 60, "min", 1),
    ):
        if minutes >= size:
            rest = minutes % size // lower_size
            return f"{minutes // size} {unit}" + (
                f" {rest} {lower}" if rest and not (coarse and unit == "h") else ""
            )
    return f"{minutes} min"
