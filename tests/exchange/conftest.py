"""Three servers that are each other's partners, and a folder for their packages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.partner import Office, open_offices


@pytest.fixture
def offices(bare_warehouse: Path, tmp_path: Path) -> Iterator[tuple[Office, Office, Office]]:
    """Three servers in a row, each a partner of the others."""
    with open_offices(bare_warehouse, tmp_path) as found:
        yield found


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    folder = tmp_path / "packages"
    folder.mkdir()
    return folder
