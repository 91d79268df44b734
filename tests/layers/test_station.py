"""Tests of the layer of stations: those of the file, each where the file says."""

import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.query.service import QueryService
from tests.support.border import properties_along
from tests.support.sample import sample_path

pytestmark = pytest.mark.sources


def test_the_stations_of_the_nine_sectors_are_there(standing: QueryService) -> None:
    table = pd.read_csv(sample_path("usbp_stations"))
    found = properties_along(standing, "stations", "name")
    southwest = {
        f"{name} Sector" for name in (
            "San Diego", "El Centro", "Yuma", "Tucson", "El Paso", "Big Bend", "Del Rio", "Laredo",
            "Rio Grande Valley",
        )
    }  # fmt: skip
    own = table[table["sector"].str.extract("(.* Sector)")[0].isin(southwest)]
    assert len(own) == 61
    assert set(own["name"]) <= set(found)
    assert all(properties["facility_type"] == "station" for properties in found.values())
    in_sectors = {name for name, p in found.items() if p["sector"] != "NONE"}
    assert len(in_sectors & set(own["name"])) > 45


def test_no_filter_of_events_moves_them(standing: QueryService) -> None:
    wanted = Filter(sectors=("TCA",), kinds=("rescue",))
    assert properties_along(standing, "stations", "name", wanted) == properties_along(
        standing, "stations", "name"
    )
