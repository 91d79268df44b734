"""Times as analysts write them: ISO 8601, epoch, date-time groups, day or month first."""

import re
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from cop.errors import FilterError
from cop.ingest.check.moment import localize
from cop.model.moment import parse_dtg

ISO, DTG, DAY_MONTH, TYPED = "iso", "dtg", "day_month", "typed"
EPOCH_S, EPOCH_MS, EPOCH_US, EXCEL = "epoch_s", "epoch_ms", "epoch_us", "excel"
TITLES = {
    ISO: "ISO 8601",
    DTG: "date-time groups",
    EPOCH_S: "seconds since 1970",
    EPOCH_MS: "milliseconds since 1970",
    EPOCH_US: "microseconds since 1970",
    EXCEL: "days since 1900",
    DAY_MONTH: "dates with day and month",
    TYPED: "times",
}
_ZONE = r"(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)"
ISO_SHAPE = (
    r"^\d{4}[-/]\d{2}[-/]\d{2}"
    rf"(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d{{1,9}})?)?(?: ?{_ZONE})?)?$"
)
ISO_EXACT = ISO_SHAPE.replace(r"\d{1,9}", r"\d{1,6}0{0,3}")
"""What microseconds hold."""
_PATTERNS = {
    DTG: re.compile(r"\d{6} ?[A-IK-Z] ?[A-Z]{3} ?\d{2,4}", re.ASCII | re.IGNORECASE),
    ISO: re.compile(ISO_SHAPE, re.ASCII),
    DAY_MONTH: re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})([ T,].*)?", re.ASCII),
}
_DAY_MONTH = (
    r"^\s*(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})"
    r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp])?\.?[Mm]?\.?)?\s*$"
)
_EPOCHS = {
    EPOCH_S: (1e8, 5e9, 1e6),
    EPOCH_MS: (1e11, 5e12, 1e3),
    EPOCH_US: (1e14, 5e15, 1.0),
}
"""The least and the most that is taken for a time, and the microseconds of one."""
EXCEL_DAYS = (32_874, 73_050)
"""Serial days of 1990 and of 2099."""
_EXCEL_ZERO, _DAY_US = np.datetime64("1899-12-30", "us"), 86_400_000_000
EARLIEST, LATEST = np.datetime64("1900-01-01"), np.datetime64("2200-01-01")
"""Years 1900 to 2199 alone are times."""
MOSTLY = 0.9
_MONTHS, _NOON, _PIVOT = 12, 12, 69
Moments = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Times:
    """Naive UTC moments, NaT where a cell has none; ``twofold`` cells name no one hour.

    ``outside`` cells are beyond the years 1900 to 2199 and no time.
    """

    moments: Moments
    twofold: npt.NDArray[np.bool_]
    outside: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))


def find_form(sample: list[str], *, is_named: bool) -> str | None:
    """Return the form that most of the texts have; numbers are times only in a column named so."""
    if not sample:
        return None
    for form, pattern in _PATTERNS.items():
        hits = sum(pattern.fullmatch(text.strip()) is not None for text in sample)
        if hits >= MOSTLY * len(sample):
            return form
    if not is_named:
        return None
    shares = share_epochs(sample)
    return next((form for form, share in shares.items() if share >= MOSTLY), None)


def share_epochs(sample: list[str]) -> dict[str, float]:
    """Return the share of texts that are seconds, milliseconds or microseconds since 1970."""
    numbers = pd.to_numeric(pd.Series(sample, dtype="str"), errors="coerce")
    if not (numbers != 0).any():
        return dict.fromkeys(_EPOCHS, 0.0)
    return {
        form: float(((numbers >= least) & (numbers <= most) | (numbers == 0)).mean())
        for form, (least, most, _) in _EPOCHS.items()
    }


def share_serials(sample: list[str]) -> float:
    """Return the share of texts that are days as spreadsheets count them, of 1990 to 2099."""
    numbers = pd.to_numeric(pd.Series(sample, dtype="str"), errors="coerce")
    return float(numbers.between(*EXCEL_DAYS).mean()) if len(numbers) else 0.0


def share_written(sample: list[str]) -> float:
    """Return the greatest share of texts that one form of dates has."""
    hits = [
        sum(pattern.fullmatch(text.strip()) is not None for text in sample)
        for pattern in _PATTERNS.values()
    ]
    return max(hits) / len(sample) if sample else 0.0


def read_times(cells: pd.Series, form: str, *, day_first: bool | None, zone: str) -> Times:
    """Read a column of texts, numbers or naive UTC moments; a date alone has no zone.

    What is not within the years 1900 to 2199 is no time.
    """
    read = _read(cells, form, day_first=day_first, zone=zone)
    outside = (read.moments < EARLIEST) | (read.moments >= LATEST)
    moments = np.where(outside, np.datetime64("NaT", "us"), read.moments)
    return Times(moments, read.twofold, outside)


