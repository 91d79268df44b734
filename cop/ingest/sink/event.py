"""Loading events: things counted at a place and time, with the groups that they are made of."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from cop.errors import BusyError, StoreError
from cop.ingest.check.cell import constant
from cop.ingest.check.check import MOST, REPEATED, Check, CheckedTable, quoted
from cop.ingest.check.doubt import RecordDoubts
from cop.ingest.marking import keep_marking
from cop.ingest.profile.kind import EventProfile
from cop.ingest.region import ensure_region
from cop.ingest.sink.ahead import ahead, behind
from cop.ingest.sink.load import IngestReport, Sink, check_stored_source, finish_load
from cop.ingest.sink.reject import RejectLog, open_rejects
from cop.ingest.source.registry import BatchReader, read_batches
from cop.model.event import COMPOSITION
from cop.model.moment import utc_now
from cop.model.progress import StepProgress, ignore_progress
from cop.model.source import ROW
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.dataset.event_merge import MergeCounts, merge_events, merge_stage
from cop.store.dataset.event_stage import POSITION, EventStage, open_stage
from cop.store.dataset.locate import Locator
from cop.store.engine import open_engine

_MOST_M = float(np.finfo(np.float32).max)


def ingest_events(
    settings: StoreSettings,
    path: Path,
    profile: EventProfile,
    *,
    dry_run: bool = False,
    progress: StepProgress = ignore_progress,
    reader: BatchReader = read_batches,
) -> IngestReport:
    """Load a file of events as one new version; with ``dry_run`` only report what would happen.

    The file is read, checked, placed and staged batch by batch; then all of it is merged at once.
    """
    profile = keep_marking(settings, profile)
    now = utc_now()
    read = partial(reader, path, profile, progress)
    batches = (_check_batch(table, profile, file=path.name, now=now) for table in ahead(read()))
    # A file that cannot be read leaves no warehouse behind, a long one lets others publish.
    first, second = next(batches), next(batches, None)
    rest = () if second is None else chain((second,), batches)
    folder = _make_folder(settings)
    named = "source_id" in profile.columns
    with (
        closing(open_engine(settings.model_copy(update={"threads": 1}), ())) as engine,
        open_rejects(folder) as rejects,
        open_stage(engine, folder, profile.source.id) as stage,
    ):
        load = _Load(stage, rejects, named=named, doubts=RecordDoubts(now=now))
        if second is not None:
            with open_transaction(settings) as transaction:
                check_stored_source(transaction, profile)
                locator = ensure_region(transaction, settings.region)
            load.add(chain((first,), rest), locator)
        with open_transaction(settings) as transaction:
            check_stored_source(transaction, profile)
            current = ensure_region(transaction, settings.region)
            if second is None:
                load.add((first,), current)
            elif current.files != locator.files:
                raise BusyError(f"{path.name}: the region changed while it was read; load it again")
            load.doubts.check(profile.agreed, file=path.name)
            merged = merge_stage(transaction, stage, refusing=named, progress=progress)
            if merged.refused:
                for number, table in enumerate(read()):
                    rejects.add(_find_repeated(table, profile, merged.refused), batch=number)
            return finish_load(
                transaction, path.name, profile, merged.counts, rejects, dry_run=dry_run
            )


@dataclass(frozen=True)
class _Load:
    """Where the batches of a file go."""

    stage: EventStage
    rejects: RejectLog
    named: bool
    doubts: RecordDoubts

    def add(self, batches: Iterable[CheckedTable], locator: Locator) -> None:
        """Place and stage what was accepted, log what was refused."""
        self.doubts.expect(locator.bounds)
        with behind(self._stage) as stage:
            for number, batch in enumerate(batches):
                self.rejects.add(batch.rejects, batch=number)
                self.doubts.add(batch.rows)
                stage((locator.place_table(_table(batch.rows)), batch.refused))

    def _stage(self, batch: tuple[pa.Table, pd.DataFrame]) -> None:
        """Only one thread at a time may use the stage."""
        rows, refused = batch
        if self.named and len(refused):
            self.stage.add_claims(_table(refused))
        self.stage.add(rows)


def _make_folder(settings: StoreSettings) -> Path:
    folder = settings.data.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise StoreError(f"{folder}: cannot write the warehouse: {fault}") from fault
    return folder


def _table(rows: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(rows, preserve_index=False)


def _check_batch(
    table: pd.DataFrame, profile: EventProfile, *, file: str, now: datetime
) -> CheckedTable:
    check, rows = _read_rows(table, profile, file=file, now=now)
    return check.finish(rows.assign(**{POSITION: table[ROW]}))


def _find_repeated(
    table: pd.DataFrame, profile: EventProfile, refused: Sequence[int]
) -> pd.DataFrame:
    """Return the rows of a batch that differ from an earlier one of their id, with that reason."""
    column = profile.columns["source_id"]
    found = table[table[ROW].isin(refused)]
    return found.assign(reason=[f"{column}={quoted(c)}: {REPEATED}" for c in found[column]])


def merge_checked(
    transaction: WriteTransaction,
    locator: Locator,
    profile: EventProfile,
    rows: pd.DataFrame,
    progress: StepProgress = ignore_progress,
) -> MergeCounts:
    """Place checked events and merge them."""
    frames = [locator.place(rows)] if len(rows) else []
    return merge_events(transaction, profile.source.id, frames, progress)


def check_events(
    table: pd.DataFrame, profile: EventProfile, *, file: str, now: datetime
) -> CheckedTable:
    """Map and check a table; a column that the file lacks is a ProfileError."""
    check, rows = _read_rows(table, profile, file=file, now=now)
    if "source_id" in profile.columns:
        content = rows.drop(columns=["source_id"])
        check.refuse_repeated(rows[["source_id"]], content, profile.columns["source_id"])
    return check.finish(rows)


def _read_rows(
    table: pd.DataFrame, profile: EventProfile, *, file: str, now: datetime
) -> tuple[Check, pd.DataFrame]:
    """Read the fields of every row, as far as each can be."""
    check = Check(table, profile, file=file)
    rows = pd.DataFrame({"source": profile.source.id}, index=table.index)
    rows["time_precision"] = _precisions(check, profile)
    rows["occurred_at"] = _occurred(check, profile, rows["time_precision"], now)
    rows["reported_at"] = check.moments(
        "reported_at", profile.time, rows["time_precision"], now, needed=False
    )
    rows["lon"], rows["lat"] = check.positions()
    rows["count"] = _counts(check, "count")
    for name in ("kind", "unit", "detection", "confidence"):
        rows[name] = check.word(name)
    rows = rows.assign(**_composition(check, rows))
    rows["uncertainty_m"] = _uncertainty(check)
    rows["source_id"] = check.name("source_id", "identifier")
    rows["marking"] = check.markings()
    rows["synthetic"] = profile.source.synthetic
    rows["attributes"] = check.attributes()
    return check, rows


def _precisions(check: Check, profile: EventProfile) -> pd.Series:
    if "time_precision" in profile.columns:
        return check.word("time_precision")
    return constant(profile.time.precision, check.table.index)


def _occurred(
    check: Check, profile: EventProfile, precision: pd.Series, now: datetime
) -> pd.Series:
    if profile.time.fiscal_year_start:
        return check.fiscal_months(profile.time, now)
    return check.moments("occurred_at", profile.time, precision, now, needed=True)


def _counts(check: Check, name: str) -> pd.Series:
    column = check.profile.columns.get(name)
    read = check.number(name, "count")
    if column is not None:
        check.refuse(read % 1 != 0, column, "a count is a whole number")
        check.refuse((read < 0) | (read > MOST), column, f"a count lies within 0 and {MOST}")
    return read.where(check.good, 0).astype("int64")


def _composition(check: Check, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Read the groups that a source gives; together they are at most the count, of people."""
    columns = {n: c for n, c in check.profile.columns.items() if n in COMPOSITION}
    groups = {}
    for name, column in columns.items():
        read = check.number(name, name.replace("_", " "), needed=False)
        wrong = (read % 1 != 0) | (read < 0) | (read > MOST)
        check.refuse(wrong & read.notna(), column, "a part of a count is a whole number from 0")
        groups[name] = read
    if groups:
        parts = pd.DataFrame(groups)
        last = list(columns.values())[-1]
        some = parts.notna().any(axis=1)
        check.refuse(some & (rows["unit"] != "people"), last, "only a count of people has groups")
        check.refuse(
            parts.sum(axis=1) > rows["count"], last, "the groups together exceed the count"
        )
    return {n: g.where(check.good).astype("Int64") for n, g in groups.items()}


def _uncertainty(check: Check) -> pd.Series:
    """Read the radius in meters; what its column of single precision cannot hold is refused."""
    read = check.plain_number("uncertainty_m")
    column = check.profile.columns.get("uncertainty_m")
    if column is not None:
        check.refuse(read > _MOST_M, column, "not a number for the uncertainty_m")
    return read


SINK: Sink[EventProfile] = Sink(check_events, merge_checked)
"""For a table that is in memory; a file goes by ``ingest_events``."""
