"""What a snapshot knows of the sensors of its version."""

from cop.store.catalogue.version import CatalogueVersion
from cop.store.dataset.schema import SENSORS
from cop.store.engine import Cursor, fetch


def read_sensor_ids(cursor: Cursor, catalogue: CatalogueVersion) -> frozenset[str]:
    """Return the ids of all sensors that are loaded."""
    files = list(catalogue.files.get(SENSORS, ()))
    if not files:
        return frozenset()
    rows = fetch(cursor, "SELECT sensor_id FROM read_parquet($files)", {"files": files})
    return frozenset(sensor for (sensor,) in rows)
