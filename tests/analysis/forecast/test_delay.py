"""Tests of the share of reports that has come."""

import pytest

from cop.analysis.forecast.delay import build_completeness
from cop.analysis.forecast.segment import forecast_segments
from cop.analysis.forecast.segment_track import forecast_known
from tests.support.segment import LINE, ORIGIN, build_records, draw_counts

pytestmark = pytest.mark.forecast


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
