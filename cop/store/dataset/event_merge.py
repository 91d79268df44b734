"""Merging events by identity: the new is added, the same counted, a correction supersedes."""

from collections.abc import Iterable, Iterator
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
from cop.store.dataset.event_identity import ADDED_COLUMNS, event_hash_sql, nameless_id_sql
from cop.store.dataset.event_stage import POSITION, EventStage, open_stage, stage_frame
from cop.store.dataset.schema import EVENT_COLUMNS, EVENTS, MONTH
from cop.store.dataset.spool import SpoolView
from cop.store.dataset.taken_out import list_taken_out
from cop.store.engine import Cursor, fetch, quote, quote_text
from cop.store.memory import release_memory

MOST_FILES = 16
"""A month of this many files is written anew as one, whatever is added."""
SMALL_PART = 8
"""What is at most one in so many of a month's events is added as a file of its own."""
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
        self._ask_ids(f"CREATE OR REPLACE TEMP TABLE repeated AS {_REPEATED}")
        ranked = _ranked_sql(refusing=refusing, claims=self.stage.has_claims)
        self._ask_ids(f"CREATE OR REPLACE TEMP TABLE ranked AS {ranked}")
        self._ask_ids(f"CREATE OR REPLACE TEMP TABLE known AS {self._known_sql()}")
        self._hide_known()
        self._ask_ids(f"CREATE OR REPLACE TEMP TABLE taken_out AS {self._taken_out_sql()}")
        self._ask_ids(f"CREATE OR REPLACE TEMP TABLE marked AS {_MARKED}")
        self._list_raised()
        fate = f"{_RETURNED} UNION ALL ({_SEQUENCE})"
        if self._fetch("SELECT 1 FROM known LIMIT 1"):
            fate = f"{_SINGLE} UNION ALL {fate}"
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
                SELECT {MONTH}, count(*) AS new, 0 AS corrected FROM {_STAGED} GROUP BY 1
                UNION ALL
                SELECT {MONTH}, -count(*), 0 FROM fate WHERE NOT is_last GROUP BY 1
                UNION ALL
                SELECT known_month, 0, count(*) FROM fate WHERE known_month IS NOT NULL GROUP BY 1
            ) GROUP BY 1 HAVING sum(new) > 0 OR sum(corrected) > 0 ORDER BY 1
            """
        return [_Month(*found) for found in self._ask_ids(sql)]

    def write_month(self, month: "_Month") -> int:
        """Add a small part of a large month as a further file; write the month anew otherwise.

        Return how many rows are new or corrected.
        """
        columns = ", ".join(map(quote, EVENT_COLUMNS))
        select = f"SELECT {columns} FROM ({_NEW_EVENTS})"
        values: dict[str, Any] = {"month": month.name, "ingested_at": self.ingested_at}
        with self.transaction.beside() as own:
            files = own.files_of_month(month.name)
            write = own.replace_month
            if files and month.is_small_part(own.cursor, files):
                write = own.extend_month
            elif files:
                values["files"] = files
                select += (
                    f" UNION ALL SELECT {columns} FROM read_parquet($files) WHERE event_id NOT IN "
                    "(SELECT corrected_id FROM fate WHERE known_month = $month)"
                )
            with _registered(own.cursor, "incoming", self.stage.view_month(month.name)):
                write(month.name, select, values)
        return month.rows

    def _known_sql(self) -> str:
        """Select the published records of the source that are staged again."""
        files = self.transaction.event_files()
        stored = "FROM read_parquet($files, hive_partitioning => true) WHERE source = $source"
        if files and self._fetch(f"SELECT 1 {stored} LIMIT 1", files=files):
            return (
                f"SELECT event_id, content_hash, {MONTH} AS known_month, "
                f"marking AS known_marking, false AS is_hidden {stored} "
                f"AND event_id IN (SELECT event_id FROM {_STAGED} "
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
            SELECT event_id, string_agg(DISTINCT marking, {_SEPARATOR}) AS markings
            FROM read_parquet($taken_out) WHERE source = $source AND event_id IN
                (SELECT event_id FROM {_STAGED} UNION ALL SELECT event_id FROM ranked)
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
                cursor.execute(f"INSERT INTO raised {_RAISED}")

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

    def is_small_part(self, cursor: Cursor, files: list[str]) -> bool:
        """Whether what is new is few beside what is there, in not too many files."""
        if self.corrected or len(files) >= MOST_FILES:
            return False
        sql = "SELECT count(*) FROM read_parquet($files)"
        ((stored,),) = fetch(cursor, sql, {"files": files})
        return bool(self.new * SMALL_PART <= stored)


@contextmanager
def _registered(cursor: Cursor, name: str, rows: SpoolView) -> Iterator[None]:
    """Let one query read rows once, as it goes: of an object DuckDB would read all it can ahead."""
    cursor.register(name, rows.__arrow_c_stream__())
    try:
        yield
    finally:
        cursor.unregister(name)


def _ranked_sql(*, refusing: bool, claims: bool) -> str:
    """Select the rows of ids that are staged more than once, and which of them are refused.

    Of rows of one id and number the first has rank 1.
    """
    refused = f"UNION ALL SELECT event_id, claim, position FROM ids_again WHERE {MONTH} IS NULL"
    refused = refused if claims else ""
    return f"""
        WITH named AS ({_NAMED}),
        firsts AS (
            SELECT event_id, arg_min(claim, position) AS first_claim FROM (
                SELECT event_id, claim, position FROM named {refused}
            ) GROUP BY event_id
        ),
        judged AS (
            SELECT *, {str(refusing).lower()} AND NOT nameless AND claim <> first_claim
                AS is_refused
            FROM named LEFT JOIN firsts USING (event_id)
        )
        SELECT *, row_number() OVER
            (PARTITION BY event_id, number, is_refused ORDER BY position) AS rank FROM judged
    """


_SEPARATOR = "chr(31)"
MEMORY_MB = 256
"""What the engine may hold while it merges; what is more is spilled beside the warehouse."""
SPILL_FOLDER = f".spill{DRAFT_SUFFIX}"


def limit_memory(cursor: Cursor, folder: Path) -> None:
    """Let an engine hold at most MEMORY_MB and spill what is more."""
    cursor.execute(f"SET memory_limit = '{MEMORY_MB}MB'")
    cursor.execute(f"SET temp_directory = {quote_text(str(folder / SPILL_FOLDER))}")


_STAGED = f"(FROM ids WHERE {MONTH} IS NOT NULL)"
_REPEATED = """
    SELECT event_id FROM ids WHERE hash(event_id) IN
        (SELECT hash(event_id) FROM ids_again GROUP BY 1 HAVING count(*) > 1)
    GROUP BY 1 HAVING count(*) > 1
