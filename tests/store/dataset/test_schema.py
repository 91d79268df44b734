"""Tests of the schema against what is published."""

import pyarrow.parquet as pq
import pytest

from cop.settings import StoreSettings
from cop.store.dataset.schema import EVENT_COLUMNS
from tests.support.published import published_files
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.picture


def test_published_events_have_the_columns_in_order(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1))
    (path,) = published_files(settings.data, "events")
    schema = pq.read_schema(path)
    assert schema.names == list(EVENT_COLUMNS)
    types = {name: str(schema.field(name).type) for name in schema.names}
    assert types["mx"] == types["my"] == "uint32"
    assert types["occurred_at"] == "timestamp[us]"
    assert types["lon"] == types["lat"] == "double"
    assert types["synthetic"] == "bool"
