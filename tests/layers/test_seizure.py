"""Tests of the layer of seizures: kilograms of each drug at one point in each sector."""

from datetime import datetime

import pandas as pd
import pytest
import shapely

from cop.layerkind.service.tile import read_tile
from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.query.registry import find_layer
from cop.query.service import QueryService
from tests.layers.test_encounter import NAMES
from tests.support.border import properties_along
from tests.support.published import read_published
from tests.support.sample import sample_path
from tests.support.tile import features_of

pytestmark = pytest.mark.sources

KG = 0.45359237
DRUGS = {
    "fentanyl": "Fentanyl", "methamphetamine": "Methamphetamine", "cocaine": "Cocaine",
    "heroin": "Heroin", "marijuana": "Marijuana",
}  # fmt: skip
AREAS = {f"{name.split(',')[0].upper()} SECTOR": code for code, name in NAMES.items()}
SPRING = Filter(window=TimeWindow(start=datetime(2022, 3, 1), end=datetime(2022, 6, 1)))


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    """The rows of the nine sectors with the first day of their month."""
    table = pd.read_csv(sample_path("cbp_seizures"))
    month = pd.to_datetime(table["Month (abbv)"], format="%b").dt.month
    table["month"] = pd.to_datetime({"year": table["FY"] - (month >= 10), "month": month, "day": 1})
    table["sector"] = table["Area of Responsibility"].map(AREAS)
    return table.dropna(subset="sector")


def test_sectors_carry_the_kilograms_of_each_drug(
    standing: QueryService, published: pd.DataFrame
) -> None:
    found = properties_along(standing, "seizures", "sector", SPRING)
    assert set(found) == set(NAMES)
    now, past = (
        published[published["month"].between(f"{year}-03-01", f"{year}-05-01")]
        for year in (2022, 2021)
    )
    for code, properties in found.items():
        own, before = (part[part["sector"] == code] for part in (now, past))
        total = own["Sum Qty (lbs)"].sum() * KG
        assert properties["drugs"] == pytest.approx(total, abs=0.001)
        for key, drug in DRUGS.items():
            kilograms, earlier = (
                part.loc[part["Drug Type"] == drug, "Sum Qty (lbs)"].sum() * KG
                for part in (own, before)
            )
            assert properties[key] == pytest.approx(kilograms, abs=0.001)
            assert properties[f"{key}_before"] == pytest.approx(earlier, abs=0.001)
            assert (f"{key}_change" in properties) == (earlier > 0)


def test_a_sector_is_one_point_inside_of_it(standing: QueryService) -> None:
    areas = read_published(standing.warehouse.folder, "sectors").to_crs("EPSG:3857")
    layer, seen = find_layer("seizures"), {}
    for tile in (Tile(6, x, y) for x in range(10, 17) for y in range(24, 29)):
        west, south, east, north = tile.mercator_bounds()
        for feature in features_of(
            read_tile(standing, standing.view(SPRING), layer, tile).mvt, "seizures"
        ):
            assert feature["geometry"]["type"] == "Point"
            x, y = feature["geometry"]["coordinates"]
            if 0 <= x < 4096 and 0 <= y < 4096:
                place = shapely.Point(
                    west + (east - west) * x / 4096, north - (north - south) * y / 4096
                )
                code = feature["properties"]["sector"]
                assert code not in seen
                seen[code] = place
    assert set(seen) == set(NAMES)
    for area in areas.itertuples():
        assert area.geometry.buffer(1_000).contains(seen[area.sector])


def test_real_months_spread_over_the_classes_of_every_drug(published: pd.DataFrame) -> None:
    for measure in find_layer("seizures").measures:
        rows = published
        if measure.key in DRUGS:
            rows = rows[rows["Drug Type"] == DRUGS[measure.key]]
        months = rows.groupby(["sector", "month"])["Sum Qty (lbs)"].sum() * KG
        shares = pd.cut(months, [-1, *measure.color.breaks, 10**9]).value_counts(normalize=True)
        assert (shares > 0.02).sum() >= 4, measure.key
        assert shares.max() < 0.62, measure.key