"""
"""The ids that are staged more than once, refused rows counted too. Hashes take less memory."""
_NAMED = f"""
    SELECT * EXCLUDE (content, occurrence) REPLACE (CASE WHEN nameless AND occurrence > 1
        THEN {nameless_id_sql("content", "occurrence")} ELSE event_id END AS event_id)
    FROM (
        SELECT event_id, position, number, claim, content_hash, {MONTH}, content, marking,
            content IS NOT NULL AS nameless,
            row_number() OVER (PARTITION BY event_id, number ORDER BY position) AS occurrence
        FROM {_STAGED} SEMI JOIN repeated USING (event_id)
    )
"""
"""The rows of ids that are staged more than once; occurrence identifies those without an id."""
_MARKED = f"""
    WITH before AS (
        SELECT event_id, known_marking AS markings FROM known WHERE NOT is_hidden
        UNION ALL FROM taken_out
    )
    SELECT position, {MONTH}, marking, concat_ws({_SEPARATOR}, markings, marking) AS markings
    FROM {_STAGED} JOIN before USING (event_id) ANTI JOIN repeated USING (event_id)
    WHERE marking <> markings
    UNION ALL
    SELECT position, {MONTH}, marking, concat_ws({_SEPARATOR}, markings,
        string_agg(marking, {_SEPARATOR}) OVER (PARTITION BY event_id ORDER BY number)) AS markings
    FROM ranked LEFT JOIN before USING (event_id) WHERE NOT is_refused AND rank = 1
