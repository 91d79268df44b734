"""Merging events by identity: the new is added, the same counted, a correction supersedes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from cop.model.marking import highest_marking
from cop.model.moment import utc_now
from cop.model.progress import StepProgress, ignore_progress
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.catalogue.writer import DRAFT_SUFFIX
from cop.store.dataset.event_fate import (
    MARKED,
    NEW_EVENTS,
    RAISED,
    REPEATED,
    RETURNED,
    SEPARATOR,
    SEQUENCE,
    SINGLE,
    STAGED,
    ranked_sql,
)
from cop.store.dataset.event_stage import EventStage, open_stage, stage_frame
from cop.store.dataset.schema import EVENT_COLUMNS, EVENTS, MONTH
from cop.store.dataset.spool import SpoolView
from cop.store.dataset.taken_out import list_taken_out
from cop.store.engine import Cursor, DatabaseError, fetch, quote, quote_text
from cop.store.memory import release_memory

MOST_FILES = 16
"""A month of this many files gets no further one: small ones are written anew as one."""
SMALL_PART = 8
"""What is at most one in so many of a month's events is added as a file of its own."""
_ROWS = "SELECT file_name, num_rows FROM parquet_file_metadata($files)"
_CORRECTED = (
    "SELECT DISTINCT filename FROM read_parquet($files, filename => true, "
    "hive_partitioning => false) WHERE event_id IN "
    "(SELECT corrected_id FROM fate WHERE known_month = $month)"
)
MOST_WRITERS = 2
"""They share MEMORY_MB."""


@dataclass(frozen=True, kw_only=True)
class MergeCounts:
    """How many rows were new, already there, or corrected a row that was there."""

    accepted: int = 0
    duplicate: int = 0
    superseded: int = 0

    def __add__(self, other: "MergeCounts") -> "MergeCounts":
        """Add up the counts of two merges."""
        return MergeCounts(
            accepted=self.accepted + other.accepted,
            duplicate=self.duplicate + other.duplicate,
            superseded=self.superseded + other.superseded,
        )


@dataclass(frozen=True, kw_only=True)
class Merged:
    """What became of the rows of a stage, and the positions of those that were refused."""

    counts: MergeCounts
    refused: tuple[int, ...] = ()


def merge_events(
    transaction: WriteTransaction,
    source: str,
    frames: Iterable[pd.DataFrame],
    progress: StepProgress = ignore_progress,
) -> MergeCounts:
    """Merge frames of raw and placed columns of one source into the months of a transaction.

    A row is identified by its source and source id or, without one, by its content and its
    occurrence number within the frame: rows without ids must therefore come in one frame. Of rows
    of one frame with one id the first counts; a later frame corrects an earlier one. A correction
    raises the marking of its record; it never lowers it, nor that of a record that was taken out. A
    record that the transaction's release does not admit stays as it is, and its row is counted as
    accepted.
    """
    with open_stage(transaction.cursor, transaction.folder, source) as stage:
        for number, frame in enumerate(frames):
            stage.add(stage_frame(frame, stage.n), number=number)
        return merge_stage(transaction, stage, progress=progress).counts


def merge_stage(
    transaction: WriteTransaction,
    stage: EventStage,
    *,
    refusing: bool = False,
    progress: StepProgress = ignore_progress,
) -> Merged:
    """Merge what is staged into the months of a transaction.

    ``refusing`` refuses a row that differs from an earlier one of its id; otherwise it is a
    duplicate of it.
    """
    if not stage.n:
        return Merged(counts=MergeCounts())
    taken_out = list_taken_out(transaction, EVENTS)
    merge = _Merge(transaction, stage, ingested_at=utc_now(), taken_out=taken_out)
    progress("comparing", 0, stage.n)
    limit_memory(transaction.cursor, transaction.folder)
    merge.decide(refusing=refusing)
    if stage.ids.is_spilled:
        release_memory()
    months = merge.months()
    total = sum(month.rows for month in months)
    # Two cores write two months in less time than one after the other.
    transaction.cursor.execute("SET threads = 1")
    with ThreadPoolExecutor(min(MOST_WRITERS, transaction.threads)) as pool:
        for rows in pool.map(merge.write_month, months):
            progress("merging", rows, total)
    transaction.cursor.execute(f"SET threads = {transaction.threads}")
    return merge.result()


