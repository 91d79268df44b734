"""The default region's geography, read once for all tests of this folder."""

import os
from pathlib import Path

import pytest

from cop.ingest.geography import Geography, read_geography, read_region

CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def geography() -> Geography:
    """The default region's geography."""
    return read_geography(read_region("sw_border"))


@pytest.fixture(scope="session")
def surveyed_line() -> Path:
    """The surveyed boundary to measure ours against; skips where it is absent."""
    folder = Path(os.environ.get("COP_TEST_DATA", CHECKOUT.parent / "shared" / "data"))
    path = folder / "border_line" / "ibwc_us_mex_boundary.zip"
    if not path.is_file():
        pytest.skip(f"no surveyed boundary at {path}: set COP_TEST_DATA")
    return path
