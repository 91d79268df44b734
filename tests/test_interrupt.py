"""Tests of work that can be ended: what it does now is interrupted, nothing new begins."""

import pytest

from cop.errors import AbandonedError
from cop.interrupt import CURRENT, Interruptible, run_to_end

pytestmark = pytest.mark.scale


def test_what_is_under_way_is_interrupted_and_nothing_else() -> None:
    work, called = Interruptible(), list[str]()
    with work.ending(lambda: called.append("first")):
        pass
    with work.ending(lambda: called.append("second")):
        assert not work.is_ended
        work.end()
        assert work.is_ended
    assert called == ["second"]


def test_nothing_begins_after_the_end() -> None:
    work = Interruptible()
    work.end()
    work.end()
    with pytest.raises(AbandonedError), work.ending(lambda: None):
        pytest.fail("it began")


def test_what_others_wait_for_runs_to_its_end() -> None:
    work = Interruptible()
    token = CURRENT.set(work)
    try:
        assert run_to_end(CURRENT.get) is None
        with pytest.raises(ZeroDivisionError):
            run_to_end(lambda: 1 // 0)
        assert CURRENT.get() is work
    finally:
        CURRENT.reset(token)
