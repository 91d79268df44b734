"""The table of a raster's values in places."""

import pandas as pd
import pytest

from cop.ui.page.upload.measure import build_measures

pytestmark = pytest.mark.layers


def test_the_table_of_places_names_the_unit_and_rounds() -> None:
    row = {"sector": "TCA", "n": 3, "min": 200.0, "mean": 1_000.123456, "max": 1_200.0}
    table = build_measures(pd.DataFrame([row]), "sector", "m")
    assert list(table) == ["Sector", "Pixels", "Least (m)", "Mean (m)", "Greatest (m)"]
    assert table.iloc[0].tolist() == ["TCA", 3, 200, 1000.1, 1200]


def test_without_a_unit_the_headings_are_bare() -> None:
    row = {"segment": "TCA-0001", "n": 1, "min": 1.0, "mean": 2.0, "max": 3.0}
    table = build_measures(pd.DataFrame([row]), "segment", "")
    assert list(table) == ["Segment", "Pixels", "Least", "Mean", "Greatest"]
