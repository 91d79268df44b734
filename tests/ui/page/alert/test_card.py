"""An alert as HTML: words of people stay text, counts are named in the singular and plural."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from cop.model.alert import Alert
from cop.ui.page.alert.card import build_card
from tests.support.alert import make_finding

pytestmark = pytest.mark.forecast

NOW = datetime(2026, 3, 5)
FOUL = "<script>alert(1)</script>"


def make_alert(finding: dict[str, Any] | None = None, **more: Any) -> Alert:
    about: dict[str, Any] = {
        "id": "a", "revision": 1, "state": "open", "step": "raised", "who": "watch",
        "at": NOW, "raised_at": NOW - timedelta(hours=2), "finding": make_finding(**finding or {}),
    }  # fmt: skip
    return Alert(**about | more)


def test_a_card_says_what_where_how_large_and_how_sure() -> None:
    card = build_card(make_alert(), NOW, link="/?sector=RGV&kind=crossing")
    assert "OPEN" in card
    assert "TLP:GREEN" in card
    assert "60 events; 24.0 expected (80% of normal periods: 17-31)" in card
    assert "50 crossing, 10 rescue" in card
    assert "raised 2 h ago, data version 7, revision 1" in card
    assert 'href="/?sector=RGV&amp;kind=crossing"' in card


@pytest.mark.parametrize(("n", "words"), [(1, "; 1 alarm here"), (2, "; 2 alarms here")])
def test_alarms_of_the_place_are_counted(n: int, words: str) -> None:
    assert words in build_card(make_alert({"own_alarms": n}), NOW)
    assert "here in the previous" not in build_card(make_alert({"own_days": 0}), NOW)


def test_words_of_people_are_text() -> None:
    closed = make_alert(
        state="closed", acknowledged_by=FOUL, closed_by=FOUL, outcome="false", reason=FOUL
    )
    card = build_card(closed, NOW)
    assert "<script" not in card
    assert card.count("&lt;script&gt;") == 3


def test_synthetic_alerts_say_so() -> None:
    assert "SYNTHETIC" in build_card(make_alert({"records": "synthetic"}), NOW)
    assert "SYNTHETIC" not in build_card(make_alert(), NOW)
