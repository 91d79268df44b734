"""The events that a release admits, and the names of what is read of a file."""

import pytest

from cop.query.service import QueryService
from cop.store.dataset.rollup import DAYS, TOTALS
from cop.store.release.event import list_groups
from tests.support.released import RELEASES, release_to

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
