"""Tests of what open pages look for: a part is run where it is unknown, has news or cannot look."""

import pytest

from cop.errors import StoreError
from cop.query.news_turn import NewsTurns
from cop.query.page_watch import PageWatches

pytestmark = pytest.mark.scale


def fail() -> bool:
    raise StoreError("the room is locked")


def test_a_part_runs_where_it_has_news_is_unknown_or_cannot_look() -> None:
    watches = PageWatches()
    watches.note("a", "events", lambda: False)
    watches.note("a", "layers", lambda: True)
    watches.note("a", "alerts", fail)
    found = {part: watches.has_news("a", part) for part in ("events", "layers", "alerts", "wall")}
    assert found == {"events": False, "layers": True, "alerts": True, "wall": True}
    assert watches.has_news("b", "events")


def test_a_part_looks_as_it_was_drawn_last_and_not_once_its_page_is_gone() -> None:
    watches = PageWatches()
    watches.note("a", "events", lambda: True)
    watches.note("a", "events", lambda: False)
    watches.note("b", "events", lambda: False)
    assert not watches.has_news("a", "events")
    watches.forget("a")
    watches.forget("never there")
    assert watches.has_news("a", "events")
    assert not watches.has_news("b", "events")


def test_few_parts_of_a_page_are_known_at_once() -> None:
    watches = PageWatches()
    for number in range(40):
        watches.note("a", str(number), lambda: False)
    known = [number for number in range(40) if not watches.has_news("a", str(number))]
    assert known == [*range(24, 40)]


def test_a_page_with_news_waits_for_its_turn_and_is_then_drawn_once() -> None:
    turns = NewsTurns(lambda: 1.0)
    watches = PageWatches(turns)
    pages = [str(number) for number in range(30)]
    for page in pages:
        watches.note(page, "events", lambda: True)
    first = [page for page in pages if watches.has_news(page, "events")]
    assert 0 < len(first) < len(pages)
    waiting = turns.waiting
    assert waiting == len(pages) - len(first)
    assert all(watches.may_follow(page) for page in first), "the look was their turn"
    assert not watches.may_follow(pages[-1])
    assert not watches.may_follow(first[0]), "one turn is one drawing"
    watches.forget(pages[-1])
    assert turns.waiting == waiting, "one left, and the first waits for its next"
