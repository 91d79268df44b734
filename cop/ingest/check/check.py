"""Checking a table of text by a profile: cells are read strictly, refused rows keep the reason."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from cop.errors import InputFileError, ProfileError
from cop.ingest.check.cell import constant, parse_numbers, translate, write_objects
from cop.ingest.check.moment import read_fiscal_months, read_moments
from cop.ingest.personal.column import is_birth
from cop.ingest.profile.base import TimeRule
from cop.ingest.profile.kind import TableProfile
from cop.model.marking import MARKINGS, MarkingError, highest_marking
from cop.model.source import ROW

EARLIEST = datetime(1900, 1, 1)
MOST = 2**31 - 1
BLANK = "(blank)"
REPEATED = "stands earlier in the file with other content"
_WGS84 = CRS.from_epsg(4326)
_MOST_LON, _MOST_LAT = 180, 90
_POINT = shapely.GeometryType.POINT
_AREA_MARGIN_DEG = 1.0
_COLUMNS_NAMED = 20
_FUTURE = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class CheckedTable:
    """Rows in our schema, and refused rows of the file: their cells, ``__row__`` and ``reason``.

    ``refused`` is these in our schema, as far as they could be read, and ``causes`` the column and
    the rule behind each reason.
    """

    rows: pd.DataFrame
    rejects: pd.DataFrame
    refused: pd.DataFrame = field(default_factory=pd.DataFrame)
    causes: tuple[tuple[str, str], ...] = ()


class Check:
    """Reads the fields of a table and collects the first reason against each row."""

    def __init__(self, table: pd.DataFrame, profile: TableProfile, *, file: str) -> None:
        """Take a reader's table; a column that the file lacks is a ProfileError."""
        self.table = table
        self.profile = profile
        self.file = file
        self._good = np.ones(len(table), dtype=bool)
        self._reasons: dict[int, str] = {}
        self._causes: dict[int, tuple[str, str]] = {}
        missing = [name for name in dict.fromkeys(profile.file_columns) if name not in table]
        if missing:
            raise ProfileError(
                f"{file}: no column {', '.join(map(repr, missing))}; profile {profile.name} needs "
                f"it, the file has: {_named(c for c in table if c not in (ROW, 'geometry'))}"
            )
        if isinstance(table, gpd.GeoDataFrame) and not table.crs.equals(self.crs, True):
            raise InputFileError(
                f"{file}: its coordinates are {table.crs.name}, profile {profile.name} says "
                f"{profile.crs}; correct the profile or project the file"
            )

    @cached_property
    def crs(self) -> CRS:
        """The system that the file's coordinates are in."""
        try:
            return CRS.from_user_input(self.profile.crs)
        except CRSError as fault:
            raise ProfileError(
                f"profile {self.profile.name}: crs {self.profile.crs!r} is unknown"
            ) from fault

    @property
    def good(self) -> "pd.Series[bool]":
        """Which rows nothing was found against so far."""
        return pd.Series(self._good.copy(), index=self.table.index)

    def refuse(self, bad: "pd.Series[bool]", column: str, why: str) -> None:
        """Refuse rows, quoting the cell of a column of the file."""
        fresh = np.flatnonzero(np.asarray(bad, dtype=bool) & self._good)
        if len(fresh):
            self._good[fresh] = False
            cells = self.table[column].iloc[fresh]
            for row, cell in zip(fresh.tolist(), cells, strict=True):
                self._reasons[row] = f"{column}={quoted(cell)}: {why}"
            self._causes |= dict.fromkeys(fresh.tolist(), (column, why))

    def finish(self, rows: pd.DataFrame) -> CheckedTable:
        """Part the good rows from the refused ones."""
        if not self._reasons:
            return CheckedTable(
                rows=rows, rejects=pd.DataFrame(self.table.iloc[:0].assign(reason=""))
            )
        bad = np.flatnonzero(~self._good)
        reasons = pd.Series([self._reasons[row] for row in bad.tolist()], dtype=object).to_numpy()
        return CheckedTable(
            rows=rows[self._good],
            rejects=pd.DataFrame(self.table.iloc[bad].assign(reason=reasons)),
            refused=rows.iloc[bad],
            causes=tuple(self._causes[row] for row in bad.tolist()),
        )

    def text(self, name: str) -> pd.Series:
        """Return the cells of a field, blank where neither column nor value gives one."""
        column = self.profile.columns.get(name)
        value = self.profile.values.get(name)
        if column is None:
            return constant(value, self.table.index)
        cells = self.table[column]
        if name in self.profile.maps:
            known = translate(cells, self.profile.maps[name])
            self.refuse(
                known.isna() & cells.notna(), column, f"no {name} that the profile's map knows"
            )
            cells = known
        return cells if value is None else cells.astype(object).where(cells.notna(), value)

    def word(self, name: str) -> pd.Series:
        """Return a field whose words are limited to what the profile's kind allows."""
        words, column = self.text(name), self.profile.columns.get(name)
        allowed = self.profile.allowed[name]
        if column is not None:
            self.refuse(
                ~words.isin(allowed), column, f"no {name}; the profile maps to {', '.join(allowed)}"
            )
        return words

    def name(self, name: str, what: str) -> pd.Series:
        """Return a field of free text that every row must have."""
        cells, column = self.text(name), self.profile.columns.get(name)
        if column is not None:
            self.refuse(cells.isna(), column, f"no {what}")
        return cells

    def number(self, name: str, what: str, *, needed: bool = True) -> pd.Series:
        """Return a field of finite numbers; NaN where nothing gives it or, unneeded, blank."""
        column = self.profile.columns.get(name)
        if column is None:
            value = self.profile.values.get(name)
            return pd.Series(value, index=self.table.index, dtype=float)
        return self.read_numbers(self.text(name), column, what, needed=needed)

    def read_numbers(
        self, cells: pd.Series, column: str, what: str, *, needed: bool = True
    ) -> pd.Series:
        """Read cells as finite numbers, refusing rows by the file's column."""
        if needed:
            self.refuse(cells.isna(), column, f"no {what}")
        read = parse_numbers(cells)
        self.refuse(~np.isfinite(read) & cells.notna(), column, f"not a number for the {what}")
        return read

    def markings(self) -> pd.Series:
        """Return the marking of each row: its own with that of the source, which is the least.

        A row without one has that of the source.
        """
        source = self.profile.source.marking
        column = self.profile.columns.get("marking")
        if column is None:
            return constant(source, self.table.index)
        cells = self.text("marking")
        known = {cell: _join_marking(source, cell) for cell in cells.dropna().unique()}
        joined = translate(cells, {cell: text for cell, text in known.items() if text})
        self.refuse(
            joined.isna() & cells.notna(),
            column,
            f"no marking; use {', '.join(MARKINGS)}, and //REL TO with codes of agencies",
        )
        return joined.fillna(source)

    def plain_number(self, name: str) -> pd.Series:
        """Return an optional field of numbers of at least 0, named as itself; blank is unknown."""
        column = self.profile.columns.get(name)
        read = self.number(name, name, needed=False)
        if column is not None:
            self.refuse(read < 0, column, f"{name} is below 0")
        return read

    def moments(
        self, name: str, rule: TimeRule, precision: pd.Series, now: datetime, *, needed: bool
    ) -> pd.Series:
        """Return a field of naive UTC moments after 1900 and not in the future."""
        column = self.profile.columns.get(name)
        if column is None:
            return pd.Series(pd.NaT, index=self.table.index, dtype="datetime64[us]")
        if is_birth(column):
            raise ProfileError(
                f"profile {self.profile.name}: column {column!r} holds dates of birth, which are "
                "never the time of a record; map another column"
            )
        cells = self.table[column]
        if needed:
            self.refuse(cells.isna(), column, "no time; a record needs one")
        moments, twofold = read_moments(cells, rule, precision, profile=self.profile.name)
        self.refuse(
            moments.isna() & cells.notna() & ~twofold, column, f"not a time written {rule.format}"
        )
        self.refuse(
            twofold, column, f"this hour is skipped or comes twice in {rule.zone}; give it in UTC"
        )
        self._bound(moments, column, now)
        return moments

    def fiscal_months(self, rule: TimeRule, now: datetime) -> pd.Series:
        """Return the calendar months of a fiscal year and a month column."""
        year, month = (self.profile.columns[name] for name in ("fiscal_year", "month"))
        moments = read_fiscal_months(
            self.table[year], self.table[month], start=rule.fiscal_year_start or 1
        )
        is_year = self.table[year].astype("str").str.fullmatch(r"\d{4}").fillna(False).astype(bool)
        self.refuse(~is_year, year, "no fiscal year of four digits")
        self.refuse(moments.isna(), month, "no month; its English name, three letters or 1-12")
        self._bound(moments, month, now)
        return moments

    def _bound(self, moments: pd.Series, column: str, now: datetime) -> None:
        early, late = moments < pd.Timestamp(EARLIEST), moments > pd.Timestamp(now + _FUTURE)
        self.refuse(early, column, "before 1900; check the date format")
        self.refuse(late, column, "in the future; check the date format")

    def positions(self, *, needed: bool = True) -> tuple[pd.Series, pd.Series]:
        """Return longitude and latitude (EPSG:4326) from two columns, or from points.

        Where they are not ``needed`` a row may leave both blank.
        """
        x_column, y_column = (self.profile.columns.get(n, "geometry") for n in ("lon", "lat"))
        if x_column == "geometry":
            x, y = self._points(needed=needed)
        else:
            x = self.read_numbers(self.table[x_column], x_column, "longitude", needed=needed)
            y = self.read_numbers(self.table[y_column], y_column, "latitude", needed=needed)
        if not needed:
            self.refuse(x.isna() & y.notna(), x_column, "no longitude, though a latitude")
            self.refuse(y.isna() & x.notna(), y_column, "no latitude, though a longitude")
        self.refuse((x == 0) & (y == 0), x_column, "position 0, 0 stands for an unknown place")
        if self.crs != _WGS84:
            transformer = Transformer.from_crs(self.crs, _WGS84, always_xy=True)
            x, y = (
                pd.Series(v, index=self.table.index)
                for v in transformer.transform(x.values, y.values)
            )
        columns = (x_column, y_column)
        self._bound_position(x, y, columns, blank=x.isna() & y.isna() & (not needed))
        return x, y

    def _points(self, *, needed: bool) -> tuple[pd.Series, pd.Series]:
        shapes = self.table["geometry"].to_numpy()
        usable = (shapely.get_type_id(shapes) == _POINT) & ~shapely.is_empty(shapes)
        wrong = ~usable if needed else ~usable & ~shapely.is_missing(shapes)
        self.refuse(pd.Series(wrong), "geometry", "no point; a place needs one")
        x, y = (np.where(usable, of(shapes), np.nan) for of in (shapely.get_x, shapely.get_y))
        return pd.Series(x, index=self.table.index), pd.Series(y, index=self.table.index)

    def _bound_position(
        self, x: pd.Series, y: pd.Series, columns: tuple[str, str], *, blank: "pd.Series[bool]"
    ) -> None:
        (x_column, y_column), named = columns, self.profile.crs
        swapped = (x.abs() <= _MOST_LAT) & (y.abs() > _MOST_LAT) & (y.abs() <= _MOST_LON)
        self.refuse(
            swapped,
            y_column,
            "no latitude (over 90 degrees); longitude and latitude look swapped",
        )
        far = ~(x.abs() <= _MOST_LON) & ~blank
        self.refuse(far, x_column, f"no longitude within 180 degrees ({named})")
        far = ~(y.abs() <= _MOST_LAT) & ~blank
        self.refuse(far, y_column, f"no latitude within 90 degrees ({named})")
        area = self.crs.area_of_use
        if self.crs.is_projected and area is not None and area.west < area.east:
            margin = _AREA_MARGIN_DEG
            inside = x.between(area.west - margin, area.east + margin)
            inside &= y.between(area.south - margin, area.north + margin)
            self.refuse(
                ~inside & ~blank, x_column, f"outside the area of {named} ({area.name[:60]})"
            )

    def attributes(self) -> pd.Series:
        """Return the columns that the profile keeps as JSON text, blank cells left out."""
        names = list(self.profile.attributes)
        if not names:
            return constant(None, self.table.index)
        return write_objects({name: self.table[name] for name in sorted({*names})})

    def refuse_repeated(self, identity: pd.DataFrame, content: pd.DataFrame, column: str) -> None:
        """Refuse rows that give again what an earlier row gave, with other content."""
        if self.table.empty:
            return
        same = pd.util.hash_pandas_object(identity, index=False)
        hashes = pd.util.hash_pandas_object(content, index=False)
        other = hashes != hashes.groupby(same).transform("first")
        complete = identity.notna().any(axis=1)
        self.refuse(other & complete, column, REPEATED)


def quoted(cell: object) -> str:
    """Return a cell as a reason quotes it."""
    return BLANK if cell is None or cell != cell else repr(cell)[:60]  # noqa: PLR0124 NaN


def _named(columns: Iterable[str]) -> str:
    named = [repr(name[:40]) for name in columns]
    return ", ".join(named[:_COLUMNS_NAMED]) + (" ..." if len(named) > _COLUMNS_NAMED else "")


def _join_marking(source: str, own: object) -> str | None:
    """Return the marking of a row and its source together; None if the row's own is none."""
    try:
        return highest_marking((source, str(own).strip().upper()))
    except MarkingError:
        return None
