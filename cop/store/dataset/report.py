"""Status reports of sensors: one dataset a month, so that a report rewrites a month alone."""

import pandas as pd

from cop.model.source import ROW
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.event_merge import MergeCounts
from cop.store.dataset.schema import REPORT_COLUMNS, REPORTS
from cop.store.dataset.source import Source
from cop.store.engine import fetch, quote

_CONTENT = ("state", "cause", "lon", "lat", "height_m")
_KEY = ("sensor_id", "at")


def merge_reports(
    transaction: WriteTransaction, source: Source, frame: pd.DataFrame
) -> MergeCounts:
    """Merge the reports of one source and count what became of them.

    ``frame`` has sensor_id, at (naive UTC), state, cause, lon, lat, height_m and ``__row__``. A
    report is identified by its source, sensor and moment; of reports of one frame with one key the
    first counts. A correction replaces the report; earlier versions keep it.
    """
    counts = MergeCounts()
    for month, own in frame.groupby(frame["at"].dt.strftime("%Y_%m"), sort=True):
        counts += _merge_month(transaction, source, f"{REPORTS}{month}", own)
    return counts


def _merge_month(
    transaction: WriteTransaction, source: Source, dataset: str, frame: pd.DataFrame
) -> MergeCounts:
    columns = ", ".join(
        f"{quote(name)}::{kind} AS {quote(name)}" for name, kind in _typed().items()
    )
    path = transaction.intact(dataset)
    values: dict[str, object] = {"source": source.id, "synthetic": source.synthetic}
    own = "SELECT NULL WHERE false"
    if path is not None:
        values["path"] = path
        own = "SELECT * FROM read_parquet($path) WHERE source = $source"
    key, content = (
        ", ".join(map(quote, _KEY)),
        " AND ".join(f"staged.{name} IS NOT DISTINCT FROM known.{name}" for name in _CONTENT),
    )
    transaction.cursor.register("incoming", frame[[*_typed(), ROW]])
    transaction.cursor.execute(
        "CREATE OR REPLACE TEMP TABLE staged_reports AS "
        f"SELECT $source AS source, $synthetic::BOOLEAN AS synthetic, {columns} FROM incoming "
        f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {ROW}) = 1",
        {name: values[name] for name in ("source", "synthetic")},
    )
    transaction.cursor.unregister("incoming")
    same = "false" if path is None else f"known.source IS NOT NULL AND {content}"
    joined = "" if path is None else f"LEFT JOIN ({own}) known USING ({key})"
    is_new = "true" if path is None else "known.source IS NULL"
    bound = {} if path is None else {"path": path, "source": source.id}
    ((new, equal, n),) = fetch(
        transaction.cursor,
        f"SELECT count(*) FILTER ({is_new}), count(*) FILTER ({same}), count(*) "
        f"FROM staged_reports staged {joined}",
        bound,
    )
    counts = MergeCounts(accepted=new, superseded=n - new - equal, duplicate=len(frame) - n + equal)
    if counts.accepted or counts.superseded:
        _rewrite(transaction, dataset, path)
    return counts


def _typed() -> dict[str, str]:
    return {
        name: kind for name, kind in REPORT_COLUMNS.items() if name not in {"source", "synthetic"}
    }


def _rewrite(transaction: WriteTransaction, dataset: str, path: str | None) -> None:
    names = ", ".join(map(quote, REPORT_COLUMNS))
    select = f"SELECT {names} FROM staged_reports"
    if path is not None:
        select += (
            f" UNION ALL SELECT {names} FROM read_parquet($path) stored WHERE NOT EXISTS "
            "(SELECT 1 FROM staged_reports s WHERE s.source = stored.source "
            'AND s.sensor_id = stored.sensor_id AND s."at" = stored."at")'
        )
    transaction.replace_by(
        dataset,
        f'SELECT * FROM ({select}) ORDER BY sensor_id, "at", source',
        None if path is None else {"path": path},
    )


def report_files(transaction: WriteTransaction) -> list[str]:
    """Return the files of all reports, published or about to be."""
    return [str(transaction.intact(name)) for name in transaction.names(REPORTS)]
