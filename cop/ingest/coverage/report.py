"""What status reports say: where mobile sensors stood, and when sensors were not up."""

import pandas as pd

from cop.model.freshness import TOLERANCE
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.report import report_files
from cop.store.dataset.schema import OUTAGE_COLUMNS
from cop.store.dataset.source import Source, stored_sources
from cop.store.engine import fetch

NO_REPORT = "no report"
"""The cause that is given for a state that is unknown."""
_DAY_SECONDS = 86_400
_PLACE = ("lon", "lat", "height_m")
_POSITION_COLUMNS = ("sensor_id", "at", *_PLACE, "reported_by")
_PLACE_DECIMALS = 4
"""Of a degree: about ten meters. A sensor that moves less stands where it stood."""
_POSITIONS = """
    WITH placed AS (
        SELECT sensor_id, "at", round(lon, $decimals) AS lon,
            round(lat, $decimals) AS lat, height_m, source
        FROM read_parquet($files) WHERE lon IS NOT NULL AND lat IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY sensor_id, "at" ORDER BY source) = 1
    )
    SELECT sensor_id, "at", lon, lat, height_m, source FROM placed
    WINDOW own AS (PARTITION BY sensor_id ORDER BY "at")
    QUALIFY (lag(lon) OVER own, lag(lat) OVER own, lag(height_m) OVER own)
        IS DISTINCT FROM (lon, lat, height_m)
    ORDER BY sensor_id, "at"
"""
_INTERVALS = """
    WITH limits AS (SELECT unnest($sources::VARCHAR[]) AS source, unnest($limits::DOUBLE[]) AS s),
    reported AS (
        SELECT r.source, r.sensor_id, r."at", r.state, r.cause,
            lead(r."at") OVER (PARTITION BY r.source, r.sensor_id ORDER BY r."at") AS next_at,
            r."at" + to_seconds(l.s) AS until
        FROM read_parquet($files) r LEFT JOIN limits l USING (source)
        WHERE r.state IS NOT NULL AND ($only IS NULL OR r.source = $only)
            AND (len($sensors::VARCHAR[]) = 0 OR list_contains($sensors::VARCHAR[], r.sensor_id))
    ),
    moments AS (
        SELECT source, sensor_id, "at", state, cause FROM reported
        UNION ALL
        SELECT source, sensor_id, until, 'unknown', $no_report FROM reported
        WHERE until IS NOT NULL AND (next_at IS NULL OR next_at > until)
    ),
    changes AS (
        SELECT * FROM moments
        WINDOW own AS (PARTITION BY source, sensor_id ORDER BY "at")
        QUALIFY (lag(state) OVER own, lag(cause) OVER own) IS DISTINCT FROM (state, cause)
    ),
    steps AS (
        SELECT *, lead("at") OVER (PARTITION BY source, sensor_id ORDER BY "at") AS up_at
        FROM changes
    )
    SELECT source, sensor_id, "at" AS down_at, up_at, state, coalesce(cause, 'not stated') AS cause
    FROM steps WHERE state <> 'up' ORDER BY sensor_id, down_at, source
"""


def read_positions(transaction: WriteTransaction) -> pd.DataFrame:
    """Return where sensors stood by their reports and from when: one row for each move.

    ``height_m`` above the ground is NaN where it is not reported; ``reported_by`` is the source.
    """
    files = report_files(transaction)
    rows = (
        fetch(transaction.cursor, _POSITIONS, {"files": files, "decimals": _PLACE_DECIMALS})
        if files
        else []
    )
    frame = pd.DataFrame(rows, columns=list(_POSITION_COLUMNS))
    return frame.astype(dict.fromkeys(_PLACE, "float64") | {"at": "datetime64[us]"})


def read_intervals(
    transaction: WriteTransaction,
    renewed: Source | None = None,
    *,
    alone: bool = False,
    sensors: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Return when sensors were not up by their reports, as rows of outages.

    A report holds until the next one of its source. Where that source has an update interval, the
    state is unknown once no report has come within it and a quarter of it. ``renewed`` is a
    source as it will be; with ``alone`` only its reports count, of ``sensors`` where any are named.
    """
    files = report_files(transaction)
    if not files:
        return empty_outages()
    sources = {name: stored for name, (stored, _) in _stored(transaction).items()}
    if renewed is not None:
        sources[renewed.id] = renewed
    limits = {
        name: source.cadence_days * _DAY_SECONDS * (1 + TOLERANCE)
        for name, source in sources.items()
        if source.cadence_days
    }
    values = {
        "files": files,
        "sources": list(limits),
        "limits": list(limits.values()),
        "only": renewed.id if alone and renewed is not None else None,
        "sensors": list(sensors),
        "no_report": NO_REPORT,
    }
    rows = fetch(transaction.cursor, _INTERVALS, values)
    return to_outages(pd.DataFrame(rows, columns=list(OUTAGE_COLUMNS)))


def to_outages(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the types of outages."""
    times = {"down_at": "datetime64[us]", "up_at": "datetime64[us]"}
    return frame.astype({name: times.get(name, "str") for name in OUTAGE_COLUMNS})


def empty_outages() -> pd.DataFrame:
    """Return a frame of no outages."""
    return to_outages(pd.DataFrame(columns=list(OUTAGE_COLUMNS)))


def _stored(transaction: WriteTransaction) -> dict[str, tuple[Source, object]]:
    return dict(stored_sources(transaction)) if transaction.has("sources") else {}
