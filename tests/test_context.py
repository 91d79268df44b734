"""The parts of a running program."""

from contextlib import closing
from pathlib import Path

import pytest

from cop.model.audit import Actor
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.context import make_context

pytestmark = pytest.mark.access


def test_room_and_audit_log_are_those_of_the_warehouse(own_warehouse: Path) -> None:
    with closing(Warehouse(StoreSettings(data=own_warehouse))) as warehouse:
        context = make_context(QueryService(warehouse, tile_cache_mb=1))
        assert context.room is warehouse.room
        with closing(context.audit) as log:
            log.append(Actor(), "take", "board")
            assert log.file.path == own_warehouse / "audit.sqlite"
            assert log.verify().is_whole
