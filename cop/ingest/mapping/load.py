"""Putting a mapping to the rows of a file: a check of all of them, and loading what fits."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd

from cop.errors import MappingError, ProfileError
from cop.ingest import event, sensor, statistic
from cop.ingest.check import CheckedTable
from cop.ingest.load import IngestReport, load_rows
from cop.ingest.mapping.table import MappedTable
from cop.ingest.profile import (
    EventProfile,
    SensorProfile,
    StatisticProfile,
    build_profile,
)
from cop.model.formula import defuse
from cop.model.mapping import ISO_FORMAT, LAT, LON, READ, TARGETS, TIME
from cop.model.moment import utc_now
from cop.model.source import ROW
from cop.settings import StoreSettings
from cop.store.room.audit import note_step

SUBJECT = "source"
RowProfile = EventProfile | SensorProfile | StatisticProfile
_PLACED = {"events": ("lon", "lat"), "sensors": ("lon", "lat")}
_TIMED = {"events": "occurred_at", "statistics": "period_start"}


def build_mapped_profile(name: str, declared: Mapping[str, Any]) -> RowProfile:
    """Give the profile that a mapping declares, over the columns that reading gives.

    Where it maps no column to the position or time, those that reading gave stand for it.
    MappingError says what is missing or wrong.
    """
    said = {key: value for key, value in declared.items() if key not in ("reader", "crs")}
    kind = str(said.get("kind"))
    if kind not in TARGETS:
        raise MappingError(f"mapping {name!r}: {kind!r} is not one of {', '.join(TARGETS)}")
    for part in ("columns", "time"):
        if not isinstance(said.get(part) or {}, Mapping):
            raise MappingError(f"mapping {name!r}: {part}: write names with a colon and a value")
    columns = dict(said.get("columns") or {})
    for field, column in zip(_PLACED.get(kind, ()), (LON, LAT), strict=False):
        columns.setdefault(field, column)
    timed = _TIMED.get(kind)
    rule = dict(said.get("time") or {})
    if timed is not None and "fiscal_year_start" not in rule:
        columns.setdefault(timed, TIME)
    if "format" not in rule and "fiscal_year_start" not in rule:
        rule |= {"format": ISO_FORMAT, "zone": "UTC"}
    said |= {"reader": "csv", "columns": columns, "time": rule}
    try:
        profile = build_profile(name, said)
    except ProfileError as fault:
        words = str(fault).removeprefix(f"{name}.yaml: ").removeprefix("profile: ")
        words = words.replace("Value error, ", "")
        raise MappingError(f"mapping {name!r}: {words}") from fault
    if not isinstance(profile, EventProfile | SensorProfile | StatisticProfile):
        raise MappingError(f"mapping {name!r}: {kind} are loaded by a profile, not by a mapping")
    return profile


@dataclass(frozen=True, kw_only=True)
class MappedCheck:
    """What a mapping makes of a file: ``accepted`` of ``rows`` fit, the rest with the reason."""

    rows: int
    accepted: int
    fitting: pd.DataFrame
    rejects: pd.DataFrame

    def to_csv(self) -> bytes:
        """Write the rows with problems as CSV in which no cell is a formula of a spreadsheet."""
        named = self.rejects.rename(columns={ROW: "row"})
        first = [name for name in ("row", "reason") if name in named]
        frame = named[[*first, *(name for name in named if name not in (*first, *READ))]]
        frame = frame.rename(columns=defuse).map(defuse)
        text: str = frame.to_csv(index=False)
        return text.encode("utf-8-sig")


def check_mapped(table: MappedTable, profile: RowProfile) -> MappedCheck:
    """Check every row without loading any; MappingError where a column is missing."""
    checked = _check(table, profile, file=table.file, now=utc_now())
    rows = len(table.cells) + len(table.left)
    return MappedCheck(
        rows=rows,
        accepted=rows - len(checked.rejects),
        fitting=checked.rows,
        rejects=checked.rejects,
    )


def load_mapped(
    settings: StoreSettings,
    rows: MappedTable,
    profile: RowProfile,
    *,
    by: str,
    dry_run: bool = False,
) -> IngestReport:
    """Load the rows that fit as one new version, by the path of `cop ingest`; then note the step.

    What is refused is kept with the reason; the same rows again change nothing. ProfileError where
    the source is held and is of another kind, real where these are made up, or marked higher.
    """

    def check(
        table: pd.DataFrame, profile: RowProfile, *, file: str, now: datetime
    ) -> CheckedTable:
        return _check(replace(rows, cells=table), profile, file=file, now=now)

    merge: Any = _MERGES[profile.kind]
    report = load_rows(
        settings,
        rows.cells,
        profile,
        check,
        merge,
        file=rows.file,
        dry_run=dry_run,
        may_lower=False,
    )
    if not dry_run:
        note_step(
            settings,
            who=by,
            subject=f"{SUBJECT} {profile.source.id}",
            action="load",
            version=report.version,
            detail=f"{profile.kind} from {rows.file} by mapping {profile.name}: "
            f"{report.accepted} accepted, {report.duplicate} already there, "
            f"{report.superseded} corrected, {report.rejected} rejected",
        )
    return report


def _check(table: MappedTable, profile: RowProfile, *, file: str, now: datetime) -> CheckedTable:
    try:
        checked: CheckedTable = _CHECKS[profile.kind](table.cells, profile, file=file, now=now)
    except ProfileError as fault:
        raise MappingError(str(fault)) from fault
    rejects = checked.rejects
    if len(rejects):
        told = rejects[ROW].map(table.why)
        blank = rejects["reason"].str.startswith(tuple(f"{name}=(blank)" for name in READ))
        words = rejects["reason"].where(told.isna() | ~blank, told)
        for name, column in table.given.items():
            is_ours = words.str.startswith(f"{name}=")
            words = words.where(~is_ours, column + words.str.removeprefix(name))
        rejects = rejects.assign(reason=words)
    if len(table.left):
        parts = [rejects, table.left] if len(rejects) else [table.left]
        rejects = pd.concat(parts, ignore_index=True).sort_values(ROW, kind="stable")
    return CheckedTable(rows=checked.rows, rejects=rejects)


_CHECKS: dict[str, Any] = {
    "events": event.check_events,
    "sensors": sensor.check_sensors,
    "statistics": statistic.check_statistics,
}
_MERGES: dict[str, Any] = {
    "events": event.merge_checked,
    "sensors": sensor.merge_checked,
    "statistics": statistic.merge_checked,
}
