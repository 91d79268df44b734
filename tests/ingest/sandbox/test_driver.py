"""Tests of GDAL in the sandbox: the drivers that it is left with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cop.ingest.sandbox.driver import DRIVERS
from tests.support.command import CHECKOUT

pytestmark = pytest.mark.layers

CODE = """
import sys
from pathlib import Path
import cop.ingest.source.registry
loaded = {name.partition(".")[0] for name in sys.modules}
assert not loaded & {"pyogrio", "rasterio", "fiona", "osgeo"}, loaded
from cop.ingest.sandbox.driver import leave_driver
leave_driver(sys.argv[1], Path(sys.argv[2]))
import pyogrio
print(sorted(pyogrio.list_drivers()))
"""


@pytest.mark.parametrize("driver", ["GPKG", "ESRI Shapefile", "LIBKML"])
def test_shown_gdal_is_left_with_one_driver_after_the_registry_was_imported(
    tmp_path: Path, driver: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, driver, str(tmp_path)],
        capture_output=True, text=True, timeout=120, check=True, cwd=CHECKOUT, env={**os.environ},
    )  # fmt: skip
    assert done.stdout.strip() == f"['{driver}']"


def test_every_driver_is_listed_once() -> None:
    assert len(set(DRIVERS)) == len(DRIVERS)
