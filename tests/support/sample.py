"""The public files that tests try the program on; what needs one skips where it is absent."""

import os
from pathlib import Path

import pytest

from tests.support.command import CHECKOUT

SAMPLES = {
    "ohss_sectors": "encounters/sw_usbp_monthly_by_sector_1999-10_2022-09.csv",
    "bts_crossings": "ports/bts_us_mexico_crossings_1996-01_2019-03.csv.gz",
    "cbp_seizures": "seizures/cbp_drug_seizures_fy19_22.csv",
    "bts_ports": "ports/bts_us_mexico_ports.csv",
    "usbp_stations": "stations/usbp_duty_stations.csv",
    "fence_2017": "barriers/reveal_border_fence_2017.geojson",
    "ucdp_mexico": "conflict/ucdp_ged_mexico_1989_2019.csv.gz",
}
"""The file that each profile reads."""


def sample_path(profile: str) -> Path:
    """The file of a profile; skips where it is absent."""
    folder = Path(os.environ.get("COP_TEST_DATA", CHECKOUT.parent / "shared" / "data"))
    path = folder / SAMPLES[profile]
    if not path.is_file():
        pytest.skip(f"no {SAMPLES[profile]} in {folder}: set COP_TEST_DATA")
    return path
