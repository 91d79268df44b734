"""A small warehouse with events, and its catalogue opened."""

from collections.abc import Iterator

import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.lake import attach
from cop.store.engine import CATALOGUE_EXTENSIONS, Cursor, open_engine
from tests.support.record import make_frame
from tests.support.store import publish_events


@pytest.fixture
def loaded(settings: StoreSettings) -> StoreSettings:
    publish_events(settings, make_frame(40))
    return settings.model_copy(update={"free_mb": 1})


@pytest.fixture
def cursor(loaded: StoreSettings) -> Iterator[Cursor]:
    cursor = open_engine(loaded, CATALOGUE_EXTENSIONS)
    attach(cursor, loaded.data, read_only=True)
    yield cursor
    cursor.close()
