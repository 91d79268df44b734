"""Tests of the layer of ports: every port once, with the people and vehicles of the window."""

from datetime import datetime

import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.registry import find_layer
from cop.query.service import QueryService
from tests.support.border import properties_along
from tests.support.sample import sample_path

pytestmark = pytest.mark.sources

SUMS = {
    "people": (
        "Pedestrians", "Personal Vehicle Passengers", "Bus Passengers", "Train Passengers",
    ),
    "vehicles": ("Personal Vehicles", "Buses"),
    "trucks": ("Trucks",),
}  # fmt: skip
WINTER = Filter(window=TimeWindow(start=datetime(2018, 12, 1), end=datetime(2019, 3, 1)))


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    """Ports and months x measures of the file; absent where it has no row."""
    table = pd.read_csv(sample_path("bts_crossings"), dtype={"port_code": str})
    return table.pivot_table(index=["port_code", "date"], columns="measure", values="value")


def test_ports_carry_what_crossed(standing: QueryService, published: pd.DataFrame) -> None:
    found = properties_along(standing, "ports", "code", WINTER)
    ports = pd.read_csv(sample_path("bts_ports"), dtype={"port_code": str})
    assert set(found) == set(ports["port_code"])
    for code, properties in found.items():
        for key, measures in SUMS.items():
            months = published.loc[code, list(measures)].sum(axis=1, min_count=1).dropna()
            now, before = (
                months[months.index.isin([f"{y}-12", f"{y + 1}-01", f"{y + 1}-02"])]
                for y in (2018, 2017)
            )
            assert properties.get(key) == (now.sum() if len(now) else None)
            whole = len(now) == len(before) > 0
            assert properties.get(f"{key}_before") == (before.sum() if whole else None)
    assert found["2504"]["name"] == "San Ysidro"
    assert found["2504"]["sector"] == "SDC"


def test_a_sector_filter_leaves_its_ports(standing: QueryService) -> None:
    wanted = Filter(window=WINTER.window, sectors=("SDC",))
    found = properties_along(standing, "ports", "name", wanted)
    assert set(found) == {"San Ysidro", "Otay Mesa", "Tecate", "Cross Border Xpress"} & set(
        properties_along(standing, "ports", "name", WINTER)
    )


def test_real_months_spread_over_the_classes(published: pd.DataFrame) -> None:
    month = published.xs("2019-03", level="date")
    for measure in find_layer("ports").measures[:3]:
        values = month[list(SUMS[measure.key])].sum(axis=1, min_count=1).dropna()
        shares = pd.cut(values, [-1, *measure.color.breaks, 10**9]).value_counts(normalize=True)
        assert (shares > 0).sum() >= 4, measure.key
        assert shares.max() < 0.5, measure.key
