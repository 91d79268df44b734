"""Tests of turns: pages that have news come one after another, none of them waits for ever."""

import pytest

from cop.query.news_turn import AHEAD_S, GONE_S, NEWS_SHARE, NewsTurns

pytestmark = pytest.mark.scale

LOOK_S = 2.0
COST_S = 0.25
"""Two of them a second, as half of a core is theirs."""


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns(clock: Clock) -> NewsTurns:
    turns = NewsTurns(clock)
    for _ in range(200):
        turns.note_cost(COST_S)
    return turns


def look(turns: NewsTurns, pages: list[str]) -> list[str]:
    """The pages of these whose turn it is."""
    return [page for page in pages if turns.take(page)]


def test_few_pages_wait_for_nothing(turns: NewsTurns, clock: Clock) -> None:
    few = [str(number) for number in range(int(AHEAD_S * NEWS_SHARE / COST_S))]
    for _ in range(3):
        assert look(turns, few) == few
        clock.now += AHEAD_S
    assert turns.waiting == 0


def test_many_pages_come_in_order_and_leave_half_of_the_time_to_others(
    turns: NewsTurns, clock: Clock
) -> None:
    pages, came = [str(number) for number in range(60)], list[str]()
    began = clock.now
    while len(came) < len(pages):
        came += look(turns, [page for page in pages if page not in came])
        clock.now += LOOK_S
    assert came == pages
    due_s = len(pages) * COST_S / NEWS_SHARE
    assert due_s - AHEAD_S <= clock.now - began <= due_s + LOOK_S


def test_who_has_had_a_turn_waits_behind_those_who_had_none(turns: NewsTurns, clock: Clock) -> None:
    pages = [str(number) for number in range(12)]
    first = look(turns, pages)
    assert first == pages[:4]
    clock.now += LOOK_S
    assert look(turns, pages) == pages[4:8]


def test_what_takes_longer_than_all_that_is_given_ahead_has_turns_too(
    turns: NewsTurns, clock: Clock
) -> None:
    for _ in range(200):
        turns.note_cost(5.0)
    assert look(turns, ["a", "b"]) == ["a"]
    clock.now += LOOK_S
    assert look(turns, ["a", "b"]) == []
    clock.now += 4 * LOOK_S
    assert look(turns, ["a", "b"]) == ["b"]


def test_nobody_waits_for_a_page_that_left_or_looks_no_more(turns: NewsTurns, clock: Clock) -> None:
    pages = [str(number) for number in range(10)]
    assert look(turns, pages) == pages[:4]
    assert turns.waiting == 6
    turns.leave("4")
    turns.leave("never there")
    assert turns.waiting == 5
    clock.now += GONE_S + 1
    assert look(turns, ["9"]) == ["9"]
    assert turns.waiting == 0
