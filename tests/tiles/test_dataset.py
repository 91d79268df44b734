"""What a version holds, against the files themselves."""

import geopandas as gpd
import pytest

from cop.tiles.dataset import TITLES, build_dataset_table, read_credits
from cop.tiles.picture import PictureService
from tests.support.record import make_frame
from tests.tiles.conftest import OpenService

pytestmark = pytest.mark.sources


def test_rows_are_those_of_the_files(service: PictureService, events: gpd.GeoDataFrame) -> None:
    table = build_dataset_table(service.edition).set_index("dataset")
    assert table.loc["events", "rows"] == len(events)
    assert table.loc["events", "files"] == len(service.edition.snapshot.files["events"])
    segments = gpd.read_parquet(service.edition.snapshot.files_of("segments")[0])
    assert table.loc["segments", "rows"] == len(segments)
    assert set(table.index) == set(service.edition.snapshot.files)
    assert set(table.index) <= set(TITLES)
    assert (table["megabytes"] > 0).all()


def test_credits_name_licences(service: PictureService) -> None:
    credited = read_credits(service.edition)
    assert tuple(sorted(credited["text"])) == tuple(sorted(service.edition.credits))
    assert credited["licence"].str.len().min() > 0


def test_without_a_region_nobody_is_credited(small: OpenService) -> None:
    assert read_credits(small(make_frame(1)).edition).empty
