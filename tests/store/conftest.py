"""An empty warehouse of its own for every test of the store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from tests.support.either import either, room_database, shared_room  # noqa: F401 fixtures
from tests.support.engine import lending_engines
from tests.support.kind import POSTGRES


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> StoreSettings:
    """Settings of a warehouse to come; its catalogue is in PostgreSQL if ``each_kind`` says so."""
    by_database = getattr(request, "param", None) == POSTGRES
    database = request.getfixturevalue("database") if by_database else None
    return StoreSettings(data=tmp_path / "warehouse", database=database)


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One engine for all warehouses of a file of tests."""
    with lending_engines(StoreSettings(data=tmp_path_factory.mktemp("lent"))):
        yield


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """No snapshot is at hand that is the newest no more."""
    monkeypatch.setattr("cop.store.recent._SECONDS", 0.0)
