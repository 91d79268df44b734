"""One engine for all warehouses of a file of tests, and which viewsheds were built."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cop.ingest.coverage import viewshed
from cop.settings import StoreSettings
from tests.support.engine import lending_engines


@pytest.fixture(autouse=True, scope="module")
def _lent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with lending_engines(StoreSettings(data=tmp_path_factory.mktemp("lent"))):
        yield


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[tuple[float, float]]]:
    """Say from which places viewsheds were built since it was last asked."""
    places: list[tuple[float, float]] = []
    look = viewshed._look

    def count(folder: Path, placement: Any, sources: Any) -> Any:
        places.append((placement.lon, placement.lat))
        return look(folder, placement, sources)

    def take() -> list[tuple[float, float]]:
        found = sorted(places)
        places.clear()
        return found

    monkeypatch.setattr(viewshed, "_look", count)
    return take