def withdraw_source(transaction: WriteTransaction, source: str) -> None:
    """Leave a transaction without the events of a source; earlier versions keep them."""
    transaction.renewed.add(source)
    if not transaction.months:
        return
    rows = fetch(
        transaction.cursor,
        f"SELECT DISTINCT {MONTH} FROM read_parquet($files, hive_partitioning => true) "
        f"WHERE source = $source ORDER BY 1",
        {"files": transaction.event_files(), "source": source},
    )
    for (month,) in rows:
        transaction.replace_month(
            month,
            "FROM read_parquet($files) WHERE source <> $source",
            {"files": transaction.files_of_month(month), "source": source},
        )


def withdraw_events(transaction: WriteTransaction, source: str, ids: Collection[str]) -> None:
    """Leave a transaction without events of a source by its own ids; earlier versions keep them."""
    where = "source = $source AND source_id IN (SELECT unnest($ids::VARCHAR[]))"
    values = {"source": source, "ids": [*ids]}
    for month in [*transaction.months]:
        files = {"files": transaction.files_of_month(month)}
        read = "read_parquet($files, hive_partitioning => false)"
        counted = f"SELECT count(*) FROM {read} WHERE {where}"
        ((n,),) = fetch(transaction.cursor, counted, values | files)
        if n:
            transaction.replace_month(month, f"FROM {read} WHERE NOT ({where})", values | files)


