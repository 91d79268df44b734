"""A server with requests, for tests of their page."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.rfi import Station, open_stations


@pytest.fixture
def jtf(bare_warehouse: Path, tmp_path: Path) -> Iterator[Station]:
    """A server of JTF, with DPS as a partner."""
    found = open_stations(bare_warehouse, tmp_path, ("JTF", "DPS"))
    yield found["JTF"]
    for one in found.values():
        one.office.close()
