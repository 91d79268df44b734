"""Applying a mapping to the rows of a file: a check of all of them, and loading what fits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from cop.errors import MappingError, ProfileError
from cop.ingest.check.check import BLANK, CheckedTable, quoted
from cop.ingest.mapping.table import MappedTable
from cop.ingest.profile.file import build_profile
from cop.ingest.profile.kind import EventProfile, Profile, SensorProfile, StatisticProfile
from cop.ingest.sink.kind import SINKS
from cop.ingest.sink.load import IngestReport, Sink, load_rows
from cop.model.formula import defuse
from cop.model.mapping import READ, TARGETS, build_declared
from cop.model.moment import utc_now
from cop.model.progress import StepProgress, ignore_progress
from cop.model.release import Release
from cop.model.source import ROW
from cop.settings import StoreSettings
from cop.store.room.audit import note_step

SUBJECT = "source"
RowProfile = EventProfile | SensorProfile | StatisticProfile


def build_mapped_profile(name: str, declared: Mapping[str, Any]) -> RowProfile:
    """Build the profile that a mapping is; raise MappingError naming what is missing or wrong."""
    kind = str(declared.get("kind"))
    if kind not in TARGETS:
        raise MappingError(f"mapping {name!r}: {kind!r} is not one of {', '.join(TARGETS)}")
    reading = declared.get("reading") or {}
    try:
        profile = build_profile(name, build_declared(declared, reading))
    except (ProfileError, TypeError, ValueError) as fault:
        words = str(fault).removeprefix(f"{name}.yaml: ").removeprefix("profile: ")
        words = words.replace("Value error, ", "")
        raise MappingError(f"mapping {name!r}: {words}") from fault
    return need_mapped(profile)


def need_mapped(profile: Profile) -> RowProfile:
    """Return a profile of what a mapping can load; raise MappingError for another."""
    if not isinstance(profile, RowProfile):
        raise MappingError(
            f"mapping {profile.name!r}: {profile.kind} are loaded by a profile, not by a mapping"
        )
    return profile


@dataclass(frozen=True, kw_only=True)
class MappedCheck:
    """The result of a mapping: ``accepted`` of ``rows`` fit, the rest with the reason."""

    rows: int
    accepted: int
    fitting: pd.DataFrame
    rejects: pd.DataFrame

    def to_csv(self) -> bytes:
        """Render the rows with problems as CSV in which no cell is a formula of a spreadsheet."""
        named = self.rejects.rename(columns={ROW: "row"})
        first = [name for name in ("row", "reason") if name in named]
        frame = named[[*first, *(name for name in named if name not in (*first, *READ))]]
        frame = frame.rename(columns=defuse).map(defuse)
        text: str = frame.to_csv(index=False)
        return text.encode("utf-8-sig")


def check_mapped(table: MappedTable, profile: RowProfile) -> MappedCheck:
    """Check every row without loading any; raise MappingError if a column is missing."""
    checked = _check(table, table.build_cells(profile), profile, now=utc_now())
    rows = len(table.rows) + len(table.left)
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
    strict: bool = True,
    release: Release | None = None,
    progress: StepProgress = ignore_progress,
) -> IngestReport:
    """Load the rows that fit as one new version, by the path of `cop ingest`; then note the step.

    What is refused is stored with the reason; the same rows again change nothing. Raise
    ProfileError if the source exists and is of another kind, real where these are synthetic, or,
    if ``strict``, marked higher; else it keeps its marking. So is a source that the ``release`` of
    who loads does not admit.
    """

    def check(
        table: pd.DataFrame, profile: RowProfile, *, file: str, now: datetime
    ) -> CheckedTable:
        del file  # the same as of the rows
        return _check(rows, table, profile, now=now)

    merge: Any = SINKS[profile.kind].merge
    report = load_rows(
        settings,
        rows.build_cells(profile),
        profile,
        Sink(check, merge),
        file=rows.file,
        dry_run=dry_run,
        strict=strict,
        release=release,
        progress=progress,
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


def _check(
    table: MappedTable, cells: pd.DataFrame, profile: RowProfile, *, now: datetime
) -> CheckedTable:
    try:
        checked: CheckedTable = SINKS[profile.kind].check(cells, profile, file=table.file, now=now)
    except ProfileError as fault:
        raise MappingError(str(fault)) from fault
    rejects = _explain(table, checked) if len(checked.rejects) else checked.rejects
    if len(table.left):
        parts = [rejects, table.left] if len(rejects) else [table.left]
        rejects = pd.concat(parts, ignore_index=True).sort_values(ROW, kind="stable")
    return CheckedTable(rows=checked.rows, rejects=rejects)


def _explain(table: MappedTable, checked: CheckedTable) -> pd.DataFrame:
    """Return the refused rows as text, each with the reason in the words of the file."""
    rejects = table.render_rows(checked.rejects.index.to_numpy())
    cells = {name: rejects[name].to_list() for name in {column for column, _ in checked.causes}}
    reasons = []
    for place, (row, (column, why)) in enumerate(
        zip(rejects[ROW].to_list(), checked.causes, strict=True)
    ):
        cell = quoted(cells[column][place])
        if column in READ and cell == BLANK and row in table.why:
            reasons.append(table.why[row])
        else:
            reasons.append(f"{table.given.get(column, column)}={cell}: {why}")
    return rejects.assign(reason=reasons)
