"""The first reading of a file: what its columns are, and how far its coordinates reach."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from cop.ingest.personal.column import accompanies, identifies, is_birth
from cop.ingest.source.base.opened import Batch, Job, OpenedFile
from cop.ingest.upload.cell import (
    clean_texts,
    count_inexact,
    is_wide,
    kind_of,
    narrow,
    read_numbers,
    write_wide,
)
from cop.ingest.upload.infer_columns import look_at
from cop.ingest.upload.parse_time import DAY_MONTH, ISO, ISO_EXACT, find_order
from cop.ingest.upload.time_name import choose_time
from cop.model.formula import FORMULA
from cop.model.upload import ColumnScan, ColumnSeen, FileScan, Kind, Look, Role

_SAMPLE, _EXAMPLES, _MOST_EXAMPLE = 500, 5, 80
_MOST_TEXT, _MOST_NESTED = 500, 4_000
_FORMULA = r"^[=@]|^[+\-][^0-9.,]|^[\t\r\n]"
_MARKUP = r"<[a-zA-Z/!][^>]*>"
_LON, _LAT = 180.0, 90.0
_WIDE: tuple[Kind, ...] = ("BIGINT", "DOUBLE", "VARCHAR")
Floats = npt.NDArray[np.float64]


@dataclass
class Column:
    """What is known of a column so far."""

    name: str
    kinds: set[Kind]
    filled: int = 0
    sample: list[str] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    form: str | None = None
    days_first: int = 0
    months_first: int = 0
    formulas: int = 0
    marked: int = 0
    dirty: int = 0
    long: int = 0
    is_iso: bool = True
    lost: str | None = None

    @property
    def kind(self) -> Kind:
        """The narrowest kind that all cells have."""
        if self.form == ISO and self.is_iso and "TIMESTAMP" not in self.kinds and self.filled:
            return "TIMESTAMP"
        order: tuple[Kind, ...] = ("BOOLEAN", "BIGINT", "DOUBLE", "TIMESTAMP", "VARCHAR")
        return next(kind for kind in order if kind in self.kinds) if self.filled else "VARCHAR"

    def seen(self) -> ColumnSeen:
        """Return it as the analyst sees it."""
        return ColumnSeen.model_validate(self.dump().model_dump(include={*ColumnSeen.model_fields}))

    def dump(self) -> ColumnScan:
        """Return all that was found in it, of the cells only the first."""
        return ColumnScan(
            name=self.name,
            kind=self.kind,
            filled=self.filled,
            examples=tuple(text[:_MOST_EXAMPLE] for text in self.sample[:_EXAMPLES]),
            looks=tuple(self.looks),
            time_form=self.form,
            days_first=self.days_first,
            months_first=self.months_first,
            formulas=self.formulas,
            marked=self.marked,
            dirty=self.dirty,
            long=self.long,
            lost=self.lost,
        )

    @classmethod
    def restore(cls, found: ColumnScan) -> "Column":
        """Return the column that was found."""
        return cls(
            name=found.name,
            kinds={found.kind},
            filled=found.filled,
            sample=list(found.examples),
            looks=list(found.looks),
            form=found.time_form,
            days_first=found.days_first,
            months_first=found.months_first,
            formulas=found.formulas,
            marked=found.marked,
            dirty=found.dirty,
            long=found.long,
            is_iso=found.kind == "TIMESTAMP",
            lost=found.lost,
        )


@dataclass
class Envelope:
    """How far raw coordinates reach, and how many places fit degrees as they are or exchanged."""

    places: int = 0
    fitting: int = 0
    swapped: int = 0
    low: Floats = field(default_factory=lambda: np.array([np.inf, np.inf]))
    high: Floats = field(default_factory=lambda: np.array([-np.inf, -np.inf]))

    def add(self, x: Floats, y: Floats) -> None:
        """Add raw coordinates."""
        usable = np.isfinite(x) & np.isfinite(y) & (np.abs(x) < 1e12) & (np.abs(y) < 1e12)  # noqa: PLR2004 meters
        x, y = x[usable], y[usable]
        if not len(x):
            return
        self.places += len(x)
        self.fitting += int(((np.abs(x) <= _LON) & (np.abs(y) <= _LAT)).sum())
        self.swapped += int(((np.abs(x) <= _LAT) & (np.abs(y) > _LAT) & (np.abs(y) <= _LON)).sum())
        self.low = np.minimum(self.low, [x.min(), y.min()])
        self.high = np.maximum(self.high, [x.max(), y.max()])

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """The raw (x, y, x, y), None without any place."""
        if not self.places:
            return None
        return (float(self.low[0]), float(self.low[1]), float(self.high[0]), float(self.high[1]))

    @classmethod
    def restore(cls, found: FileScan) -> "Envelope":
        """Return the envelope that was found."""
        reach = cls(places=found.places, fitting=found.fitting, swapped=found.swapped)
        if found.numbers is not None:
            reach.low, reach.high = np.array(found.numbers[:2]), np.array(found.numbers[2:])
        return reach


@dataclass
class Scan:
    """What the first reading found."""

    columns: dict[str, Column]
    roles: dict[str, Role] = field(default_factory=dict)
    envelope: Envelope = field(default_factory=Envelope)
    rows: int = 0
    records: int | None = None

    def column(self, role: Role) -> str | None:
        """Return the column of a role."""
        return next((name for name, own in self.roles.items() if own == role), None)

    def dump(self, job: Job, opened: OpenedFile) -> FileScan:
        """Return it so that the next step of the same file need not scan again."""
        return FileScan(
            layer=opened.layer,
            encoding=opened.encoding,
            columns=tuple(column.dump() for column in self.columns.values()),
            roles=self.roles,
            is_chosen=job.choices.roles is not None,
            rows=self.rows,
            records=self.records,
            places=self.envelope.places,
            fitting=self.envelope.fitting,
            swapped=self.envelope.swapped,
            numbers=self.envelope.box,
        )


def find_scan(job: Job, opened: OpenedFile) -> Scan | None:
    """Return the scan of an earlier step if it holds for how the file is read now, else None."""
    found = job.scan
    if found is None or (found.layer, found.encoding) != (opened.layer, opened.encoding):
        return None
    chosen = job.choices.roles
    is_same = not found.is_chosen if chosen is None else {**chosen} == {**found.roles}
    if not is_same or tuple(column.name for column in found.columns) != opened.names:
        return None
    scan = Scan(
        columns={column.name: Column.restore(column) for column in found.columns},
        roles={**found.roles},
        envelope=Envelope.restore(found),
        rows=found.rows,
        records=found.records,
    )
    _report(job, scan)
    return scan


def scan_source(job: Job, opened: OpenedFile, progress: Callable[[float], None]) -> Scan:
    """Read the file once."""
    start: set[Kind] = {"BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR"} if opened.is_text else set()
    scan = Scan(columns={name: Column(name, set(start)) for name in opened.names})
    is_first = True
    for batch in opened.read():
        scan.rows += len(batch.rows) + len(batch.problems)
        if scan.rows > job.settings.upload_rows:
            raise job.refuse(
                f"more rows than the {job.settings.upload_rows:,} that are taken "
                "(COP_UPLOAD_ROWS): split the file"
            )
        for name, cells in batch.columns.items():
            _see_cells(scan.columns[name], cells, is_text=opened.is_text)
        if is_first and len(batch.rows):
            _settle_roles(job, opened, scan)
            is_first = False
        _see_times(scan, batch)
        _see_place(scan, batch, comma=opened.separator != ",")
        progress(batch.share)
    if is_first:
        _settle_roles(job, opened, scan)
    scan.records = opened.count()
    _report(job, scan)
    return scan


def _see_cells(column: Column, cells: pa.Array, *, is_text: bool) -> None:
    column.filled += len(cells) - cells.null_count
    if is_text or is_wide(cells.type):
        _see_texts(column, cells if is_text else write_wide(cells))
    elif not column.kinds:
        kind = kind_of(cells.type)
        column.kinds, column.lost = {kind or "VARCHAR"}, None if kind else str(cells.type)
    if column.lost is None and len(column.sample) < _SAMPLE:
        first = cells.drop_null()[: _SAMPLE - len(column.sample)]
        column.sample += [_as_text(value) for value in first.to_pylist()]
    if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type):
        column.formulas += _count(cells, _FORMULA)
        column.marked += _count(cells, _MARKUP)
        column.dirty += clean_texts(cells.cast(pa.string()))[1]


def _see_texts(column: Column, texts: pa.Array) -> None:
    """Narrow what a column of texts can be; count numbers that no type but text holds."""
    column.kinds = column.kinds or {*_WIDE}
    before = column.kinds
    if before != {"VARCHAR"}:
        column.kinds = narrow(texts, before)
    if column.kinds == {"VARCHAR"} and (column.long or "DOUBLE" in before):
        column.long += count_inexact(texts.drop_null())


def _as_text(value: object) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, default=str)[:_MOST_NESTED]
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return str(text)[: _MOST_NESTED if str(text)[:1] in "{[" else _MOST_TEXT]


def _count(cells: pa.Array, pattern: str) -> int:
    return pc.sum(pc.match_substring_regex(cells, pattern)).as_py() or 0


def _settle_roles(job: Job, opened: OpenedFile, scan: Scan) -> None:
    """Look at the columns; take the analyst's roles, or those that the columns look like."""
    for column in scan.columns.values():
        typed = column.kinds == {"TIMESTAMP"}
        column.looks, column.form = look_at(column.name, column.sample, is_typed_time=typed)
    _look_beside(scan)
    chosen = {role: name for name, role in (job.choices.roles or {}).items()}.get("time")
    if chosen is not None and is_birth(chosen):
        raise job.refuse(
            f"column {chosen!r} holds dates of birth, which are never the time of an event; choose "
            "another column for the time, or none"
        )
    if job.choices.roles is not None:
        scan.roles = {n: role for n, role in job.choices.roles.items() if n in scan.columns}
        lacking = set(job.choices.roles) - set(scan.columns)
        if lacking:
            raise job.refuse(f"no column {sorted(lacking)[0]!r}; choose among those of the file")
        return
    scan.roles = suggest_roles(scan.columns, is_shaped=opened.is_shaped)


