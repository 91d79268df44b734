"""From a table of text to events: cells are read strictly, refused rows keep their reason."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from cop.errors import ProfileError
from cop.ingest.profile import ALLOWED, Profile
from cop.ingest.table import ROW

EARLIEST = datetime(1900, 1, 1)
_MOST_LON, _MOST_LAT = 180, 90
_COLUMNS_NAMED = 20
_FUTURE = timedelta(days=1)
_MOST = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Rows in our schema, and refused rows: their cells, ``__row__`` and ``reason``."""

    rows: pd.DataFrame
    rejects: pd.DataFrame


class _Check:
    """Collects the first reason against each row."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table
        self.reason = pd.Series("", index=table.index, dtype=object)

    def refuse(self, bad: "pd.Series[bool]", column: str, why: str) -> None:
        """Refuse rows, quoting the cell of a column of the file."""
        fresh = bad & (self.reason == "")
        cells = self.table.loc[fresh, column].map(lambda cell: repr(cell)[:60])
        self.reason[fresh] = column + "=" + cells.astype(object) + f": {why}"


def check_events(table: pd.DataFrame, profile: Profile, *, file: str, now: datetime) -> Checked:
    """Map and check a table by a profile; a column that the file lacks is a ProfileError."""
    wanted = [*profile.columns.values(), *profile.attributes]
    missing = [name for name in wanted if name not in table]
    if missing:
        raise ProfileError(
            f"{file}: no column {', '.join(map(repr, missing))}; profile {profile.name} needs it, "
            f"the file has: {_named(c for c in table if c != ROW)}"
        )
    check = _Check(table)
    rows = pd.DataFrame({"source": profile.source.id}, index=table.index)
    rows["occurred_at"] = _moments(check, profile, "occurred_at", now)
    rows["reported_at"] = _moments(check, profile, "reported_at", now)
    rows["time_precision"] = profile.time.precision
    rows["lon"], rows["lat"] = _positions(check, profile)
    rows["count"] = _counts(check, profile)
    for name in ("kind", "unit", "detection", "confidence"):
        rows[name] = _words(check, profile, name)
    rows["uncertainty_m"] = _plain_numbers(check, profile, "uncertainty_m")
    rows["source_id"] = _source_ids(check, profile)
    rows["marking"] = profile.source.marking
    rows["synthetic"] = profile.source.synthetic
    rows["attributes"] = _attributes(table, profile)
    _refuse_repeated_ids(check, profile, rows)
    good = check.reason == ""
    rejects = table[~good].assign(reason=check.reason[~good])
    return Checked(rows=rows[good], rejects=rejects)


def _named(columns: Iterable[str]) -> str:
    named = [repr(name[:40]) for name in columns]
    return ", ".join(named[:_COLUMNS_NAMED]) + (" ..." if len(named) > _COLUMNS_NAMED else "")


def _moments(check: _Check, profile: Profile, name: str, now: datetime) -> pd.Series:
    column = profile.columns.get(name)
    if column is None:
        return pd.Series(pd.NaT, index=check.table.index, dtype="datetime64[us]")
    text = check.table[column]
    if name == "occurred_at":
        check.refuse(text.isna(), column, "no time; a record needs one")
    read = _read_moments(text, profile)
    check.refuse(read.isna() & text.notna(), column, f"not a time written {profile.time.format}")
    if read.dt.tz is None:
        read = read.dt.tz_localize(profile.time.zone, ambiguous="NaT", nonexistent="NaT")
    utc = read.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    check.refuse(
        utc.isna() & text.notna(),
        column,
        f"this hour is skipped or comes twice in {profile.time.zone}; give it in UTC",
    )
    check.refuse(utc < pd.Timestamp(EARLIEST), column, "before 1900; check the date format")
    check.refuse(utc > pd.Timestamp(now + _FUTURE), column, "in the future; check the date format")
    return utc


def _read_moments(text: pd.Series, profile: Profile) -> pd.Series:
    written = profile.time.format
    try:
        return pd.to_datetime(text, format=written, errors="coerce", utc="%z" in written)
    except ValueError as fault:
        raise ProfileError(f"profile {profile.name}: time.format {written!r}: {fault}") from fault


def _numbers(check: _Check, column: str, what: str) -> pd.Series:
    text = check.table[column]
    check.refuse(text.isna(), column, f"no {what}")
    read = pd.to_numeric(text, errors="coerce").astype(float)
    check.refuse(~np.isfinite(read) & text.notna(), column, f"not a number for the {what}")
    return read


def _positions(check: _Check, profile: Profile) -> tuple[pd.Series, pd.Series]:
    lon_column, lat_column = profile.columns["lon"], profile.columns["lat"]
    x, y = _numbers(check, lon_column, "longitude"), _numbers(check, lat_column, "latitude")
    try:
        crs = CRS.from_user_input(profile.crs)
    except CRSError as fault:
        raise ProfileError(f"profile {profile.name}: crs {profile.crs!r} is unknown") from fault
    if crs != CRS.from_epsg(4326):
        transformer = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        x, y = (
            pd.Series(v, index=check.table.index) for v in transformer.transform(x.values, y.values)
        )
    check.refuse(
        (x.abs() <= _MOST_LAT) & (y.abs() > _MOST_LAT) & (y.abs() <= _MOST_LON),
        lat_column,
        "no latitude (over 90 degrees); longitude and latitude look swapped",
    )
    check.refuse(
        ~(x.abs() <= _MOST_LON), lon_column, f"no longitude within 180 degrees ({profile.crs})"
    )
    check.refuse(
        ~(y.abs() <= _MOST_LAT), lat_column, f"no latitude within 90 degrees ({profile.crs})"
    )
    check.refuse((x == 0) & (y == 0), lon_column, "position 0, 0 stands for an unknown place")
    return x, y


def _counts(check: _Check, profile: Profile) -> pd.Series:
    column = profile.columns.get("count")
    if column is None:
        return pd.Series(int(profile.values["count"]), index=check.table.index)
    read = _numbers(check, column, "count")
    check.refuse(read % 1 != 0, column, "a count is a whole number")
    check.refuse((read < 0) | (read > _MOST), column, f"a count lies within 0 and {_MOST}")
    return read.where(check.reason == "", 0).astype("int64")


def _words(check: _Check, profile: Profile, name: str) -> pd.Series:
    column = profile.columns.get(name)
    if column is None:
        return pd.Series(str(profile.values[name]), index=check.table.index)
    words = check.table[column]
    if name in profile.maps:
        words = words.map(profile.maps[name])
    allowed = ALLOWED[name]
    check.refuse(
        ~words.isin(allowed), column, f"no {name}; the profile maps to {', '.join(allowed)}"
    )
    return words


def _plain_numbers(check: _Check, profile: Profile, name: str) -> pd.Series:
    column = profile.columns.get(name)
    if column is None:
        return pd.Series(profile.values.get(name), index=check.table.index, dtype=float)
    read = _numbers(check, column, name)
    check.refuse(read < 0, column, f"{name} is below 0")
    return read


def _source_ids(check: _Check, profile: Profile) -> pd.Series:
    column = profile.columns.get("source_id")
    if column is None:
        return pd.Series(None, index=check.table.index, dtype=object)
    ids = check.table[column]
    check.refuse(ids.isna(), column, "no identifier")
    return ids


def _attributes(table: pd.DataFrame, profile: Profile) -> pd.Series:
    if not profile.attributes:
        return pd.Series(None, index=table.index, dtype=object)

    records = table[list(profile.attributes)].to_dict("records")
    texts = [
        json.dumps({k: v for k, v in record.items() if isinstance(v, str)}, sort_keys=True)
        for record in records
    ]
    return pd.Series(texts, index=table.index, dtype=object)


def _refuse_repeated_ids(check: _Check, profile: Profile, rows: pd.DataFrame) -> None:
    column = profile.columns.get("source_id")
    if column is None:
        return
    ids = rows["source_id"]
    content = pd.util.hash_pandas_object(rows.drop(columns=["source_id"]), index=False)
    other_content = content != content.groupby(ids).transform("first")
    check.refuse(
        other_content & ids.notna(), column, "stands earlier in the file with other content"
    )
