"""Tests of zones: stretches of one sector in the line's order."""

import pandas as pd
import pytest

from cop.analysis.zone import name_zones

pytestmark = pytest.mark.forecast


def test_a_zone_is_of_twenty_segments_and_never_of_two_sectors() -> None:
    zones = name_zones(pd.Series(["RGV"] * 45 + ["LRT"] * 3))
    assert zones.value_counts().to_dict() == {"RGV 1": 20, "RGV 2": 20, "RGV 3": 5, "LRT 1": 3}
    assert list(zones[:20].unique()) == ["RGV 1"]