def _look_beside(scan: Scan) -> None:
    """Take a mere name, age or address for personal where another column identifies persons."""
    columns = scan.columns.values()
    if any("person" in one.looks and identifies(one.name, one.sample) for one in columns):
        for column in columns:
            if accompanies(column.name) and "person" not in column.looks:
                column.looks.insert(0, "person")


def suggest_roles(columns: dict[str, Column], *, is_shaped: bool) -> dict[str, Role]:
    """Return the roles that columns look like: a position in one way, the first time, an id."""
    first: dict[str, str] = {}
    for column in columns.values():
        for look in column.looks:
            if "person" not in column.looks and column.filled:
                first.setdefault(look, column.name)
    roles: dict[str, Role] = {}
    ways: tuple[tuple[Role, ...], ...] = (
        ("latitude", "longitude"),
        ("wkt",),
        ("position",),
        ("utm",),
        ("easting", "northing"),
    )
    way = next((way for way in ways if all(role in first for role in way)), ())
    if not is_shaped:
        roles |= {first[role]: role for role in way}
        if way == ways[-1] and "zone" in first:
            roles[first["zone"]] = "zone"
    timed = [one.name for one in columns.values() if _is_timed(one)]
    if timed:
        first["time"] = choose_time(timed) or timed[0]
    for role in ("time", "id"):
        if role in first and first[role] not in roles:
            roles[first[role]] = role  # type: ignore[assignment]
    return roles


