"""The second reading of a file: rows are placed, timed and checked, and become a draft."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from cop.ingest.check.doubt import PlaceDoubts, TimeDoubts, list_doubts
from cop.ingest.source.base.opened import Batch, Job, OpenedFile, Problem
from cop.ingest.upload.cell import clean_texts, plain_cells, read_texts
from cop.ingest.upload.draft import DraftWriter, no_moments
from cop.ingest.upload.identity import Identity
from cop.ingest.upload.parse_geometry import has_odd_minutes, place_rows
from cop.ingest.upload.parse_time import (
    DAY_MONTH,
    ISO,
    MOSTLY,
    TITLES,
    TYPED,
    Times,
    read_times,
)
from cop.ingest.upload.repair import ShapeRepair
from cop.ingest.upload.scan import Scan
from cop.ingest.upload.shape import CheckedShapes, ShapeCheck
from cop.ingest.upload.system import System
from cop.model.moment import utc_now
from cop.model.upload import (
    FEATURE_ID,
    FILE_ROW,
    GEOMETRY,
    OCCURRED_AT,
    Bounds,
    DraftColumn,
    Fix,
    Role,
)

_EPOCH = np.datetime64("1970-01-01T00:00:00")
_AHEAD = timedelta(days=3_653)
_CONSUMED = frozenset(("latitude", "longitude", "easting", "northing", "zone", "wkt", "time"))
_RESERVED = (FEATURE_ID, GEOMETRY, OCCURRED_AT)


@dataclass
class Work:
    """The work on one file; ``draft`` is None where it is only inspected."""

    job: Job
    opened: OpenedFile
    scan: Scan
    system: System | None
    columns: tuple[DraftColumn, ...]
    folder: Path | None = None
    near: Bounds | None = None
    accepted: int = 0
    rejected: int = 0
    identity: Identity = field(default_factory=Identity)

    def __post_init__(self) -> None:
        """Open the draft and the checks."""
        settings = self.job.settings
        repair = ShapeRepair(
            vertices=settings.upload_repair_vertices, seconds=settings.upload_repair_seconds
        )
        self.shapes = ShapeCheck(self.system, self.job.notes, repair)
        self.draft = None if self.folder is None else DraftWriter(self.folder, self.columns)
        now = utc_now()
        self._latest = np.datetime64(now + _AHEAD)
        self.places = PlaceDoubts(near=self.near, far_km=self.job.settings.upload_far_km)
        self.times = TimeDoubts(now=now)
        self._timed = self._untimed = 0

    def run(self, progress: Callable[[float], None]) -> None:
        """Read the file to its end."""
        for batch in self.opened.read():
            self._take(batch)
            progress(batch.share)
        if self.scan.records not in (None, self.scan.rows):
            self._explain(list(self.opened.find_lost()))
        if self.identity.repeated:
            self.job.notes.add("duplicate_ids", rows=self.identity.repeated)
        if len(self.shapes.kinds) > 1:
            self.job.notes.add("geometry_mixed", ", ".join(sorted(self.shapes.kinds)))
        self._doubt()
        if self.draft is not None:
            self.draft.close(bounds=self.shapes.bounds, kinds=self.shapes.kinds)

    def _take(self, batch: Batch) -> None:
        problems = list(batch.problems)
        if problems:
            self.job.notes.add("rows_refused", rows=len(problems))
            self.rejected += len(problems)
        if not len(batch.rows):
            self._explain(problems)
            return
        checked, column = self._check_shapes(batch)
        if checked is None:
            usable = np.ones(len(batch.rows), dtype=bool)
            shapes = np.full(len(batch.rows), None, dtype=object)
        else:
            usable, shapes = checked.usable, checked.shapes
            problems += self._refused(batch, checked, column)
            self._place(shapes[usable])
        moments, late = self._read_times(batch, usable)
        problems += late
        self.accepted += int(usable.sum())
        self.rejected += int((~usable).sum())
        self._write(batch, usable, shapes, moments)
        self._explain(problems)

    def _doubt(self) -> None:
        """Note what is probably wrong: with where it would be right, if it is known."""
        notes = self.job.notes
        unplaced = any(map(notes.has, ("crs_missing", "crs_contradictory")))
        for code, rows in list_doubts(*(() if unplaced else (self.places,)), self.times, share=0):
            if code != "axes_swapped" or not notes.has(code):
                is_swap = code == "axes_swapped"
                both = (Fix(field="swap_axes", value=swap) for swap in (True, False))
                fixes = tuple(both) if is_swap else ()
                name = self.scan.column("time") if code.startswith("time") else None
                again = is_swap and self.job.choices.swap_axes is not None
                stated = "outside_region" if again else code
                # Of a layer that is asked where it is published, as it may come to lie elsewhere.
                later = stated == "outside_region" and not self.job.choices.numbered
                notes.add(stated, rows=rows, column=name, fixes=fixes, is_asked_later=later)
        if self._untimed > (1 - MOSTLY) * self._timed:
            name = self.scan.column("time")
            notes.add("time_mostly_unreadable", rows=self._untimed, column=name)

    def _check_shapes(self, batch: Batch) -> tuple[CheckedShapes | None, str]:
        placed = place_rows(batch, self.scan, comma=self.opened.separator != ",")
        return (None, "") if placed is None else (self.shapes.check(placed), placed.column)

    def _place(self, kept: "np.ndarray[tuple[int], np.dtype[np.object_]]") -> None:
        corners = shapely.bounds(kept[~shapely.is_missing(kept)])
        if len(corners):
            west, south, east, north = corners.T
            self.places.add((west + east) / 2, (south + north) / 2)

    def _refused(self, batch: Batch, checked: CheckedShapes, column: str) -> list[Problem]:
        bad = np.flatnonzero(~checked.usable)
        self._count_minutes(batch, bad)
        cells = batch.columns.get(column)
        return [
            Problem(
                row=int(batch.rows[row]),
                column=column,
                value="" if cells is None else _shown(cells[int(row)]),
                reason=str(checked.reasons[row]),
            )
            for row in bad
        ]

    def _count_minutes(
        self, batch: Batch, bad: "np.ndarray[tuple[int], np.dtype[np.intp]]"
    ) -> None:
        """Note the refused rows that write 60 minutes or seconds, or more."""
        roles: tuple[Role, ...] = ("latitude", "longitude", "position")
        names = [name for role in roles if (name := self.scan.column(role)) is not None]
        rows = sum(
            any(has_odd_minutes(_shown(batch.columns[name][int(row)])) for name in names)
            for row in bad
        )
        if rows:
            self.job.notes.add("minutes_impossible", rows=rows, column=names[0])

    def _read_times(
        self, batch: Batch, usable: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    ) -> tuple[pa.Array, list[Problem]]:
        name = self.scan.column("time")
        column = None if name is None else self.scan.columns[name]
        if name is None or column is None or self._lacks_order(column.form):
            return no_moments(len(batch.rows)), []
        cells = batch.columns[name]
        form = column.form or ISO
        given = plain_cells(cells).to_pandas() if form == TYPED else cells.to_pandas()
        choices = self.job.choices
        times = read_times(given, form, day_first=choices.day_first, zone=choices.time_zone)
        moments = times.moments.copy()
        problems = []
        self._timed += int((cells.is_valid().to_numpy(zero_copy_only=False) & usable).sum())
        for code, bad, why in self._judge(times, cells, form):
            if (worst := bad & usable).any():
                fill = choices.time_zone if code == "time_twofold" else TITLES[form]
                self.job.notes.add(code, fill, rows=int(worst.sum()), column=name)
                moments[worst] = np.datetime64("NaT")
                self._untimed += int(worst.sum()) if code == "time_unreadable" else 0
                for row in np.flatnonzero(worst):
                    value = _shown(cells[int(row)])
                    problems.append(
                        Problem(row=int(batch.rows[row]), column=name, value=value, reason=why)
                    )
        self.times.add(moments[usable])
        return pa.array(moments, pa.timestamp("us"), from_pandas=True), problems

    def _lacks_order(self, form: str | None) -> bool:
        return form == DAY_MONTH and self.job.choices.day_first is None

    def _judge(
        self, times: Times, cells: pa.Array, form: str
    ) -> "list[tuple[str, np.ndarray[tuple[int], np.dtype[np.bool_]], str]]":
        given = cells.is_valid().to_numpy(zero_copy_only=False)
        none = np.isnat(times.moments)
        absurd = times.outside | (times.moments > self._latest) | (times.moments == _EPOCH)
        return [
            ("time_twofold", times.twofold, "this hour is skipped or comes twice; no time is kept"),
            (
                "time_unreadable",
                none & given & ~times.twofold & ~absurd,
                f"not {TITLES[form]}; no time is kept",
            ),
            ("dates_absurd", absurd, "no plausible time; no time is kept"),
        ]

    def _write(
        self,
        batch: Batch,
        usable: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
        shapes: "np.ndarray[tuple[int], np.dtype[np.object_]]",
        moments: pa.Array,
    ) -> None:
        keep = pa.array(usable)
        chosen = self.scan.column("id")
        ids = None if chosen is None else batch.columns[chosen].filter(keep).cast(pa.string())
        if self.draft is None:
            if ids is not None:
                self.identity.name_rows(ids.drop_null(), [], None, len(ids) - ids.null_count)
            return
        cells = [
            self._read_cells(column, batch.columns[column.source]).filter(keep)
            for column in self.columns
            if column.name != FILE_ROW
        ]
        kept, times = shapes[usable], moments.filter(keep)
        if self.job.choices.numbered:
            numbers = pa.array(batch.rows[usable], pa.int64())
            names = numbers.cast(pa.string())
            cells.append(numbers)
        else:
            names = self.identity.name_rows(ids, [times, *cells], kept, len(kept))
        self.draft.write(names, kept, times, cells)

    def _read_cells(self, column: DraftColumn, cells: pa.Array) -> pa.Array:
        read = cells if self.opened.is_text else plain_cells(cells, column.kind)
        if column.kind == "TIMESTAMP" and pa.types.is_string(read.type):
            zone = self.job.choices.time_zone
            times = read_times(read.to_pandas(), ISO, day_first=None, zone=zone)
            read = pa.array(times.moments, pa.timestamp("us"), from_pandas=True)
        elif self.opened.is_text:
            read = read_texts(read, column.kind)
        unlike = read.null_count - cells.null_count
        if unlike > 0:
            self.job.notes.add("cells_unlike", column.kind, rows=unlike, column=column.source)
        if column.kind == "VARCHAR":
            read, _ = clean_texts(read.cast(pa.string()))
        return read

    def _explain(self, problems: list[Problem]) -> None:
        if self.draft is not None:
            self.draft.explain(problems)


def plan_columns(job: Job, opened: OpenedFile, scan: Scan) -> tuple[DraftColumn, ...]:
    """Return the columns of the draft: the chosen ones, else all but those about persons."""
    chosen = job.choices.columns
    if chosen is not None:
        lacking = [name for name in chosen if name not in scan.columns]
        if lacking:
            raise job.refuse(f"no column {lacking[0]!r}; choose among those of the file")
    kept = chosen if chosen is not None else tuple(default_columns(opened, scan))
    taken = {name.casefold() for name in (*_RESERVED, FILE_ROW)}
    planned, renamed = [], []
    for source in dict.fromkeys(kept):
        column = scan.columns[source]
        if column.lost:
            continue
        name, number = source, 1
        while name.casefold() in taken:
            number += 1
            name = f"{source}_{number}"
        if name != source:
            renamed.append(f"{source} is {name}")
        taken.add(name.casefold())
        planned.append(DraftColumn(name=name, source=source, kind=column.kind))
    if renamed:
        job.notes.add("columns_renamed", ", ".join(renamed))
    if job.choices.numbered:
        planned.append(DraftColumn(name=FILE_ROW, source="", kind="BIGINT"))
    return tuple(planned)


def default_columns(opened: OpenedFile, scan: Scan) -> list[str]:
    """Return the columns to keep if nobody chose."""
    return [
        name
        for name, column in scan.columns.items()
        if "person" not in column.looks
        and scan.roles.get(name) not in _CONSUMED
        and not (opened.drops_blank and not column.filled)
        and name not in opened.dull
        and not (name == FEATURE_ID and scan.roles.get(name) == "id")
    ]


def _shown(cell: pa.Scalar) -> str:
    value = cell.as_py()
    return "" if value is None else str(value)
