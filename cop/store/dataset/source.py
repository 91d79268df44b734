"""The declaration of a source, and what the warehouse knows of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator

from cop.errors import ProfileError
from cop.model.freshness import LONGEST_CADENCE_DAYS, Freshness, judge_freshness
from cop.model.marking import MarkingError, check_marking, highest_marking
from cop.model.moment import utc_now
from cop.model.source import SourceKind, StoredKind
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.catalogue.version import CatalogueVersion
from cop.store.dataset.schema import (
    EVENTS,
    FACILITIES,
    LAYERS,
    LINES,
    REPORTS,
    SENSORS,
    SOURCE_COLUMNS,
    SOURCES,
    STATISTICS,
    STATUS,
    TERRAIN,
)
from cop.store.dataset.taken_out import marking_taken_out
from cop.store.engine import Cursor, fetch, quote

_DATASETS: dict[SourceKind, tuple[str, str]] = {
    "statistics": (STATISTICS, "period_start"),
    "sensors": (SENSORS, "installed_at"),
    "places": (FACILITIES, "NULL::TIMESTAMP"),
    "lines": (LINES, "NULL::TIMESTAMP"),
    "terrain": (TERRAIN, "NULL::TIMESTAMP"),
}
"""The dataset with the records of a kind of source, and its column of moments."""


class Source(BaseModel):
    """Where records come from, on what terms, and how far they may go."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")
    title: str
    publisher: str
    terms: str
    attribution: str = ""
    marking: str = "TLP:CLEAR"
    synthetic: bool = False
    kind: StoredKind = "events"
    cadence_days: float | None = Field(
        default=None, gt=0, le=LONGEST_CADENCE_DAYS, allow_inf_nan=False
    )
    as_of: datetime | None = Field(
        default=None, description="the day it describes, where its records carry no time"
    )

    @field_validator("marking")
    @classmethod
    def _known_marking(cls, value: str) -> str:
        try:
            return check_marking(value)
        except MarkingError as fault:
            raise ProfileError(str(fault)) from None


def restore_source(stated: Mapping[str, Any]) -> Source:
    """Build a source from its stored row; an impossible cadence of an earlier build is none."""
    days = stated.get("cadence_days")
    fits = days is not None and 0 < days <= LONGEST_CADENCE_DAYS
    return Source.model_validate({**stated, "cadence_days": days if fits else None})


class SourceState(BaseModel):
    """A source with what is loaded of it at one version.

    ``n`` is its records, ``count`` what its events count (elsewhere the records again); oldest and
    newest are moments of events, periods of statistics, installations of sensors, else ``as_of``;
    ``markings`` are those of its records.
    """

    model_config = ConfigDict(frozen=True)

    source: Source
    n: int
    count: int
    oldest: datetime | None
    newest: datetime | None
    loaded_at: datetime
    markings: tuple[str, ...] = ()

    @property
    def marking(self) -> str:
        """The marking of the source and its records together."""
        return highest_marking((self.source.marking, *self.markings))

    def judge(self, now: datetime) -> Freshness:
        """Judge whether it is as new as it should be at ``now`` (naive UTC).

        Sensors are as old as their list, whenever the newest of them was installed.
        """
        return judge_freshness(
            newest=None if self.source.kind == "sensors" else self.newest,
            loaded_at=self.loaded_at,
            records=self.n,
            cadence_days=self.source.cadence_days,
            by_period=self.source.kind == "statistics",
            now=now,
        )


def dataset_of(kind: StoredKind) -> str | None:
    """Return the dataset with the records of a kind of source that have a marking of their own."""
    found = {EVENTS: EVENTS} | {name: dataset for name, (dataset, _) in _DATASETS.items()}
    return found.get(kind)


def source_frame(sources: dict[str, tuple[Source, datetime]]) -> pd.DataFrame:
    """Return the sources as the rows of the ``sources`` dataset."""
    rows = [source.model_dump() | {"loaded_at": at} for source, at in sources.values()]
    frame = pd.DataFrame(rows, columns=list(SOURCE_COLUMNS))
    return frame.astype(
        {"cadence_days": "float64", "as_of": "datetime64[us]", "loaded_at": "datetime64[us]"}
    )


def register_source(
    transaction: WriteTransaction,
    source: Source,
    *,
    loaded_at: datetime | None = None,
    may_lower: bool = False,
) -> None:
    """Add or renew the declaration of a source, loaded now or at an earlier moment.

    Its marking is at least the stored one, unless somebody decided to lower it.
    """
    stored = stored_sources(transaction)
    declared = source if may_lower else at_least_stored(transaction, source)
    stored[source.id] = (declared, loaded_at or utc_now())
    transaction.replace(SOURCES, source_frame(stored))