@dataclass(frozen=True)
class _Merge:
    """One merge. Its table ``fate`` holds the staged rows that are not plainly new.

    ``is_last`` is the row of an id that is published, ``new_id``, ``new_marking`` and ``new_hash``
    its identity, marking and content hash where these are not as staged, ``corrected_id`` and
    ``known_month`` the published record that it corrects.
    """

    transaction: WriteTransaction
    stage: EventStage
    ingested_at: datetime
    taken_out: list[str]

    def decide(self, *, refusing: bool) -> None:
        """Compare the rows of one id with each other and with what is published."""
        self._ask_ids(f"CREATE OR REPLACE TEMP TABLE repeated AS {REPEATED}")
        ranked = ranked_sql(refusing=refusing, claims=self.stage.has_claims)
        self._ask_ids(f"CREATE OR REPLACE TEMP TABLE ranked AS {ranked}")
        self._ask_ids(f"CREATE OR REPLACE TEMP TABLE known AS {self._known_sql()}")
        self._hide_known()
        self._ask_ids(f"CREATE OR REPLACE TEMP TABLE taken_out AS {self._taken_out_sql()}")
        self._ask_ids(f"CREATE OR REPLACE TEMP TABLE marked AS {MARKED}")
        self._list_raised()
        fate = f"{RETURNED} UNION ALL ({SEQUENCE})"
        if self._fetch("SELECT 1 FROM known LIMIT 1"):
            fate = f"{SINGLE} UNION ALL {fate}"
        # Each month is written by a cursor of its own, which sees no temporary table.
        self._ask_ids(f"CREATE OR REPLACE TABLE fate AS {fate}")

    def result(self) -> Merged:
        """Count the rows by outcome."""
        counts = dict(self._fetch("SELECT outcome, count(*) FROM fate GROUP BY outcome"))
        plain = self.stage.n - sum(counts.values())
        refused = self._fetch("SELECT position FROM fate WHERE outcome = 'refused' ORDER BY 1")
        return Merged(
            counts=MergeCounts(
                accepted=plain + counts.get("accepted", 0),
                duplicate=counts.get("duplicate", 0),
                superseded=counts.get("superseded", 0),
            ),
            refused=tuple(position for (position,) in refused),
        )

    def months(self) -> list["_Month"]:
        """Return the months that change."""
        sql = f"""
            SELECT {MONTH}, sum(new)::BIGINT, sum(corrected)::BIGINT FROM (
                SELECT {MONTH}, count(*) AS new, 0 AS corrected FROM {STAGED} GROUP BY 1
                UNION ALL
                SELECT {MONTH}, -count(*), 0 FROM fate WHERE NOT is_last GROUP BY 1
                UNION ALL
                SELECT known_month, 0, count(*) FROM fate WHERE known_month IS NOT NULL GROUP BY 1
            ) GROUP BY 1 HAVING sum(new) > 0 OR sum(corrected) > 0 ORDER BY 1
            """
        return [_Month(*found) for found in self._ask_ids(sql)]

    def write_month(self, month: "_Month") -> int:
        """Add a small part of a large month as a further file; otherwise write files of it anew.

        Return how many rows are new or corrected.
        """
        columns = ", ".join(map(quote, EVENT_COLUMNS))
        select = f"SELECT {columns} FROM ({NEW_EVENTS})"
        values: dict[str, Any] = {"month": month.name, "ingested_at": self.ingested_at}
        with self.transaction.beside() as own:
            rewritten = self._choose_rewritten(own, month)
            own.need_intact(rewritten)
            if rewritten:
                values["files"] = [*map(str, rewritten)]
                select += (
                    f" UNION ALL SELECT {columns} FROM read_parquet($files) WHERE event_id NOT IN "
                    "(SELECT corrected_id FROM fate WHERE known_month = $month)"
                )
            with _registered(own.cursor, "incoming", self.stage.view_month(month.name)):
                own.rewrite_files(month.name, rewritten, select, values)
        return month.rows

    def _choose_rewritten(self, own: WriteTransaction, month: "_Month") -> list[Path]:
        """Return the files of a month that are written anew with its new rows, or corrected."""
        files = own.months.get(month.name, ())
        values: dict[str, Any] = {"files": [*map(str, files)]}
        if not files:
            return []
        try:
            rows = dict(fetch(own.cursor, _ROWS, values))
            chosen = {*choose_folded(rows, month.new)}
            if month.corrected:
                found = fetch(own.cursor, _CORRECTED, values | {"month": month.name})
                chosen |= {name for (name,) in found}
        except DatabaseError:
            own.need_intact(files)
            raise
        return [file for file in files if str(file) in chosen]

    def _known_sql(self) -> str:
        """Select the published records of the source that are staged again."""
        files = self.transaction.event_files()
        stored = "FROM read_parquet($files, hive_partitioning => true) WHERE source = $source"
        if files and self._fetch(f"SELECT 1 {stored} LIMIT 1", files=files):
            return (
                f"SELECT event_id, content_hash, {MONTH} AS known_month, "
                f"marking AS known_marking, false AS is_hidden {stored} "
                f"AND event_id IN (SELECT event_id FROM {STAGED} "
                "UNION ALL SELECT event_id FROM ranked)"
            )
        return (
            "SELECT NULL::VARCHAR AS event_id, NULL::UBIGINT AS content_hash, "
            "NULL::VARCHAR AS known_month, NULL::VARCHAR AS known_marking, "
            "false AS is_hidden WHERE false"
        )

    def _hide_known(self) -> None:
        """Hide the records that who publishes may not read: their rows are as of unknown ids."""
        release = self.transaction.release
        if release is None:
            return
        found = self._fetch("SELECT DISTINCT known_marking FROM known")
        self.transaction.cursor.execute(
            "UPDATE known SET is_hidden = true "
            "WHERE known_marking IN (SELECT unnest($hidden::VARCHAR[]))",
            {"hidden": [marking for (marking,) in found if not release.admits(marking)]},
        )

    def _taken_out_sql(self) -> str:
        """Select what was taken out of the source and is staged again, with its markings then."""
        if not self.taken_out:
            return "SELECT NULL::VARCHAR AS event_id, NULL::VARCHAR AS markings WHERE false"
        return f"""
            SELECT event_id, string_agg(DISTINCT marking, {SEPARATOR}) AS markings
            FROM read_parquet($taken_out) WHERE source = $source AND event_id IN
                (SELECT event_id FROM {STAGED} UNION ALL SELECT event_id FROM ranked)
            AND event_id NOT IN (SELECT event_id FROM known) GROUP BY event_id
        """

    def _list_raised(self) -> None:
        """List the rows that are marked lower than their record, with its marking and the hash."""
        found = self._fetch("SELECT DISTINCT markings FROM marked")
        highest = {marks: highest_marking(marks.split(chr(31))) for (marks,) in found}
        cursor = self.transaction.cursor
        cursor.execute(
            "CREATE OR REPLACE TEMP TABLE lower AS SELECT position, new_marking, "
            f"{MONTH} FROM marked JOIN (SELECT unnest($markings::VARCHAR[]) AS markings, "
            "unnest($highest::VARCHAR[]) AS new_marking) USING (markings) "
            "WHERE new_marking <> marking",
            {"markings": [*highest], "highest": [*highest.values()]},
        )
        cursor.execute(
            "CREATE OR REPLACE TEMP TABLE raised "
            "(position BIGINT, new_marking VARCHAR, new_hash UBIGINT)"
        )
        for (month,) in self._fetch(f"SELECT DISTINCT {MONTH} FROM lower"):
            with _registered(cursor, "incoming", self.stage.view_month(month)):
                cursor.execute(f"INSERT INTO raised {RAISED}")

    def _ask_ids(self, sql: str) -> list[Any]:
        """Run a query of the staged ``ids``, which has ``ids_again`` where it reads them twice."""
        cursor, ids = self.transaction.cursor, self.stage.view_ids()
        with _registered(cursor, "ids", ids), _registered(cursor, "ids_again", ids):
            return self._fetch(sql)

    def _fetch(self, sql: str, **values: Any) -> list[Any]:
        """Run a query with those of the merge's values that it names."""
        bound = {
            "source": self.stage.source,
            "files": self.transaction.event_files(),
            "taken_out": self.taken_out,
            **values,
        }
        return fetch(
            self.transaction.cursor, sql, {n: v for n, v in bound.items() if f"${n}" in sql}
        )


