"""The real public files beside the checkout, and the profile that loads each of them."""

import os
from pathlib import Path

import pytest

from tests.support.command import CHECKOUT

DATA_FILES: dict[str, tuple[str, str]] = {
    "barriers/reveal_border_fence_2017.geojson": ("lines", "fence_2017"),
    "benchmark/chicago_burglary_2016.csv.gz": ("events", "chicago_burglary"),
    "benchmark/nij_portland_cfs_2016-08_2016-09.csv.gz": ("events", "portland_cfs"),
    "border_line/ibwc_us_mex_boundary.zip": ("lines", "ibwc_boundary"),
    "conflict/ucdp_ged_mexico_1989_2019.csv.gz": ("events", "ucdp_mexico"),
    "encounters/sw_usbp_monthly_by_sector_1999-10_2022-09.csv": ("statistics", "ohss_sectors"),
    "frontex/frontex_2009-01_2021-12.csv.gz": ("statistics", "frontex_routes"),
    "fx/DEXMXUS_daily_1993-11_2022-09.csv": ("statistics", "fred_fx"),
    "incidents/iom_mmp_us_mexico_border_2014-01_2022-12.csv.gz": ("events", "iom_mmp"),
    "ports/bts_us_mexico_crossings_1996-01_2019-03.csv.gz": ("statistics", "bts_crossings"),
    "ports/bts_us_mexico_ports.csv": ("places", "bts_ports"),
    "seizures/cbp_drug_seizures_fy19_22.csv": ("statistics", "cbp_seizures"),
    "stations/usbp_duty_stations.csv": ("places", "usbp_stations"),
    "terrain/dted0_border_w118_w096_n25_n34.tif": ("terrain", "dted_geotiff"),
    "terrain/w107_n31.dt0": ("terrain", "dted"),
}
"""By path below the folder: the kind and the profile."""
TABLES = {path: of for path, of in DATA_FILES.items() if of[0] != "terrain"}


def data_folder() -> Path:
    """The folder of real files; skips where it is absent."""
    folder = Path(os.environ.get("COP_TEST_DATA", CHECKOUT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real files at {folder}: set COP_TEST_DATA")
    return folder


def data_file(profile: str) -> Path:
    """The real file of a profile; skips where it is absent."""
    (relative,) = (path for path, (_, name) in DATA_FILES.items() if name == profile)
    path = data_folder() / relative
    if not path.is_file():
        pytest.skip(f"no {relative} in {data_folder()}: set COP_TEST_DATA")
    return path
