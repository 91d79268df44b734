"""Merging records of the small datasets by identity; each of them is kept as one whole table."""

from collections.abc import Sequence

import pandas as pd

from cop.errors import StoreError
from cop.model.marking import highest_marking
from cop.model.moment import utc_now
from cop.model.source import ROW
from cop.store.catalogue.change import FROM_WKB, plain
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.event_merge import MergeCounts
from cop.store.dataset.schema import RECORD_COLUMNS, RECORD_DATASETS
from cop.store.dataset.source import Source
from cop.store.dataset.taken_out import list_taken_out
from cop.store.engine import fetch, quote

_UNIT_SEPARATOR = "chr(31)"
_MARKING = "marking"


_HASH = f"md5_number_lower(concat_ws({_UNIT_SEPARATOR}, content, {_MARKING}))"


def record_hash_sql(dataset: str) -> str:
    """Return the hash of the content of a stored record, its marking included, as SQL."""
    declared = RECORD_DATASETS[dataset]
    columns = {name: kind for name, kind in declared.items() if name not in RECORD_COLUMNS}
    content = f"concat_ws({_UNIT_SEPARATOR}, {_joined(columns)})"
    return f"md5_number_lower(concat_ws({_UNIT_SEPARATOR}, {content}, {_MARKING}))"


def merge_records(
    transaction: WriteTransaction,
    dataset: str,
    source: Source,
    frame: pd.DataFrame,
    *,
    key: Sequence[str] = (),
) -> MergeCounts:
    """Merge the records of one source into a dataset and count what became of them.

    A record is identified by its source and the columns ``key`` or, without a key, by its content
    and its occurrence number within the frame, so that equal records are all kept. Of records of
    one frame with one key the first counts. A correction replaces the record; earlier versions keep
    it. The marking of a record is only ever raised, also of one that was taken out and comes back.
    One that the transaction's release does not admit stays as it is, and its row is counted as
    accepted.
    RECORD_COLUMNS are filled in here, the marking where the frame has none; columns that it lacks
    are empty. Where it has ``__row__``, the counts are of rows of the file, of which one may give
    many records.
    """
    columns = _own_columns(dataset, frame, key)
    if frame.empty:
        return MergeCounts()
    lacking = dict.fromkeys({*columns, ROW, _MARKING} - {*frame.columns})
    incoming = plain(frame).assign(**lacking)[[*columns, ROW, _MARKING]]
    transaction.cursor.register("incoming", incoming)
    transaction.cursor.execute(
        _staged_sql(transaction, dataset, columns, key),
        {
            "source": source.id,
            "marking": source.marking,
            "synthetic": source.synthetic,
            "ingested_at": utc_now(),
            **_stored_path(transaction, dataset),
        },
    )
    transaction.cursor.unregister("incoming")
    _hide_known(transaction)
    _note_taken_out(transaction, dataset, source.id)
    _raise_markings(transaction, dataset)
    counts = _count(transaction)
    if counts.accepted or counts.superseded:
        _rewrite(transaction, dataset, columns)
    return counts


def withdraw_records(transaction: WriteTransaction, dataset: str, source: str) -> None:
    """Leave a dataset without the records of a source; earlier versions keep them."""
    transaction.renewed.add(source)
    path = transaction.intact(dataset)
    if path is not None:
        values = {"path": path, "source": source}
        transaction.replace_by(
            dataset, "SELECT * FROM read_parquet($path) WHERE source <> $source", values
        )


def _own_columns(dataset: str, frame: pd.DataFrame, key: Sequence[str]) -> dict[str, str]:
    """Return the columns that the dataset adds to those of every record."""
    if dataset not in RECORD_DATASETS:
        raise StoreError(f"{dataset!r} has no records: use {', '.join(RECORD_DATASETS)}")
    declared = RECORD_DATASETS[dataset]
    columns = {name: kind for name, kind in declared.items() if name not in RECORD_COLUMNS}
    unknown = {*frame.columns, *key} - {*declared, ROW}
    if unknown:
        raise StoreError(f"{dataset}: no column {', '.join(sorted(unknown))} in this dataset")
    return columns


def _stored_path(transaction: WriteTransaction, dataset: str) -> dict[str, str]:
    path = transaction.intact(dataset)
    return {} if path is None else {"path": path}


def _staged_sql(
    transaction: WriteTransaction, dataset: str, columns: dict[str, str], key: Sequence[str]
) -> str:
    identity = f"'key', {_joined(key)}" if key else "'content', content, occurrence"
    known = (
        "SELECT NULL::VARCHAR AS record_id, NULL::UBIGINT AS content_hash, "
        "NULL::VARCHAR AS known_marking WHERE false"
    )
    if transaction.has(dataset):
        known = (
            f"SELECT record_id, content_hash, {_MARKING} AS known_marking "
            "FROM read_parquet($path) WHERE source = $source"
        )
    return f"""
        CREATE OR REPLACE TEMP TABLE staged AS
        WITH known AS ({known}),
        numbered AS (
            SELECT *, row_number() OVER (PARTITION BY content ORDER BY position) AS occurrence
            FROM ({_hashed_sql(columns)})
        ),
        identified AS (
            SELECT * EXCLUDE (content, occurrence),
                md5(concat_ws({_UNIT_SEPARATOR}, $source, {identity})) AS record_id,
                {_HASH} AS content_hash,
                $ingested_at::TIMESTAMP AS ingested_at,
                $source AS source, $synthetic::BOOLEAN AS synthetic
            FROM numbered
        )
        SELECT identified.*, known_marking, known.content_hash AS known_hash,
            CASE WHEN known.content_hash = identified.content_hash
                    OR row_number() OVER (PARTITION BY record_id ORDER BY position) > 1
                    THEN 'duplicate'
                WHEN known.record_id IS NULL THEN 'accepted'
                ELSE 'superseded' END AS outcome
        FROM identified LEFT JOIN known USING (record_id)
    """


