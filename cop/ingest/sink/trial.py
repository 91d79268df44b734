"""Publishing what was tried: sensors added, moved, raised or switched off, as one new version."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

import pandas as pd

from cop.errors import FilterError
from cop.ingest.coverage.outage import rebuild_outages
from cop.ingest.coverage.report import read_positions
from cop.ingest.coverage.viewshed import rebuild_coverage
from cop.model.moment import utc_now
from cop.model.progress import StepProgress, ignore_progress
from cop.model.source import ROW, SourceKind
from cop.model.trial import SensorTrial
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.dataset.record import merge_records
from cop.store.dataset.report import merge_reports
from cop.store.dataset.schema import RECORD_COLUMNS, SENSOR_COLUMNS, SENSORS
from cop.store.dataset.source import Source, at_least_stored, register_source, stored_sources
from cop.store.room.audit import note_step

SUBJECT: Final = "sensors"
ADDED_SOURCE, MOVED_SOURCE = "placed_sensors", "placed_status"
"""The sources of what is published here; those of synthetic sensors end with _synthetic."""
_KIND: Final = "tower"
_LONGEST_MESSAGE: Final = 500


def publish_trials(
    settings: StoreSettings,
    trials: Sequence[SensorTrial],
    *,
    synthetic: bool,
    by: str,
    known: Collection[str] | None = None,
    sources: Collection[str] | None = None,
    progress: StepProgress = ignore_progress,
) -> int:
    """Publish changes of sensors, as of now, and return the new version.

    An added sensor is a tower of a source of its own; one that is moved or raised has a report of
    its place and height; one that is switched off is removed. What was seen before stays. Raise
    FilterError, with nothing stored, without any change, for a sensor that is not there, or an
    added one that is. Who publishes changes the sensors that they have ``known`` of, where their
    last place is of a report of ``sources`` or of their own record; None is all.
    """
    if not trials:
        raise FilterError("no change is tried: there is nothing to publish")
    now = utc_now()
    with open_transaction(settings) as transaction:
        sensors = _read_sensors(transaction, trials, known, synthetic=synthetic)
        _add(transaction, [one for one in trials if one.sort == "add"], synthetic, now)
        placed = [one for one in trials if one.sort in {"move", "raise"}]
        if sources is not None:
            _refuse_hidden(transaction, placed, sources)
        _report(transaction, sensors, placed, synthetic, now)
        for trial in trials:
            if trial.sort == "off":
                _remove(transaction, sensors.loc[[trial.sensor]], now)
        rebuild_outages(transaction)
        rebuild_coverage(transaction, progress)
        texts = "; ".join(trial.to_text() for trial in trials)
        version = transaction.commit(f"what-if published by {by}: {texts}"[:_LONGEST_MESSAGE])
    note_step(
        settings, who=by, subject=SUBJECT, action="publish what-if", version=version, detail=texts
    )
    return version


def _read_sensors(
    transaction: WriteTransaction,
    trials: Sequence[SensorTrial],
    known: Collection[str] | None,
    *,
    synthetic: bool,
) -> pd.DataFrame:
    """Return the sensors by name; raise FilterError where the changes do not fit them."""
    stored = transaction.read(SENSORS) if transaction.has(SENSORS) else None
    names = [] if stored is None else stored["sensor_id"].tolist()
    own = [] if stored is None else stored.loc[stored["synthetic"] == synthetic, "sensor_id"]
    own = set(own) if known is None else {*own} & {*known}
    for trial in trials:
        if trial.is_of_loaded and trial.sensor not in own:
            raise FilterError(f"sensor {trial.sensor[:40]!r} is not loaded: nothing was published")
        if not trial.is_of_loaded and trial.sensor in names:
            raise FilterError(
                f"no sensor can be added as {trial.sensor[:40]!r}: nothing was published; give it "
                "another name"
            )
    return pd.DataFrame() if stored is None else stored.set_index("sensor_id", drop=False)


def _add(
    transaction: WriteTransaction, trials: list[SensorTrial], synthetic: bool, now: datetime
) -> None:
    if not trials:
        return
    names = ("lon", "lat", "height_m", "range_m", "azimuth_deg", "fov_deg")
    rows = [
        {
            "sensor_id": trial.sensor,
            "name": trial.sensor,
            "kind": _KIND,
            "installed_at": now,
            **{name: getattr(trial, name) for name in names},
        }
        for trial in trials
    ]
    source = _source(ADDED_SOURCE, "Sensors placed on the map", "sensors", synthetic)
    source = at_least_stored(transaction, source)
    merge_records(transaction, SENSORS, source, pd.DataFrame(rows), key=("sensor_id",))
    register_source(transaction, source)


def _refuse_hidden(
    transaction: WriteTransaction, trials: list[SensorTrial], sources: Collection[str]
) -> None:
    """Raise FilterError for a sensor whose last place is reported by none of some sources."""
    stood = _read_last(transaction)
    hidden = stood.index[~stood["reported_by"].isin([*sources])]
    for trial in trials:
        if trial.sensor in hidden:
            raise FilterError(
                f"where sensor {trial.sensor[:40]!r} is now is not released to you: nothing was "
                "published"
            )


def _read_last(transaction: WriteTransaction) -> pd.DataFrame:
    """Return the last reported place of each sensor by its id."""
    stood = read_positions(transaction).drop_duplicates("sensor_id", keep="last")
    return stood.set_index("sensor_id")


def _report(
    transaction: WriteTransaction,
    sensors: pd.DataFrame,
    trials: list[SensorTrial],
    synthetic: bool,
    now: datetime,
) -> None:
    """Report the new place and height of each sensor that is moved or raised."""
    if not trials:
        return
    stood = _read_last(transaction)
    rows: dict[str, dict[str, Any]] = {}
    for trial in trials:
        last = stood if trial.sensor in stood.index else sensors
        names = ("lon", "lat", "height_m")
        row = rows.setdefault(trial.sensor, dict(last.loc[trial.sensor, list(names)]))
        row |= {name: value for name in names if (value := getattr(trial, name)) is not None}
    frame = pd.DataFrame([{"sensor_id": name, **row} for name, row in rows.items()])
    frame = frame.assign(at=pd.Timestamp(now), state=None, cause=None)
    source = _source(MOVED_SOURCE, "Sensors moved on the map", "status", synthetic)
    merge_reports(transaction, source, frame.assign(**{ROW: range(1, len(frame) + 1)}))
    register_source(transaction, source)


def _remove(transaction: WriteTransaction, own: pd.DataFrame, now: datetime) -> None:
    columns = [name for name in SENSOR_COLUMNS if name not in RECORD_COLUMNS]
    source, _ = stored_sources(transaction)[str(own["source"].iloc[0])]
    merge_records(
        transaction, SENSORS, source, own[columns].assign(removed_at=now), key=("sensor_id",)
    )


def _source(name: str, title: str, kind: SourceKind, synthetic: bool) -> Source:
    """Return the source of what is placed here; made-up sensors never share one with real ones."""
    return Source(
        id=f"{name}_synthetic" if synthetic else name,
        title=f"SYNTHETIC {title[0].lower()}{title[1:]}" if synthetic else title,
        publisher="this operations center",
        terms="as agreed with the owner",
        marking="TLP:AMBER",
        synthetic=synthetic,
        kind=kind,
    )