@dataclass(frozen=True)
class _Month:
    """A month that changes, how many rows are new in it and how many corrected."""

    name: str
    new: int
    corrected: int

    @property
    def rows(self) -> int:
        return self.new + self.corrected


def choose_folded(rows: Mapping[str, int], new: int) -> list[str]:
    """Return the files that so many new rows of a month are written anew with, by their rows.

    None where they are a small part of it and it has few files; all where they are not. Of many
    files the smallest come first, up to one that is larger than those together: however many loads
    add to a month, its files are few, and a row is written anew a few times.
    """
    is_small = new * SMALL_PART <= sum(rows.values())
    if is_small and len(rows) < MOST_FILES:
        return []
    folded, total = list[str](), new
    for path in sorted(rows, key=lambda one: rows[one]):
        if is_small and rows[path] > total and len(rows) - len(folded) < MOST_FILES:
            break
        folded.append(path)
        total += rows[path]
    return folded


@contextmanager
def _registered(cursor: Cursor, name: str, rows: SpoolView) -> Iterator[None]:
    """Let one query read rows once, as it goes: of an object DuckDB would read all it can ahead."""
    cursor.register(name, rows.__arrow_c_stream__())
    try:
        yield
    finally:
        cursor.unregister(name)


MEMORY_MB = 256
"""What the engine may hold while it merges; what is more is spilled beside the warehouse."""
SPILL_FOLDER = f".spill{DRAFT_SUFFIX}"


def limit_memory(cursor: Cursor, folder: Path) -> None:
    """Let an engine hold at most MEMORY_MB and spill what is more."""
    cursor.execute(f"SET memory_limit = '{MEMORY_MB}MB'")
    cursor.execute(f"SET temp_directory = {quote_text(str(folder / SPILL_FOLDER))}")