def _is_timed(column: Column) -> bool:
    return "time" in column.looks and "person" not in column.looks and bool(column.filled)


def _see_times(scan: Scan, batch: Batch) -> None:
    for column in scan.columns.values():
        cells = batch.columns[column.name]
        if column.form == ISO and column.is_iso:
            fits = pc.match_substring_regex(
                pc.utf8_trim_whitespace(cells.cast(pa.string())), ISO_EXACT
            )
            column.is_iso = bool(pc.all(fits.drop_null()).as_py())
        if column.form == DAY_MONTH and scan.roles.get(column.name) == "time":
            first, second = find_order(cells.to_pandas())
            column.days_first += first
            column.months_first += second


def _see_place(scan: Scan, batch: Batch, *, comma: bool) -> None:
    if batch.shapes is not None:
        given = batch.shapes[~shapely.is_missing(batch.shapes)]
        corners = shapely.bounds(given[~shapely.is_empty(given)])
        scan.envelope.add(corners[:, 0], corners[:, 1])
        scan.envelope.add(corners[:, 2], corners[:, 3])
        return
    pairs: tuple[tuple[Role, Role], ...] = (("longitude", "latitude"), ("easting", "northing"))
    for x_role, y_role in pairs:
        x_name, y_name = scan.column(x_role), scan.column(y_role)
        is_own = x_role == "easting" and scan.column("zone") is not None
        if x_name is not None and y_name is not None and not is_own:
            scan.envelope.add(*(as_floats(batch.columns[n], comma=comma) for n in (x_name, y_name)))


def as_floats(cells: pa.Array, *, comma: bool) -> Floats:
    """Return cells as floats, NaN where they are no numbers."""
    numbers = read_numbers(cells, comma=comma) if pa.types.is_string(cells.type) else cells
    floats: Floats = numbers.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return floats


def _report(job: Job, scan: Scan) -> None:
    """Note what the columns hold that an analyst should know, and records that were not read."""
    if scan.records is not None and scan.records != scan.rows:
        missing = abs(scan.records - scan.rows)
        job.notes.add("records_differ", f"{scan.records:,}", f"{scan.rows:,}", rows=missing)
    for column in scan.columns.values():
        if "person" in column.looks:
            job.notes.add("personal_data", rows=column.filled, column=column.name)
        if column.formulas:
            job.notes.add("formula_cells", rows=column.formulas, column=column.name)
        if column.marked:
            job.notes.add("markup_text", rows=column.marked, column=column.name)
        if column.dirty:
            job.notes.add("control_characters", rows=column.dirty, column=column.name)
        if column.long:
            job.notes.add("numbers_as_text", rows=column.long, column=column.name)
        if column.lost:
            job.notes.add("column_unusable", column.lost, column=column.name)
        if column.name.startswith(FORMULA):
            job.notes.add("formula_cells", column=column.name)
