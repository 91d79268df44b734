"""The default region's geography, built once for all tests of this folder."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from cop.ingest.geography import Geography, build_geography, read_region

CHECKOUT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Built:
    """A geography and the processor time that its build took."""

    geography: Geography
    seconds: float


@pytest.fixture(scope="session")
def built() -> Built:
    """The default region, with the time of its build."""
    started = time.process_time()
    geography = build_geography(read_region("sw_border"))
    return Built(geography, time.process_time() - started)


@pytest.fixture(scope="session")
def geography(built: Built) -> Geography:
    """The default region's geography."""
    return built.geography


@pytest.fixture(scope="session")
def surveyed_line() -> Path:
    """The surveyed boundary to measure ours against; skips where it is absent."""
    folder = Path(os.environ.get("COP_TEST_DATA", CHECKOUT.parent / "shared" / "data"))
    path = folder / "border_line" / "ibwc_us_mex_boundary.zip"
    if not path.is_file():
        pytest.skip(f"no surveyed boundary at {path}: set COP_TEST_DATA")
    return path
