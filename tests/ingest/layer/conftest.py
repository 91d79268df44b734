"""One engine for all warehouses of a file of tests that asks for it."""

from collections.abc import Iterator

import pytest

from cop.ingest.layer import history
from cop.settings import StoreSettings
from tests.support.engine import lending_engines


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with lending_engines(StoreSettings(data=tmp_path_factory.mktemp("lent")), history):
        yield
