"""The events that a release admits, and the names of what is read of a file."""

from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.catalogue.admission import bind_admission
from cop.store.catalogue.grain import DAYS, TOTALS
from cop.store.release.event import list_groups
from cop.store.warehouse import Warehouse
from tests.store.release.conftest import AMBER, EVENTS
from tests.support.released import RELEASES, load_events, release_to
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.access


@pytest.mark.parametrize("release", RELEASES[:8], ids=str)
def test_the_rollup_counts_what_is_admitted(released: QueryService, release: object) -> None:
    assert release is not None
    service = released.released_to(release)  # type: ignore[arg-type]
    snapshot = service.snapshot
    with service.warehouse.cursor() as cursor:
        groups = list_groups(cursor, snapshot.rollup)
    assert groups
    assert all(snapshot.release and snapshot.release.admits(marking) for _, marking in groups)
    totals, days = (
        service.warehouse.query(f"SELECT sum(n) FROM {snapshot.rollup.select(grain)}")
        for grain in (TOTALS, DAYS)
    )
    assert totals == days


def test_a_file_without_an_admitted_event_is_not_there(released: QueryService) -> None:
    green = released.released_to(release_to("HCSO", "TLP:GREEN")).snapshot
    assert set(green.catalogue.event_files) <= set(released.snapshot.catalogue.event_files)
    assert set(green.rollup.parts) == set(green.catalogue.event_files)


def test_agencies_that_read_the_same_name_it_the_same(released: QueryService) -> None:
    one, other = (
        released.released_to(release_to(agency, "TLP:CLEAR")).snapshot.catalogue
        for agency in ("DPS", "PCSO")
    )
    whole = released.snapshot.catalogue
    assert one.digest("segments") == other.digest("segments")
    assert one.digest("events") != whole.digest("events")
    assert one.digest("events") != other.digest("events"), "they read other records"


def test_a_condition_is_left_out_only_where_it_could_withhold_nothing(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    settings = StoreSettings(data=copy_warehouse(bare_warehouse, tmp_path / "warehouse"))
    all_read = [event for event in EVENTS if event.marking in ("TLP:CLEAR", "TLP:GREEN")]
    load_events(settings, tmp_path, all_read)
    everyone, few = release_to("DPS", "TLP:RED"), release_to("DPS", "TLP:CLEAR")
    with closing(Warehouse(settings)) as warehouse:
        whole, part = (warehouse.admit(warehouse.snapshot, who) for who in (everyone, few))
        assert (whole.rollup.admission, part.rollup.admission is None) == (None, False)
        for snapshot in (whole, part):
            condition, values = bind_admission(snapshot.catalogue.admitted)
            assert "marking)" in condition, "records are always read by their marking"
            assert "source)" not in condition
            assert list(values) == ["admitted_markings"]
        assert part.sources["table"].n < whole.sources["table"].n == len(all_read)
    load_events(settings, tmp_path, AMBER[:20], marking="TLP:AMBER")
    with closing(Warehouse(settings)) as warehouse:
        part = warehouse.admit(warehouse.snapshot, few)
        assert part.rollup.admission is not None
        condition, values = bind_admission(part.catalogue.admitted)
        assert "source)" in condition
        assert values["admitted_sources"] == ["table"]


def test_what_was_admitted_is_recalled_without_a_look_into_the_store(
    released: QueryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, release = released.warehouse, release_to("CBP")
    first = warehouse.admit(warehouse.snapshot, release)
    monkeypatch.setattr(warehouse, "cursor", None)
    assert warehouse.admit(warehouse.snapshot, release) is first
    moment = datetime(2026, 11, 1)
    earlier = warehouse.admit(replace(warehouse.snapshot, known_at=moment), release)
    assert (earlier.known_at, first.known_at) == (moment, None)
