"""Tests of the records that soon expire: each once for all servers of a room."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta

import pytest

from cop.settings import StoreSettings
from cop.store.room.expiring import ExpiringRecords, digest_key
from tests.support.access import SetClock

pytestmark = pytest.mark.scale

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def two(
    either: StoreSettings, clock: SetClock
) -> Iterator[tuple[ExpiringRecords, ExpiringRecords]]:
    """The records as two servers have them."""
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(closing(ExpiringRecords(either, now=clock))) for _ in range(2)
        )
        yield first, second


def test_what_one_server_has_seen_is_known_to_the_other_until_it_is_over(
    two: tuple[ExpiringRecords, ExpiringRecords], clock: SetClock
) -> None:
    first, second = two
    assert first.add("request", b"1", lasts=MINUTE)
    assert not second.add("request", b"1", lasts=MINUTE)
    assert second.add("sign-in", b"1", lasts=MINUTE)
    clock.go_on(minutes=1)
    assert second.add("request", b"1", lasts=MINUTE)


def test_a_record_is_taken_once_by_any_server(
    two: tuple[ExpiringRecords, ExpiringRecords], clock: SetClock
) -> None:
    first, second = two
    first.add("sign-in", b"1", b"said", lasts=MINUTE)
    assert second.take("request", b"1") is None
    assert second.take("sign-in", b"1") == b"said"
    assert first.take("sign-in", b"1") is None
    first.add("sign-in", b"2", b"said", lasts=MINUTE)
    clock.go_on(minutes=1)
    assert first.list("sign-in") == {}
    assert second.take("sign-in", b"2") is None


def test_only_what_is_there_is_replaced(two: tuple[ExpiringRecords, ExpiringRecords]) -> None:
    first, second = two
    first.add("grant", b"1", b"before", lasts=MINUTE)
    assert second.replace("grant", b"1", b"after")
    assert first.list("grant") == {b"1": b"after"}
    assert not second.replace("grant", b"2", b"after")
    assert first.list("grant") == {b"1": b"after"}


def test_of_too_many_those_that_end_first_are_dropped(
    two: tuple[ExpiringRecords, ExpiringRecords],
) -> None:
    first, _ = two
    for minutes in (2, 1, 3):
        first.add("sign-in", bytes([minutes]), lasts=minutes * MINUTE, most=2)
    first.add("request", b"1", lasts=MINUTE)
    assert {*first.list("sign-in")} == {bytes([2]), bytes([3])}
    assert {*first.list("request")} == {b"1"}


def test_keys_of_other_parts_have_other_digests() -> None:
    assert digest_key("a", "b") == digest_key("a", "b")
    assert len({digest_key("a", "b"), digest_key("ab"), digest_key("a"), digest_key("\ud800")}) == 4
