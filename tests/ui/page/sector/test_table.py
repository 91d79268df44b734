"""The table of sectors: last incidents no more exact than known, the last row outside them all."""

import pandas as pd
import pytest

from cop.model.event import OUTSIDE
from cop.ui.page.sector.table import build_table
from tests.ui.page.sector.test_card import figures, sector

pytestmark = pytest.mark.sources


def test_moments_and_kinds_are_words_and_the_outside_is_named() -> None:
    rows = (sector(last_precision="day"), sector(OUTSIDE, last_at=None, last_kind=None))
    table = build_table(figures(*rows)).set_index("sector")
    assert table.loc["TCA", "last_kind"] == "Rescue"
    assert "Z" not in table.loc["TCA", "last_at"]
    assert table.loc[OUTSIDE, "name"] == "outside every sector"
    assert pd.isna(table.loc[OUTSIDE, "last_at"])
    assert "last_precision" not in table


def test_groups_are_left_out_where_no_record_has_them() -> None:
    assert "single_adults" in build_table(figures(sector()))
    assert "single_adults" not in build_table(figures(sector(composed_n=0)))
