"""Reading moments as a source writes them: by format and zone, or by fiscal year and month."""

import pandas as pd
from pandas.api.types import is_datetime64_dtype

from cop.errors import ProfileError
from cop.ingest.profile.base import TimeRule
from cop.model.event import CLOCK_PRECISIONS

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_NUMBERS = {
    word: number
    for number, month in enumerate(_MONTHS, start=1)
    for word in (month, month[:3], str(number), f"{number:02}")
}
_NAT = "datetime64[us]"


def read_moments(
    text: pd.Series, rule: TimeRule, precision: pd.Series, *, profile: str
) -> tuple[pd.Series, "pd.Series[bool]"]:
    """Return naive UTC moments, NaT if unreadable, and which rows name a repeated or skipped hour.

    A row without a clock keeps its date at 00:00, whatever the zone: a date has none.
    """
    read = _parse(text, rule, profile)
    if read.dt.tz is None:
        wall = read
        local = localize(read, rule.zone)
    else:
        local = read.dt.tz_convert(rule.zone)
        wall = local.dt.tz_localize(None)
    has_clock = precision.isin(CLOCK_PRECISIONS)
    utc = local.dt.tz_convert("UTC").dt.tz_localize(None)
    moments = utc.where(has_clock, wall.dt.floor("D")).astype(_NAT)
    return moments, moments.isna() & wall.notna()


def localize(wall: pd.Series, zone: str) -> pd.Series:
    """Return clock times in a zone; NaT if the hour is skipped or repeated there."""
    return wall.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")


def read_fiscal_months(year: pd.Series, month: pd.Series, *, start: int) -> pd.Series:
    """Return the first day of the calendar month of a fiscal year that begins with month ``start``.

    With 10, the United States' federal year, October of fiscal year 2019 is October 2018.
    """
    number = month.str.strip().str.lower().map(_NUMBERS).astype(float)
    of_year = pd.to_numeric(year, errors="coerce").astype(float)
    if start > 1:
        of_year = of_year - (number >= start)
    known = number.notna() & of_year.between(1, 9999) & (of_year % 1 == 0)
    written = [
        f"{int(y):04}-{int(m):02}-01" if ok else None
        for y, m, ok in zip(of_year, number, known, strict=True)
    ]
    parsed = pd.to_datetime(pd.Series(written, index=year.index, dtype="str"), errors="coerce")
    return parsed.astype(_NAT)


def _parse(text: pd.Series, rule: TimeRule, profile: str) -> pd.Series:
    if isinstance(text.dtype, pd.DatetimeTZDtype) or is_datetime64_dtype(text.dtype):
        return text
    written = rule.format or ""
    try:
        return pd.to_datetime(text, format=written, errors="coerce", utc="%z" in written)
    except ValueError as fault:
        raise ProfileError(f"profile {profile}: time.format {written!r}: {fault}") from fault