def _hide_known(transaction: WriteTransaction) -> None:
    """Set aside the rows of records that who publishes may not read: they are as of unknown ids."""
    release = transaction.release
    if release is None:
        return
    found = fetch(transaction.cursor, "SELECT DISTINCT known_marking FROM staged")
    transaction.cursor.execute(
        "UPDATE staged SET outcome = 'hidden' "
        "WHERE known_marking IN (SELECT unnest($hidden::VARCHAR[])) AND position IN "
        "(SELECT min(position) FROM staged GROUP BY record_id)",
        {"hidden": [marking for (marking,) in found if marking and not release.admits(marking)]},
    )


def _note_taken_out(transaction: WriteTransaction, dataset: str, source: str) -> None:
    """Set as known markings those of records that were taken out and come back."""
    files = list_taken_out(transaction, dataset)
    if files:
        transaction.cursor.execute(
            "UPDATE staged SET known_marking = taken_out.markings FROM "
            f"(SELECT record_id, string_agg(DISTINCT {_MARKING}, {_UNIT_SEPARATOR}) AS markings "
            "FROM read_parquet($files) WHERE source = $source GROUP BY record_id) AS taken_out "
            "WHERE staged.record_id = taken_out.record_id AND outcome = 'accepted'",
            {"files": files, "source": source},
        )


def _raise_markings(transaction: WriteTransaction, dataset: str) -> None:
    """Mark what is there already, or was, at least as it is."""
    pairs = fetch(
        transaction.cursor,
        f"SELECT DISTINCT {_MARKING}, known_marking FROM staged "
        "WHERE known_marking IS NOT NULL AND outcome IN ('accepted', 'superseded')",
    )
    raised = [(*pair, highest_marking((pair[0], *pair[1].split(chr(31))))) for pair in pairs]
    raised = [found for found in raised if found[2] != found[0]]
    if not raised:
        return
    marking, known, new = ([*column] for column in zip(*raised, strict=True))
    transaction.cursor.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE staged AS
        SELECT * EXCLUDE (is_raised) REPLACE (CASE WHEN is_raised AND outcome = 'superseded'
            AND content_hash = known_hash THEN 'duplicate' ELSE outcome END AS outcome)
        FROM (
            SELECT * REPLACE (CASE WHEN is_raised THEN {record_hash_sql(dataset)}
                ELSE content_hash END AS content_hash)
            FROM (
                SELECT staged.* REPLACE (coalesce(new, staged.{_MARKING}) AS {_MARKING}),
                    new IS NOT NULL AS is_raised
                FROM staged LEFT JOIN (SELECT unnest($marking::VARCHAR[]) AS {_MARKING},
                    unnest($known::VARCHAR[]) AS known_marking, unnest($new::VARCHAR[]) AS new)
                    AS raised ON raised.{_MARKING} = staged.{_MARKING}
                    AND raised.known_marking = staged.known_marking
                    AND outcome IN ('accepted', 'superseded')))
        """,
        {"marking": marking, "known": known, "new": new},
    )


def _hashed_sql(columns: dict[str, str]) -> str:
    """Return the incoming rows in the dataset's types, with their content as one text."""
    typed = ", ".join(
        f"{FROM_WKB} AS geometry"
        if name == "geometry"
        else f"{quote(name)}::{kind} AS {quote(name)}"
        for name, kind in columns.items()
    )
    return (
        f"SELECT *, concat_ws({_UNIT_SEPARATOR}, {_joined(columns)}) AS content FROM "
        f"(SELECT {typed}, coalesce({_MARKING}::VARCHAR, $marking) AS {_MARKING}, "
        f"{ROW}::BIGINT AS file_row, row_number() OVER () AS position "
        "FROM incoming)"
    )


def _joined(columns: Sequence[str] | dict[str, str]) -> str:
    return ", ".join(f"coalesce({quote(name)}::VARCHAR, '')" for name in columns)


def _count(transaction: WriteTransaction) -> MergeCounts:
    """Count by row of the file: one with a correction is superseded, else one with news is new."""
    rows = fetch(
        transaction.cursor,
        """
        SELECT outcome, count(*) FROM (
            SELECT CASE WHEN bool_or(outcome = 'superseded') THEN 'superseded'
                WHEN bool_or(outcome IN ('accepted', 'hidden')) THEN 'accepted'
                ELSE 'duplicate' END AS outcome
            FROM staged GROUP BY coalesce(file_row, -position)
        ) GROUP BY outcome
        """,
    )
    return MergeCounts(**dict(rows))


def _rewrite(transaction: WriteTransaction, dataset: str, columns: dict[str, str]) -> None:
    names = ", ".join(map(quote, RECORD_DATASETS[dataset]))
    select = f"SELECT {names} FROM staged WHERE outcome IN ('accepted', 'superseded')"
    if transaction.has(dataset):
        select += (
            f" UNION ALL SELECT {names} FROM read_parquet($path) WHERE record_id NOT IN "
            "(SELECT record_id FROM staged WHERE outcome = 'superseded')"
        )
    order = ", ".join(quote(name) for name in columns if name != "geometry")
    transaction.replace_by(
        dataset,
        f"SELECT * FROM ({select}) ORDER BY source, {order}, record_id",
        _stored_path(transaction, dataset),
    )
