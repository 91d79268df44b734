"""Times as analysts write them: ISO 8601, epoch, date-time groups, day or month first."""

import re
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from cop.errors import FilterError
from cop.ingest.check.moment import localize
from cop.model.moment import parse_dtg

ISO, DTG, DAY_MONTH, TYPED = "iso", "dtg", "day_month", "typed"
EPOCH_S, EPOCH_MS = "epoch_s", "epoch_ms"
TITLES = {
    ISO: "ISO 8601",
    DTG: "date-time groups",
    EPOCH_S: "seconds since 1970",
    EPOCH_MS: "milliseconds since 1970",
    DAY_MONTH: "dates with day and month",
    TYPED: "times",
}
_ZONE = r"(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)"
ISO_SHAPE = (
    r"^\d{4}[-/]\d{2}[-/]\d{2}"
    rf"(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d{{1,9}})?)?(?: ?{_ZONE})?)?$"
)
ISO_HELD = ISO_SHAPE.replace(r"\d{1,9}", r"\d{1,6}0{0,3}")
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
_EPOCHS = {EPOCH_S: (1e8, 5e9), EPOCH_MS: (1e11, 5e12)}
_MOSTLY = 0.9
_MONTHS, _NOON, _PIVOT = 12, 12, 69
Moments = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Times:
    """Naive UTC moments, NaT where a cell has none; ``twofold`` cells name no one hour."""

    moments: Moments
    twofold: npt.NDArray[np.bool_]


def find_form(sample: list[str], *, is_named: bool) -> str | None:
    """Return the form that most of the texts have; numbers are times only in a column named so."""
    if not sample:
        return None
    for form, pattern in _PATTERNS.items():
        hits = sum(pattern.fullmatch(text.strip()) is not None for text in sample)
        if hits >= _MOSTLY * len(sample):
            return form
    if not is_named:
        return None
    numbers = pd.to_numeric(pd.Series(sample, dtype="str"), errors="coerce")
    for form, (least, most) in _EPOCHS.items():
        if ((numbers >= least) & (numbers <= most) | (numbers == 0)).mean() >= _MOSTLY:
            return form if (numbers != 0).any() else None
    return None


def read_times(cells: pd.Series, form: str, *, day_first: bool | None, zone: str) -> Times:
    """Read a column of texts, numbers or naive UTC moments; a date alone has no zone."""
    if form == TYPED:
        return _certain(cells)
    if form in _EPOCHS:
        numbers = pd.to_numeric(cells, errors="coerce").astype(float)
        micro = numbers * (1e6 if form == EPOCH_S else 1e3)
        micro = micro.where(micro.abs() < 2**62)
        return _certain(pd.to_datetime(micro.round(), unit="us", errors="coerce"))
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
