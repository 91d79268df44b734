"""Accounts and sessions of their own for tests of access."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.access import OwnAccess, own_access


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnAccess]:
    """Return the accounts of a new warehouse, with one of Ana."""
    with own_access(tmp_path / "w") as own:
        own.add()
        yield own
