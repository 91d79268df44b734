"""Tests of reading daily series for the surge watch."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cop.errors import FilterError
from cop.ingest.profile.file import read_profile
from cop.ingest.profile.kind import EventProfile
from cop.ingest.series import MOST_SERIES, read_bands
from tests.support.record import iom_row, write_iom

pytestmark = pytest.mark.forecast


def read(folder: Path, *rows: dict[str, str], **options: Any) -> dict[str, list[float]]:
    profile = read_profile("iom_mmp")
    assert isinstance(profile, EventProfile)
    given = {"bands": 1, "where": {}} | options
    series = read_bands(write_iom(folder / "a.csv", list(rows)), profile, **given)
    return {name: counts.tolist() for name, counts in series.items()}


ROWS = [
    iom_row(t="2020-05-01", lat="31.0"),
    iom_row(t="2020-05-01", lat="31.1"),
    iom_row(t="2020-05-03", lat="32.0", type="Cumulative"),
    iom_row(t="2020-05-04", lat="32.1"),
]


def test_bands_hold_equally_many_from_south_to_north(tmp_path: Path) -> None:
    assert read(tmp_path, *ROWS, bands=2) == {
        "band 1": [2.0, 0.0, 0.0, 0.0],
        "band 2": [0.0, 0.0, 1.0, 1.0],
    }


def test_a_series_can_begin_later_and_be_of_some_rows(tmp_path: Path) -> None:
    later = read(tmp_path, *ROWS, start=datetime(2020, 5, 2))
    assert later == {"band 1": [0.0, 1.0, 1.0]}
    chosen = read(tmp_path, *ROWS, where={"type": "Incident"})
    assert chosen == {"band 1": [2.0, 0.0, 0.0, 1.0]}


@pytest.mark.parametrize("bands", [0, MOST_SERIES + 1])
def test_a_number_of_bands_that_cannot_be_is_named(tmp_path: Path, bands: int) -> None:
    with pytest.raises(FilterError, match=f"--bands {bands}: give 1 to {MOST_SERIES}"):
        read(tmp_path, *ROWS, bands=bands)


def test_a_start_after_the_last_event_is_named(tmp_path: Path) -> None:
    with pytest.raises(FilterError, match=r"a\.csv: no event from 2021-01-01 on"):
        read(tmp_path, *ROWS, start=datetime(2021, 1, 1))