"""
"""Rows and what their record was marked until then, the row included."""
_RAISED = f"""
    SELECT position, new_marking, {event_hash_sql()} FROM (
        SELECT staged.* REPLACE (new_marking AS marking), new_marking
        FROM incoming AS staged JOIN lower USING (position)
    )
"""
_SINGLE = f"""
    SELECT position, {MONTH},
        CASE WHEN is_hidden THEN 'accepted' WHEN is_same THEN 'duplicate' ELSE 'superseded' END
            AS outcome,
        NULL::VARCHAR AS new_id, new_marking, new_hash,
        CASE WHEN is_last THEN event_id END AS corrected_id,
        CASE WHEN is_last THEN known_month END AS known_month, is_last
    FROM (
        SELECT position, {MONTH}, event_id, known_month, new_marking, new_hash, is_hidden,
            coalesce(new_hash, staged.content_hash) = known.content_hash AS is_same,
            NOT is_same AND NOT is_hidden AS is_last
        FROM {_STAGED} AS staged JOIN known USING (event_id) ANTI JOIN repeated USING (event_id)
        LEFT JOIN raised USING (position)
    )
"""
_RETURNED = f"""
    SELECT position, {MONTH}, 'accepted' AS outcome, NULL::VARCHAR AS new_id, new_marking, new_hash,
        NULL::VARCHAR AS corrected_id, NULL::VARCHAR AS known_month, true AS is_last
    FROM ids_again JOIN raised USING (position)
    ANTI JOIN known USING (event_id) ANTI JOIN repeated USING (event_id)
"""
"""What comes back that was taken out, marked lower than it was then."""
_SEQUENCE = f"""
    WITH stepped AS (
        SELECT ranked.*, new_marking, new_hash, coalesce(new_hash, content_hash) AS hash,
            row_number() OVER step AS step,
            lag(coalesce(new_hash, content_hash)) OVER step AS before
        FROM ranked LEFT JOIN raised USING (position) WHERE NOT is_refused AND rank = 1
        WINDOW step AS (PARTITION BY event_id ORDER BY number)
    ),
    compared AS (
        SELECT stepped.*, known.known_month, coalesce(is_hidden, false) AS is_hidden, CASE
            WHEN step = 1 AND (known.event_id IS NULL OR is_hidden) THEN 'accepted'
            WHEN hash = coalesce(before, known.content_hash) THEN 'duplicate'
            ELSE 'superseded' END AS outcome
        FROM stepped LEFT JOIN known USING (event_id)
    )
    SELECT position, {MONTH}, outcome, event_id AS new_id, new_marking, new_hash,
        CASE WHEN outcome <> 'duplicate' THEN event_id END AS corrected_id,
        CASE WHEN outcome <> 'duplicate' AND NOT is_hidden THEN known_month END AS known_month,
        outcome <> 'duplicate' AND NOT is_hidden
            AND step = max(step) FILTER (outcome <> 'duplicate') OVER (PARTITION BY event_id)
            AS is_last
    FROM compared
    UNION ALL
    SELECT position, {MONTH}, CASE WHEN is_refused THEN 'refused' ELSE 'duplicate' END,
        NULL, NULL, NULL, NULL, NULL, false
    FROM ranked WHERE is_refused OR rank > 1
"""
"""The fate of the rows of ids that are staged more than once, in their order."""
_NEW_EVENTS = f"""
    SELECT staged.* EXCLUDE ({POSITION}) REPLACE (coalesce(new_id, event_id) AS event_id,
        coalesce(new_marking, marking) AS marking,
        coalesce(new_hash, content_hash) AS content_hash), {ADDED_COLUMNS}
    FROM incoming AS staged
    LEFT JOIN (SELECT position, new_id, new_marking, new_hash, is_last FROM fate
        WHERE {MONTH} = $month) AS fate USING (position)
    WHERE coalesce(is_last, true)
"""
