"""Tests of alerts for who is given counties: all that one counts has to lie there."""

from datetime import timedelta
from pathlib import Path

import pytest
import shapely

from cop.model.alert import AlertFinding
from cop.query.given.alert import counts_within
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.alert import make_finding
from tests.support.record import make_frame
from tests.support.store import publish_events
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.exchange
PIMA, AREA = ("Pima, AZ",), shapely.box(-113, 31, -110.5, 32.6)
DAY = timedelta(days=1)


def lies_within(bare: Path, folder: Path, found: AlertFinding, **changed: object) -> bool:
    """Ask of an alert over one record in Pima and another that is changed."""
    data = copy_warehouse(bare, folder / str(len([*folder.iterdir()])))
    settings = StoreSettings(data=data)
    columns = {"sector": "TCA", "segment_id": "TCA-0003", "county": "Pima, AZ",
               "lon": -111.8, "lat": 32.1, "occurred_at": found.started_at}  # fmt: skip
    for name, stated in (("in", columns), ("other", columns | changed)):
        publish_events(settings, make_frame(1, source_id=[name], **stated), source=name)
    warehouse = Warehouse(settings)
    answer = counts_within(QueryService(warehouse, tile_cache_mb=1), found, PIMA, AREA)
    warehouse.close()
    return answer


def test_all_that_a_zone_counts_lies_in_the_counties_or_their_area(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    zone = make_finding(
        sector="TCA", zone="TCA 1", first_segment="TCA-0001", last_segment="TCA-0020"
    )
    outside = {"county": "Pinal, AZ", "lon": -111.5, "lat": 33.1}
    for changed, within in (
        ({}, True),
        (outside, False),
        (outside | {"lat": 32.5}, True),
        (outside | {"segment_id": "TCA-0021"}, True),
        (outside | {"sector": "YUM"}, True),
        (outside | {"occurred_at": zone.started_at - 20 * DAY}, False),
        (outside | {"occurred_at": zone.started_at - 60 * DAY}, True),
        (outside | {"occurred_at": zone.until + DAY}, True),
    ):
        assert lies_within(bare_warehouse, tmp_path, zone, **changed) is within, changed


def test_a_sector_counts_all_of_its_segments(bare_warehouse: Path, tmp_path: Path) -> None:
    sector = make_finding(sector="TCA")
    outside = {"county": "Pinal, AZ", "lon": -111.5, "lat": 33.1, "segment_id": "TCA-0080"}
    assert lies_within(bare_warehouse, tmp_path, sector)
    assert not lies_within(bare_warehouse, tmp_path, sector, **outside)
