"""A file that is gone or damaged is left out by readers, and what depends on it says so."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from cop.errors import StoreError, VersionDamagedError
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.query.summary import Summary, read_summary
from cop.settings import StoreSettings
from cop.store.dataset.schema import EVENTS
from cop.store.integrity.loss import Losses, read_stamp
from cop.store.warehouse import Warehouse
from tests.support.damage import flip_bit
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = [pytest.mark.trust, pytest.mark.store]

ALL = TimeWindow()
JANUARY = TimeWindow(start=datetime(2026, 1, 1), end=datetime(2026, 2, 1))


@pytest.fixture
def service(settings: StoreSettings) -> Iterator[QueryService]:
    publish_events(settings, make_frame(40))
    service = QueryService(Warehouse(settings), tile_cache_mb=1)
    yield service
    service.warehouse.close()


def summarize(service: QueryService, window: TimeWindow = ALL) -> Summary:
    view = service.view(Filter(window=window, records="real"))
    return read_summary(service, view, "kind")


def february(service: QueryService) -> Path:
    files = service.warehouse.snapshot.catalogue.files[EVENTS]
    return Path(next(file for file in files if "month=2026-02" in file))


def test_a_month_that_goes_is_unknown_at_once_also_where_it_was_answered_before(
    service: QueryService,
) -> None:
    assert summarize(service).total == 40
    path = february(service)
    path.rename(path.with_suffix(".away"))
    assert service.warehouse.refresh()
    lacking = summarize(service)
    assert lacking.total is None
    assert lacking.caveats == (
        "events of 2026-02: a file of 28 records is missing; it has no substitute, so what depends "
        "on it is unknown until the file is back or `cop doctor --repair` has run",
    )
    assert summarize(service, JANUARY).total == 2
    path.with_suffix(".away").rename(path)
    assert service.warehouse.is_in_doubt
    assert service.warehouse.verify()
    assert summarize(service).total == 40


def test_a_warehouse_opens_without_a_month(service: QueryService, settings: StoreSettings) -> None:
    february(service).unlink()
    opened = QueryService(Warehouse(settings), tile_cache_mb=1)
    assert summarize(opened).total is None
    assert summarize(opened, JANUARY).total == 2
    opened.warehouse.close()


def test_a_flipped_bit_is_found_by_verifying_alone(service: QueryService) -> None:
    warehouse = service.warehouse
    assert warehouse.is_in_doubt
    assert not warehouse.verify()
    assert not warehouse.is_in_doubt
    flip_bit(february(service))
    assert warehouse.is_in_doubt
    assert warehouse.verify()
    assert not warehouse.is_in_doubt
    assert "is damaged" in summarize(service).caveats[0]


def test_a_file_that_cannot_even_be_opened_does_not_stop_a_start(
    service: QueryService, settings: StoreSettings
) -> None:
    february(service).write_bytes(b"PAR1")
    opened = QueryService(Warehouse(settings), tile_cache_mb=1)
    assert "is damaged" in summarize(opened).caveats[0]
    opened.warehouse.close()


def test_a_query_that_fails_has_the_files_checked(service: QueryService) -> None:
    warehouse = service.warehouse
    warehouse.verify()
    with pytest.raises(StoreError, match="could not answer"):
        warehouse.query("FROM read_parquet($file)", {"file": str(warehouse.folder / "no.parquet")})
    assert warehouse.is_in_doubt


def test_an_earlier_version_that_lacks_a_file_is_refused_also_where_it_was_read_before(
    service: QueryService, settings: StoreSettings
) -> None:
    path = february(service)
    publish_events(settings, make_frame(60))
    warehouse = service.warehouse
    warehouse.refresh()
    assert warehouse.snapshot_at(version=1).version == 1
    flip_bit(path)
    warehouse.verify()
    with pytest.raises(VersionDamagedError, match="version=1"):
        warehouse.snapshot_at(version=1)


def test_everything_that_is_gone_is_told_in_one_caveat(
    service: QueryService, settings: StoreSettings
) -> None:
    warehouse = service.warehouse
    warehouse.folder.rename(warehouse.folder.with_name("away"))
    with pytest.raises(StoreError, match="not a warehouse"):
        warehouse.refresh()
    (caveat,) = summarize(service).caveats
    assert caveat.startswith("4 files of events, sources are missing or damaged")
    with pytest.raises(StoreError, match="is gone"):
        service.check()
    warehouse.folder.with_name("away").rename(warehouse.folder)
    warehouse.verify()
    assert summarize(service).total == 40


def test_what_was_proved_is_proved_again_only_where_it_has_changed(tmp_path: Path) -> None:
    losses, path = Losses(tmp_path), tmp_path / f"{'0' * 64}.tif"
    path.write_bytes(b"raster")
    assert losses.choose_unproved([str(path)]) == [str(path)]
    assert losses.prove([str(path)])
    assert losses.is_lost(path)
    assert losses.choose_unproved([str(path)]) == []
    path.write_bytes(b"another")
    assert losses.choose_unproved([str(path)]) == [str(path)]
    assert read_stamp(str(tmp_path / "none")) is None
