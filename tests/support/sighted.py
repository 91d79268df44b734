"""A warehouse with real and synthetic sensors and reports of them, for tests that read it."""

from pathlib import Path

from tests.support.report import load_sensors, load_status
from tests.support.warehouse import copy_warehouse

REAL = ("R-1", "R-2", "R-3")
MADE = ("M-1", "M-2")


def build_sighted(bare: Path, folder: Path) -> Path:
    """Copy the region's warehouse and load R-1 (mobile), R-2, R-3 and, synthetic, M-1, M-2."""
    data = copy_warehouse(bare, folder / "sighted")
    load_sensors(
        data, folder,
        {"sensor_id": "R-1"},
        {"sensor_id": "R-2", "lon": "-108.5", "lat": "31.78", "kind": "camera"},
        {"sensor_id": "R-3", "lon": "-107.5", "lat": "31.78", "removed_at": "2026-06-01T00:00:00Z"},
    )  # fmt: skip
    load_sensors(
        data, folder,
        {"sensor_id": "M-1"},
        {"sensor_id": "M-2", "lon": "-106.9", "lat": "31.78", "height_m": "40"},
        source="made", synthetic=True,
    )  # fmt: skip
    load_status(
        data, folder,
        {"sensor_id": "R-1", "at": "2026-02-01T00:00:00Z", "lon": "-110.9", "lat": "31.34"},
        {"sensor_id": "R-1", "at": "2026-03-01T00:00:00Z", "lon": "-110.8", "lat": "31.34"},
        {"sensor_id": "R-2", "at": "2026-03-01T00:00:00Z", "state": "down"},
        {"sensor_id": "R-2", "at": "2026-03-05T00:00:00Z", "state": "up"},
        {"sensor_id": "M-2", "at": "2026-03-03T00:00:00Z", "state": "degraded"},
    )  # fmt: skip
    return data
