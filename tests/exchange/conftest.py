"""Three servers that are each other's partners, and a folder for their packages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.partner import Office, open_office


@pytest.fixture
def offices(bare_warehouse: Path, tmp_path: Path) -> Iterator[tuple[Office, Office, Office]]:
    """Three servers in a row, each a partner of the others."""
    found = [open_office(bare_warehouse, tmp_path, code) for code in ("JTF", "DPS", "CBP")]
    for office in found:
        for other in found:
            if other is not office:
                office.meet(other)
    yield found[0], found[1], found[2]
    for office in found:
        office.close()


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    folder = tmp_path / "packages"
    folder.mkdir()
    return folder
