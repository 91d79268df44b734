"""Tests of the layer of encounters: its tiles carry the file's sums for the window."""

from datetime import datetime

import pandas as pd
import pytest

from cop.layerkind.service.tile import read_tile
from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.query.registry import find_layer
from cop.query.service import QueryService
from tests.support.border import properties_along
from tests.support.sample import sample_path

pytestmark = pytest.mark.sources

NAMES = {
    "SDC": "San Diego, CA", "ELC": "El Centro, CA", "YUM": "Yuma, AZ", "TCA": "Tucson, AZ",
    "EPT": "El Paso, TX", "BBT": "Big Bend, TX", "DRT": "Del Rio, TX", "LRT": "Laredo, TX",
    "RGV": "Rio Grande Valley, TX",
}  # fmt: skip
LATE_SUMMER = Filter(window=TimeWindow(start=datetime(2022, 8, 15), end=datetime(2022, 9, 15)))


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    """Months x sectors of the file."""
    table = pd.read_csv(sample_path("ohss_sectors"))
    return table.pivot_table(index="month", columns="sector", values="quantity")


def test_sectors_carry_the_months_of_the_window_and_of_the_year_before(
    standing: QueryService, published: pd.DataFrame
) -> None:
    found = properties_along(standing, "encounters", "sector", LATE_SUMMER)
    assert set(found) == set(NAMES)
    for code, properties in found.items():
        value, before = (
            published.loc[[f"{year}-08", f"{year}-09"], NAMES[code]].sum() for year in (2022, 2021)
        )
        assert properties["encounters"] == value
        assert properties["encounters_before"] == before
        change = 100 * (value - before) / before
        assert properties["encounters_change"] == pytest.approx(change, abs=0.001)


def test_every_class_of_the_ramp_is_met_by_real_months(published: pd.DataFrame) -> None:
    measure = find_layer("encounters").measures[0]
    classes = pd.cut(published.stack(), [-1, *measure.color.breaks, 10**9])
    assert classes.nunique() == len(measure.color.paints) - 1
    year = published.rolling(12).sum().iloc[-1]
    assert (year >= measure.color.breaks[-1]).any()


def test_the_newest_month_stands_in_for_a_later_window(
    standing: QueryService, published: pd.DataFrame
) -> None:
    wanted = Filter(window=TimeWindow(start=datetime(2025, 1, 1), end=datetime(2025, 2, 1)))
    found = properties_along(standing, "encounters", "sector", wanted)
    for code, properties in found.items():
        assert properties["encounters"] == published.loc["2022-09", NAMES[code]]


def test_before_the_oldest_month_sectors_are_shown_without_a_figure(
    standing: QueryService,
) -> None:
    wanted = Filter(window=TimeWindow(start=datetime(1990, 1, 1), end=datetime(1990, 2, 1)))
    found = properties_along(standing, "encounters", "sector", wanted)
    assert set(found) == set(NAMES)
    assert not any("encounters" in properties for properties in found.values())


def test_sectors_narrow_it_and_what_only_events_have_does_not(standing: QueryService) -> None:
    window = LATE_SUMMER.window
    one = Filter(window=window, sectors=("TCA",))
    assert set(properties_along(standing, "encounters", "sector", one)) == {"TCA"}
    layer, tile = find_layer("encounters"), Tile(5, 6, 13)
    plain = read_tile(standing, standing.view(Filter(window=window)), layer, tile)
    for wanted in (
        Filter(window=window, kinds=("rescue",)),
        Filter(window=window, sources=("ucdp_mexico",)),
        Filter(window=window, counties=("Pima, AZ",)),
    ):
        assert read_tile(standing, standing.view(wanted), layer, tile) == plain
    assert read_tile(standing, standing.view(one), layer, tile).etag != plain.etag
    assert read_tile(standing, standing.view(), layer, tile).etag != plain.etag