def at_least_stored(transaction: WriteTransaction, source: Source) -> Source:
    """Return a source that is marked at least as it is stored, or was where it was taken out."""
    stored = stored_sources(transaction).get(source.id)
    marking = stored[0].marking if stored else marking_taken_out(transaction, source.id)
    if marking is None:
        return source
    return source.model_copy(update={"marking": highest_marking((marking, source.marking))})


def withdraw_source(transaction: WriteTransaction, source_id: str) -> None:
    """Leave out the declaration of a source; earlier versions keep it."""
    stored = stored_sources(transaction)
    if stored.pop(source_id, None) is not None:
        transaction.replace(SOURCES, source_frame(stored))


def stored_sources(transaction: WriteTransaction) -> dict[str, tuple[Source, datetime]]:
    """Read the sources of a transaction, each with when it was last loaded."""
    stored = {}
    if transaction.has(SOURCES):
        for row in transaction.read(SOURCES).to_dict("records"):
            loaded_at = row.pop("loaded_at")
            stated = {name: value for name, value in row.items() if not pd.isna(value)}
            stored[row["id"]] = (restore_source(stated), loaded_at)
    return stored


def read_sources(
    cursor: Cursor, catalogue: CatalogueVersion, rollup: str
) -> dict[str, SourceState]:
    """Read every source with what is stored of it; ``rollup`` gives events by source."""
    if SOURCES not in catalogue.files:
        return {}
    names = [*Source.model_fields]
    rows = fetch(
        cursor,
        f"SELECT {', '.join(f's.{quote(n)}' for n in names)}, s.loaded_at, "
        "coalesce(sum(h.n), 0), coalesce(sum(h.count), 0), min(h.oldest), max(h.newest), "
        "list(DISTINCT h.marking ORDER BY h.marking) FILTER (h.marking IS NOT NULL) "
        f"FROM read_parquet($files) s LEFT JOIN ({_totals_sql(catalogue, rollup)}) h "
        "ON h.source = s.id AND h.kind = s.kind GROUP BY ALL ORDER BY s.id",
        {name: list(catalogue.files[name]) for name in _counted(catalogue)}
        | _reports(catalogue)
        | {"files": list(catalogue.files_of(SOURCES))},
    )
    states = {}
    for row in rows:
        source = restore_source(dict(zip(names, row, strict=False)))
        loaded_at, n, count, oldest, newest, markings = row[len(names) :]
        states[source.id] = SourceState(
            source=source,
            n=n,
            count=count,
            oldest=oldest or source.as_of,
            newest=newest or source.as_of,
            loaded_at=loaded_at,
            markings=tuple(markings or ()),
        )
    return states


def _totals_sql(catalogue: CatalogueVersion, rollup: str) -> str:
    parts = [f"SELECT 'events' AS kind, source, n, count, oldest, newest, marking FROM {rollup}"]
    for kind, (dataset, moment) in _DATASETS.items():
        if dataset in catalogue.files:
            parts.append(
                f"SELECT '{kind}', source, count(*), count(*), min({moment}), max({moment}), "
                f"marking FROM read_parquet(${dataset}) GROUP BY source, marking"
            )
    if report_names(catalogue.files):
        parts.append(
            f"SELECT '{STATUS}', source, count(*), count(*), "
            'min("at"), max("at"), NULL '
            f"FROM read_parquet(${STATUS}) GROUP BY source"
        )
    if LAYERS in catalogue.files:
        parts.append(
            f"SELECT 'layers', dataset, n, n, oldest, newest, NULL FROM read_parquet(${LAYERS}) "
            "WHERE state = 'published'"
        )
    return " UNION ALL ".join(parts)


def _counted(catalogue: CatalogueVersion) -> list[str]:
    names = [*(name for name, _ in _DATASETS.values()), LAYERS]
    return [name for name in names if name in catalogue.files]


def report_names(datasets: Iterable[str]) -> list[str]:
    """Return which datasets hold status reports."""
    return sorted(name for name in datasets if name.startswith(REPORTS))


def _reports(catalogue: CatalogueVersion) -> dict[str, list[str]]:
    files = [path for name in report_names(catalogue.files) for path in catalogue.files[name]]
    return {STATUS: files} if files else {}
