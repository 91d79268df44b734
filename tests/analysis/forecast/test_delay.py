"""Tests of the share of reports that has come."""

import numpy as np
import pytest

from cop.analysis.forecast.delay import build_completeness
from cop.analysis.forecast.record import Records
from cop.analysis.forecast.segment import forecast_segments
from cop.analysis.forecast.segment_track import forecast_known
from tests.support.segment import LINE, ORIGIN, build_records, draw_counts

pytestmark = pytest.mark.forecast


def test_shares_are_products_of_chances_by_hand() -> None:
    occurred = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3])
    delay = np.array([0, 0, 1, 2, 0, 0, 0, 1, 0, 1, 0, 0, 9])
    records = Records(
        occurred=occurred,
        known=occurred + delay,
        cell=np.zeros(len(occurred), np.int64),
        periods=5,
        cells=1,
    )
    # At 4, of the two oldest periods 8 are known, one of them late by two; of the three oldest 10
    # with at most one, three of them late by one. At 3, one of 4, and two of 7.
    within_1, within_0 = 1 - 1 / 8, 1 - 3 / 10
    share = build_completeness(records, origin=4, longest=2)
    assert share == pytest.approx([1, 1, within_1, within_1 * within_0])
    share = build_completeness(records, origin=3, longest=2)
    assert share == pytest.approx([1, 3 / 4, 3 / 4 * 5 / 7])


def test_the_delay_of_reports_is_learned_from_what_was_known_alone() -> None:
    told = build_records(draw_counts(total=2_000.0), late=0.4)
    share = build_completeness(told, origin=ORIGIN, longest=8)
    assert share[-1] == pytest.approx(0.6, abs=0.02)
    assert share[-2] == pytest.approx(0.6, abs=0.02)
    assert share[-3] == 1.0
    raw = forecast_segments(told.counts(known_at=ORIGIN).T, space=LINE).total[0]
    mended = forecast_known(told, origin=ORIGIN, space=LINE).total[0]
    assert raw < 1_800.0
    assert mended == pytest.approx(2_000.0, rel=0.03)
