"""No events are quiet where sensors saw the place, and unobserved where they did not."""

from datetime import timedelta

import numpy as np
import pytest

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.coverage.silence import QUIET_SHARE, judge_silence, read_silence
from cop.query.sector import read_sector_figures
from cop.query.service import QueryService
from cop.query.text import describe_silence

pytestmark = pytest.mark.coverage


@pytest.mark.parametrize(
    ("seen", "unknown", "silence"),
    [
        (0.9, 0.0, "quiet"),
        (QUIET_SHARE, 0.0, "quiet"),
        (0.1, 0.0, "unobserved"),
        (0.1, 0.3, "unobserved"),
        (0.3, 0.4, "unknown"),
        (np.nan, np.nan, "unknown"),
    ],
)
def test_what_silence_means(seen: float, unknown: float, silence: str) -> None:
    assert judge_silence(seen, unknown) == silence


def test_sectors_without_events_are_told_apart(service: QueryService) -> None:
    """A rare kind over a short window leaves sectors without any."""
    end = service.warehouse.snapshot.newest("synthetic")
    assert end is not None
    window = TimeWindow(start=end - timedelta(hours=6), end=end)
    view = service.view(Filter(records="synthetic", window=window))
    table = read_sector_figures(service, view).table.set_index("sector")
    silent = {one.sector: one for one in read_silence(service, view)}
    assert silent, "the window is meant to leave a sector without events"
    for sector, one in silent.items():
        row = table.loc[sector]
        assert row["n"] == 0
        assert row["state"] == "observed"
        assert one.coverage == pytest.approx(row["coverage"])
        assert one.silence == ("quiet" if row["coverage"] >= QUIET_SHARE else "unobserved")
    others = set(table.index[(table["n"] == 0) & (table["state"] == "observed")]) - {"NONE"}
    assert set(silent) == others
    chosen = next(iter(silent))
    narrowed = service.view(Filter(records="synthetic", window=window, sectors=(chosen,)))
    assert [one.sector for one in read_silence(service, narrowed)] == [chosen]


def test_words_name_the_unobserved_first(service: QueryService) -> None:
    end = service.warehouse.snapshot.newest("synthetic")
    assert end is not None
    window = TimeWindow(start=end - timedelta(hours=6), end=end)
    silent = read_silence(service, service.view(Filter(records="synthetic", window=window)))
    words = describe_silence(silent)
    assert words.startswith("No events in the window. ")
    for one in silent:
        title = {"quiet": "Quiet", "unobserved": "Unobserved"}[one.silence]
        assert one.sector in words.split(f"{title}: ")[1].split(";")[0]
    assert describe_silence(()) == ""
