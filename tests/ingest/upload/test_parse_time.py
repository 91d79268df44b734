"""Times as analysts write them."""

import numpy as np
import pandas as pd
import pytest

from cop.ingest.upload.parse_time import (
    DAY_MONTH,
    DTG,
    EPOCH_MS,
    EPOCH_S,
    ISO,
    TYPED,
    find_form,
    find_order,
    read_times,
)

pytestmark = pytest.mark.layers


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["2026-11-24", "2026-11-24T18:30:00Z"], ISO),
        (["241830Z NOV 26", "241830ZNOV2026"], DTG),
        (["24/11/2026 18:30"], DAY_MONTH),
        (["1764009000", "1764009001"], EPOCH_S),
        (["1764009000000"], EPOCH_MS),
        (["word"], None),
        (["12"], None),
    ],
)
def test_forms_of_times(texts: list[str], form: str | None) -> None:
    assert find_form(texts, is_named=True) == form


def test_hours_that_come_twice_or_never_are_told() -> None:
    cells = pd.Series(["2026-11-01T01:30:00", "2026-03-08T02:30:00", "2026-11-01", None])
    times = read_times(cells, ISO, day_first=None, zone="America/Denver")
    assert times.twofold.tolist() == [True, True, False, False]
    assert str(times.moments[2]) == "2026-11-01T00:00:00.000000"


def test_numbers_are_times_only_in_a_column_named_so() -> None:
    assert find_form(["1764009000"], is_named=False) is None
    assert find_form(["0", "0"], is_named=True) is None
    assert find_form([], is_named=True) is None


@pytest.mark.parametrize(
    ("form", "cell", "moment"),
    [
        (ISO, "2026-11-24T11:30:00-07:00", "2026-11-24T18:30"),
        (ISO, "2026/11/24 11:30 UTC", "2026-11-24T11:30"),
        (ISO, "2026-11-24 11:30,5", None),
        (ISO, "2026-11-24T11:30:00,5", "2026-11-24T18:30:00.5"),
        (ISO, "2026-11-24", "2026-11-24"),
        (ISO, "2026-13-24", None),
        (DTG, "241830ZNOV26", "2026-11-24T18:30"),
        (DTG, "soon", None),
        (DAY_MONTH, "24.11.26 11:30", "2026-11-24T18:30"),
        (DAY_MONTH, "24/11/1969 11:30 pm", "1969-11-25T06:30"),
        (DAY_MONTH, "24/11/70", "1970-11-24"),
        (EPOCH_S, 1764009000, "2025-11-24T18:30"),
        (EPOCH_MS, 1764009000500, "2025-11-24T18:30:00.5"),
        (TYPED, np.datetime64("2026-11-24T18:30"), "2026-11-24T18:30"),
    ],
)
def test_a_cell_is_a_moment_in_utc(form: str, cell: object, moment: str | None) -> None:
    times = read_times(pd.Series([cell]), form, day_first=True, zone="America/Phoenix")
    (found,) = times.moments
    assert np.isnat(found) if moment is None else found == np.datetime64(moment)
    assert not times.twofold.any()


def test_rows_that_show_the_order_of_day_and_month_are_counted() -> None:
    cells = pd.Series(["24/11/2026", "11/24/2026", "11/25/2026", "3/4/2026", None, "soon"])
    assert find_order(cells) == (1, 2)
