"""The list of sources: states in words, times on one axis, words that stay words."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from cop.model.freshness import Freshness
from cop.store.dataset.source import Source, SourceState
from cop.ui.page.data.source import build_rows, build_source_list, describe_cadence, describe_state

pytestmark = pytest.mark.sources

NOW = datetime(2026, 11, 25)


def state(name: str, *, n: int = 5, newest: datetime | None = None, **changes: Any) -> SourceState:
    source = {"id": name, "title": name.title(), "publisher": "Office", "terms": "CC0"} | changes
    return SourceState(
        source=Source(**source),
        n=n,
        count=n,
        oldest=newest - timedelta(days=365) if newest else None,
        newest=newest,
        loaded_at=NOW - timedelta(days=2),
    )


def test_late_sources_come_first_and_synthetic_ones_after_real() -> None:
    fresh, old = NOW - timedelta(hours=2), NOW - timedelta(days=50)
    rows = build_rows(
        [
            state("plain", newest=old),
            state("made", newest=fresh, cadence_days=1, synthetic=True),
            state("real", newest=fresh, cadence_days=1),
            state("late", newest=old, cadence_days=31),
            state("empty", n=0),
        ],
        now=NOW,
    )
    assert [row.state.source.id for row in rows] == ["late", "real", "made", "plain", "empty"]
    assert describe_state(rows[0].fresh) == "late by 19 d"


def test_a_list_of_sensors_is_as_old_as_itself() -> None:
    old = NOW - timedelta(days=900)
    (row,) = build_rows([state("s", newest=old, kind="sensors", cadence_days=3)], now=NOW)
    assert (row.fresh.state, row.fresh.age) == ("current", timedelta(days=2))


def test_strips_share_one_axis() -> None:
    rows = build_rows(
        [
            state("one", newest=datetime(2018, 1, 1)),
            state("two", newest=datetime(2026, 11, 25)),
            state("undated"),
        ],
        now=NOW,
    )
    built = build_source_list(rows, {"one": 1_234}, now=NOW)
    first, span = datetime(2017, 1, 1), NOW - datetime(2017, 1, 1)
    bars = re.findall(r"<i style=\"left:([\d.]+)%;width:([\d.]+)%\">", built)
    ends = [(float(left), float(left) + float(width)) for left, width in bars]
    expected = [
        (100 * (start - first) / span, 100 * (end - first) / span)
        for start, end in (
            (datetime(2017, 1, 1), datetime(2018, 1, 1)),
            (datetime(2025, 11, 25), datetime(2026, 11, 25)),
        )
    ]
    assert sorted(ends) == [pytest.approx(e, abs=0.02) for e in expected]
    assert built.count("undated") == 2
    assert "1,234 rejected" in built
    assert ">now<" in built


def test_words_are_escaped() -> None:
    foul = "<script>alert(1)</script>"
    held = state("x", newest=NOW, title=foul, publisher=foul, terms=foul, attribution=foul)
    built = build_source_list(build_rows([held], now=NOW), {}, now=NOW)
    assert "<script" not in built
    assert built.count("&lt;script&gt;") == 4


@pytest.mark.parametrize(
    ("days", "words"),
    [(None, "no update expected"), (1.0, "expected daily"), (31.0, "expected every 31 d")],
)
def test_cadence(days: float | None, words: str) -> None:
    assert describe_cadence(days) == words


def test_states_are_words_not_only_colours() -> None:
    age = timedelta(days=1)
    assert describe_state(Freshness(state="current", age=age)) == "current"
    assert describe_state(Freshness(state="unscheduled", age=age)) == "no update interval"
    assert describe_state(Freshness(state="empty", age=age)) == "no records"
