"""Status reports of sensors: frames as a sink hands them over, CSV files loaded by a profile."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd

from cop.ingest.profile.file import read_profile
from cop.ingest.profile.kind import Profile, TableProfile
from cop.ingest.reader import DirectReader
from cop.ingest.sink.load import IngestReport
from cop.ingest.sink.registry import ingest_file
from cop.model.source import ROW
from cop.settings import StoreSettings
from cop.store.dataset.source import Source
from tests.support.published import published_files

FIELDS = ("sensor_id", "at", "state", "cause", "lon", "lat", "height_m")
_SENSOR = {
    "kind": "tower",
    "lon": "-110.9",
    "lat": "31.34",
    "range_m": "3000",
    "installed_at": "2026-01-01T00:00:00Z",
}

Row = tuple[str, datetime, str | None, str | None, float | None, float | None, float | None]
"""Sensor, moment, state, cause, longitude, latitude, height."""


def make_reports(*rows: Row) -> pd.DataFrame:
    """Checked reports as a sink merges them."""
    frame = pd.DataFrame(list(rows), columns=list(FIELDS))
    types = dict.fromkeys(FIELDS[4:], "float64") | {"at": "datetime64[us]"}
    return frame.astype(types).assign(**{ROW: range(1, len(frame) + 1)})


def make_status_source(
    name: str = "one", *, cadence_days: float | None = None, synthetic: bool = False
) -> Source:
    """A source of status reports."""
    return Source(
        id=name, title=name.title(), publisher="us", terms="none", kind="status",
        cadence_days=cadence_days, synthetic=synthetic,
    )  # fmt: skip


def load_sensors(
    folder: Path,
    scratch: Path,
    *cells: dict[str, str],
    source: str = "sensors_csv",
    synthetic: bool = False,
) -> IngestReport:
    """Load sensors by sensors_csv: ``cells`` say what differs from a plain tower near Nogales."""
    declared = read_profile("sensors_csv")
    changed = {"id": source, "synthetic": synthetic}
    profile = declared.model_copy(update={"source": declared.source.model_copy(update=changed)})
    return _load(folder, scratch, profile, [_SENSOR | row for row in cells])


def load_status(
    folder: Path, scratch: Path, *cells: dict[str, str], **source: object
) -> IngestReport:
    """Load reports by sensor_status_csv; cells that are not given stay blank.

    ``source`` is what its source has otherwise.
    """
    declared = read_profile("sensor_status_csv")
    profile = declared.model_copy(update={"source": declared.source.model_copy(update=source)})
    return _load(folder, scratch, profile, cells)


def _load(
    folder: Path, scratch: Path, profile: Profile, cells: Sequence[dict[str, str]]
) -> IngestReport:
    assert isinstance(profile, TableProfile)
    path = scratch / f"{profile.name}.csv"
    pd.DataFrame(list(cells), columns=list(profile.columns.values())).to_csv(path, index=False)
    return ingest_file(StoreSettings(data=folder), path, profile, reader=DirectReader())


def table_of(folder: Path, dataset: str) -> pd.DataFrame:
    """The rows of a dataset without its shapes; empty where there is none."""
    parts = [pd.read_parquet(path) for path in published_files(folder, dataset)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
