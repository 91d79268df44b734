"""Tests of what a format of tables is, where its module says no more than its name."""

from pathlib import Path

import pandas as pd
import pytest

from cop.ingest.source.format import TableFormat

pytestmark = pytest.mark.house


def test_a_plain_format_gives_positions_in_columns_and_tells_no_number_of_rows() -> None:
    plain = TableFormat(name="plain", read_batches=lambda _path, _profile: iter([pd.DataFrame()]))
    assert plain.has_position_columns
    assert not plain.has_geometry
    assert not plain.has_types
    assert plain.count_rows(Path("a.plain")) is None
