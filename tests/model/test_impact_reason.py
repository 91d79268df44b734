"""Reasons of impact levels in words."""

from datetime import datetime
from math import inf, nan

import pytest

from cop.model.impact_reason import (
    CriticalOver,
    FigureFits,
    ForecastFits,
    NoRuleFits,
    NotJudged,
    NotObserved,
    Reason,
    RuleFits,
)
from cop.model.impact_rule import Bound

AT_LEAST = Bound(at_least=5)
FORECAST = {"expected": 20.04, "low": 9.2, "high": 31.4}


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (RuleFits(rule="rising"), "rule: rising"),
        (
            FigureFits(figure="rank", value=0.01, bound=Bound(below=1)),
            "among the top 0.1% of segments (below 1)",
        ),
        (FigureFits(figure="events", value=1_200, bound=AT_LEAST), "1,200 events (at least 5)"),
        (FigureFits(figure="change", value=-40, bound=Bound(below=0)), "change -40% (below 0)"),
        (FigureFits(figure="change", value=inf, bound=AT_LEAST), "none before (at least 5)"),
        (
            FigureFits(figure="coverage", value=0.1, bound=Bound(at_least=0, below=0.25)),
            "10% of segment-hours seen (at least 0 and below 0.25)",
        ),
        (
            ForecastFits(figure="expected_low", bound=AT_LEAST, **FORECAST),
            "20.0 events expected in 7 days (9 to 31), lower end at least 5",
        ),
        (
            ForecastFits(figure="expected", bound=AT_LEAST, expected=6, low=nan, high=nan),
            "6.0 events expected in 7 days (interval unknown), at least 5",
        ),
        (
            NotObserved(coverage=nan, least_events=1, days=14),
            "nobody observed it: no sensor is known, and no events are recorded in 14 days",
        ),
        (
            NotObserved(coverage=0.02, least_events=3, days=14),
            "nobody observed it: sensors saw 2% of it, and fewer than 3 events are recorded in "
            "14 days",
        ),
        (
            NotJudged(rules=("rising", "busy")),
            "cannot be judged, as a figure is unknown: rising, busy",
        ),
        (NoRuleFits(), "no rule of a higher level fits"),
        (
            CriticalOver(rule="surge", until=datetime(2026, 11, 24, 18, 30)),
            "temporarily critical until 241830Z NOV 26 by the rule 'surge', which is over",
        ),
        (
            CriticalOver(rule="surge", until=None),
            "temporarily critical by the rule 'surge', which is over",
        ),
    ],
)
def test_a_reason_is_a_line(reason: Reason, words: str) -> None:
    assert reason.line == words