def _read(cells: pd.Series, form: str, *, day_first: bool | None, zone: str) -> Times:
    if form == TYPED:
        return _certain(cells)
    if form in _EPOCHS or form == EXCEL:
        numbers = pd.to_numeric(cells, errors="coerce").astype(float)
        micro = numbers * (_DAY_US if form == EXCEL else _EPOCHS[form][2])
        micro = micro.where(micro.abs() < 2**61).round()
        zero = _EXCEL_ZERO if form == EXCEL else np.datetime64(0, "us")
        since = pd.to_timedelta(micro, unit="us").to_numpy("timedelta64[us]")
        return _certain(pd.Series(zero + since))
    text = cells.astype("str").str.strip()
    if form == DTG:
        return _certain(pd.Series([_read_dtg(one) for one in text], dtype="datetime64[us]"))
    if form == DAY_MONTH:
        wall, has_clock = _read_day_month(text, day_first=bool(day_first))
        return _localised(wall, has_clock, zone)
    return _read_iso(text, zone)


def find_order(cells: pd.Series) -> tuple[int, int]:
    """Count the cells whose first number can only be a day, and those whose second can only be."""
    parts = cells.astype("str").str.extract(_DAY_MONTH)
    first, second = (pd.to_numeric(parts[place], errors="coerce") for place in (0, 1))
    return int((first > _MONTHS).sum()), int((second > _MONTHS).sum())


def _certain(moments: pd.Series) -> Times:
    values = moments.to_numpy("datetime64[us]")
    return Times(values, np.zeros(len(values), dtype=bool))


def _read_dtg(text: object) -> datetime | None:
    try:
        return parse_dtg(str(text))
    except FilterError:
        return None


def _read_iso(text: pd.Series, zone: str) -> Times:
    text = text.str.replace("/", "-").str.replace(",", ".").str.replace(r" ?UTC$", "Z", regex=True)
    text = text.str.replace(r" (?=[+-]\d{2}(:?\d{2})?$)|\s(?=Z$)", "", regex=True)
    fits = text.str.match(ISO_SHAPE).fillna(False).astype(bool)
    text = text.where(fits)
    has_clock = text.str.len().fillna(0) > len("2026-11-24")
    zoned = has_clock & text.str.contains(f"{_ZONE}$", regex=True).fillna(False).astype(bool)
    moments = pd.Series(np.full(len(text), np.datetime64("NaT"), dtype="datetime64[us]"))
    twofold = np.zeros(len(text), dtype=bool)
    if zoned.any():
        read = pd.to_datetime(text[zoned], format="ISO8601", utc=True, errors="coerce")
        moments[zoned] = read.dt.tz_localize(None).astype("datetime64[us]")
    plain = ~zoned & text.notna()
    if plain.any():
        wall = pd.to_datetime(text[plain], format="ISO8601", errors="coerce")
        local = _localised(wall.astype("datetime64[us]"), has_clock[plain], zone)
        moments[plain] = local.moments
        twofold[plain.to_numpy()] = local.twofold
    return Times(moments.to_numpy("datetime64[us]"), twofold)


def _read_day_month(text: pd.Series, *, day_first: bool) -> tuple[pd.Series, "pd.Series[bool]"]:
    parts = text.str.extract(_DAY_MONTH)
    numbers = parts[[0, 1, 2, 3, 4, 5]].apply(pd.to_numeric, errors="coerce")
    day, month = (numbers[0], numbers[1]) if day_first else (numbers[1], numbers[0])
    short = parts[2].str.len() < len("2026")
    century = (numbers[2] < _PIVOT).map({True: 2_000, False: 1_900})
    year = numbers[2].where(~short.fillna(False).astype(bool), numbers[2] + century)
    half = parts[6].str.lower()
    hour = numbers[3].where(half.isna(), numbers[3] % _NOON + (half == "p") * _NOON)
    fields = {"year": year, "month": month, "day": day, "hour": hour, "minute": numbers[4]}
    fields["second"] = numbers[5]
    frame = pd.DataFrame(fields)
    frame[["hour", "minute", "second"]] = frame[["hour", "minute", "second"]].fillna(0)
    wall = pd.to_datetime(frame, errors="coerce").astype("datetime64[us]")
    return wall, numbers[3].notna()


def _localised(wall: pd.Series, has_clock: "pd.Series[bool]", zone: str) -> Times:
    local = localize(wall, zone).dt.tz_convert("UTC").dt.tz_localize(None)
    moments = local.where(has_clock, wall)
    twofold = moments.isna() & wall.notna()
    return Times(moments.to_numpy("datetime64[us]"), twofold.to_numpy(bool))
