"""Tests of the cache: one computation per key, any nesting, no failure kept, no circle hangs."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from cachetools import LRUCache

from cop.errors import CircularAnswerError
from cop.query.cache import SingleFlightCache

pytestmark = pytest.mark.picture

LIMIT_S = 30


def make_cache(most: int = 1_000) -> SingleFlightCache:
    return SingleFlightCache(LRUCache(most))


def test_many_who_ask_at_once_are_answered_by_one_computation() -> None:
    cache, built, together = make_cache(), Counter[int](), threading.Barrier(16)
    release = threading.Event()

    def build(key: int) -> str:
        built[key] += 1
        assert release.wait(LIMIT_S)
        return f"answer {key}"

    def ask(number: int) -> str:
        together.wait(LIMIT_S)
        return cache.once(number % 2, lambda: build(number % 2))

    with ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(ask, number) for number in range(16)]
        release.set()
        answers = Counter(one.result(LIMIT_S) for one in asked)
    assert answers == {"answer 0": 8, "answer 1": 8}
    assert built == {0: 1, 1: 1}
    assert cache.get(0) == "answer 0"
    assert cache.get(2) is None


def test_answers_may_ask_for_answers_however_deep_from_many_threads() -> None:
    """Each number is computed from the two before it: every key waits for others' keys."""
    cache, built = make_cache(), Counter[int]()

    def ask(number: int) -> int:
        def build() -> int:
            built[number] += 1
            return number if number < 2 else ask(number - 1) + ask(number - 2)

        return cache.once(number, build)

    with ThreadPoolExecutor(32) as pool:
        asked = [pool.submit(ask, number) for _ in range(20) for number in range(60)]
        found = [one.result(LIMIT_S) for one in asked]
    assert found[59] == 956_722_026_041
    assert set(built.values()) == {1}


def test_an_answer_may_wait_for_one_that_another_thread_computes() -> None:
    cache, begun, release = make_cache(), threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        assert release.wait(LIMIT_S)
        return "inner"

    with ThreadPoolExecutor(2) as pool:
        inner = pool.submit(cache.once, "inner", slow)
        assert begun.wait(LIMIT_S)
        outer = pool.submit(cache.once, "outer", lambda: cache.once("inner", lambda: "never") + "!")
        release.set()
        assert (inner.result(LIMIT_S), outer.result(LIMIT_S)) == ("inner", "inner!")


def test_a_failure_is_not_kept_and_lets_the_others_try() -> None:
    cache, begun, release = make_cache(), threading.Event(), threading.Event()

    def fail() -> str:
        begun.set()
        assert release.wait(LIMIT_S)
        raise ValueError("no")

    with ThreadPoolExecutor(5) as pool:
        failing = pool.submit(cache.once, "key", fail)
        assert begun.wait(LIMIT_S)
        others = [pool.submit(cache.once, "key", lambda: "yes") for _ in range(4)]
        release.set()
        with pytest.raises(ValueError, match="no"):
            failing.result(LIMIT_S)
        assert {one.result(LIMIT_S) for one in others} == {"yes"}


def test_what_is_computed_from_itself_is_refused() -> None:
    cache = make_cache()

    def ask(key: int) -> int:
        return cache.once(key, lambda: ask((key + 1) % 3))

    with pytest.raises(CircularAnswerError, match=r"^0: .* depends on itself"):
        ask(0)
    assert cache.once(0, lambda: 7) == 7


def test_a_circle_over_threads_is_refused() -> None:
    cache, both = make_cache(), threading.Barrier(2)

    def ask(own: str, other: str) -> str:
        def build() -> str:
            both.wait(LIMIT_S)
            return cache.once(other, lambda: cache.once(own, lambda: "never"))

        return cache.once(own, build)

    with ThreadPoolExecutor(2) as pool:
        for one in (pool.submit(ask, "a", "b"), pool.submit(ask, "b", "a")):
            assert isinstance(one.exception(LIMIT_S), CircularAnswerError)


def test_none_is_an_answer_and_the_largest_are_answered_too() -> None:
    built: list[str] = []
    cache = SingleFlightCache(LRUCache(3, getsizeof=len))
    for _ in range(2):
        assert cache.once("large", lambda: built.append("large") or "too large") == "too large"
    assert built == ["large", "large"]
    cache, asked = make_cache(), []
    for _ in range(2):
        assert cache.once("none", lambda: asked.append(1)) is None
    assert asked == [1]


def test_how_often_it_was_of_use_is_counted() -> None:
    cache = SingleFlightCache(LRUCache(100, getsizeof=len))
    assert cache.use.hit_rate is None
    for key in ("a", "b", "a"):
        cache.once(key, lambda: "x" * 10)
    assert cache.get("a") == "x" * 10
    assert cache.get("c") is None
    assert "b" in cache
    use = cache.use
    assert (use.found, use.joined, use.computed) == (2, 0, 2)
    assert (use.entries, use.size, use.limit) == (2, 20, 100)
    assert use.hit_rate == 0.5


def test_who_waits_for_another_is_counted_as_joined() -> None:
    cache, began, release = make_cache(), threading.Event(), threading.Event()

    def build() -> str:
        began.set()
        assert release.wait(LIMIT_S)
        return "answer"

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.once, "a", build)
        assert began.wait(LIMIT_S)
        second = pool.submit(cache.once, "a", build)
        while not cache._waiting:
            assert not second.done()
        release.set()
        assert first.result(LIMIT_S) == second.result(LIMIT_S) == "answer"
    use = cache.use
    assert (use.found, use.joined, use.computed) == (0, 1, 1)
    assert use.hit_rate == 0.5
