"""What a version holds, against the files themselves."""

import geopandas as gpd
import pytest

from cop.query.dataset import TITLES, build_dataset_table, read_credits
from cop.query.service import QueryService
from tests.query.conftest import OpenService
from tests.support.record import make_frame

pytestmark = pytest.mark.sources


def test_rows_are_those_of_the_files(service: QueryService, events: gpd.GeoDataFrame) -> None:
    table = build_dataset_table(service.warehouse.snapshot).set_index("dataset")
    assert table.loc["events", "rows"] == len(events)
    assert table.loc["events", "files"] == len(service.warehouse.snapshot.catalogue.files["events"])
    segments = gpd.read_parquet(service.warehouse.snapshot.catalogue.files_of("segments")[0])
    assert table.loc["segments", "rows"] == len(segments)
    assert set(table.index) == set(service.warehouse.snapshot.catalogue.files)
    assert set(table.index) <= set(TITLES)
    assert (table["megabytes"] > 0).all()


def test_credits_name_licences(service: QueryService) -> None:
    credited = read_credits(service.warehouse.snapshot)
    assert tuple(sorted(credited["text"])) == tuple(sorted(service.warehouse.snapshot.credits))
    assert credited["licence"].str.len().min() > 0


def test_without_a_region_nobody_is_credited(small: OpenService) -> None:
    assert read_credits(small(make_frame(1)).warehouse.snapshot).empty
