"""Tests of what an alert says of its size."""

from datetime import timedelta

import pytest

from cop.model.alert import Alert
from tests.support.alert import make_finding

pytestmark = pytest.mark.forecast


@pytest.mark.parametrize("expected", [0.0, 0.0004])
def test_an_alert_where_as_good_as_nothing_was_expected_is_told_without_a_ratio(
    expected: float,
) -> None:
    found = make_finding(expected=expected, observed=40)
    alert = Alert(
        id="a",
        revision=1,
        state="open",
        step="raised",
        who="cop",
        at=found.until,
        raised_at=found.until,
        finding=found,
    )
    words = alert.to_words(found.until + timedelta(hours=1))
    assert words["ratio"] is None
    assert words["title"].endswith("40 events, less than 0.1 expected")
    assert found.label == "Surge of 40"
