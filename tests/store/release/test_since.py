"""The records of an earlier version that are withheld since."""

from contextlib import closing
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import merge_events, withdraw_source
from cop.store.dataset.schema import EVENTS, STATISTICS
from cop.store.release.case import ReleaseCase
from cop.store.release.later import LaterVersions
from cop.store.release.since import fill_withheld, list_withheld
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.released import release_to
from tests.support.store import publish_events

pytestmark = pytest.mark.access

GREEN = release_to("DPS", "TLP:GREEN")


def names(warehouse: Warehouse, ids: list[str]) -> set[str]:
    """The ids that the source gave to events of the first version."""
    rows = warehouse.query(
        "SELECT source_id FROM read_parquet($files) WHERE event_id IN (SELECT unnest($ids))",
        {"files": list(warehouse.snapshot_at(version=1).catalogue.event_files), "ids": ids},
    )
    return {name for (name,) in rows}


def test_what_is_marked_higher_now_or_was_before_it_went_is_withheld(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "warehouse")
    ids = ["raised", "gone", "lowered", "same"]
    publish_events(settings, make_frame(4, source_id=ids))
    between = ["TLP:CLEAR", "TLP:RED", "TLP:RED", "TLP:CLEAR"]
    publish_events(settings, make_frame(4, source_id=ids, marking=between))
    now = make_frame(4, source_id=ids, marking=["TLP:RED", *["TLP:CLEAR"] * 3]).drop(index=1)
    with open_transaction(settings) as transaction:
        withdraw_source(transaction, "test")
        merge_events(transaction, "test", [now])
        transaction.commit("without one")
    with closing(Warehouse(settings)) as warehouse, warehouse.cursor() as cursor:
        then, newest = warehouse.snapshot_at(version=1), warehouse.snapshot
        files = warehouse.snapshot_at(version=2).catalogue.event_files
        for since, expected in (
            (LaterVersions(), {"raised"}),
            (LaterVersions(files={EVENTS: files}), {"raised", "gone"}),
            (LaterVersions(is_whole=False), {"raised", "gone"}),
        ):
            case = ReleaseCase.of(then, newest, GREEN, since=since)
            assert names(warehouse, list_withheld(cursor, case, EVENTS)) == expected


def test_without_other_files_nothing_is_looked_at(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "warehouse")
    publish_events(settings, make_frame(2, source_id=["a", "b"], marking="TLP:RED"))
    with closing(Warehouse(settings)) as warehouse, warehouse.cursor() as cursor:
        case = ReleaseCase.of(warehouse.snapshot, warehouse.snapshot, GREEN)
        assert not fill_withheld(cursor, case, EVENTS)
        assert list_withheld(cursor, case, STATISTICS) == []
