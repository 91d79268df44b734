"""Tests of the outbox of a TAK server: what is due is what it is not known to have."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from cop.settings import StoreSettings
from cop.store.room.tak import StagedMessage, TakOutbox

pytestmark = pytest.mark.exchange
NOW = datetime(2026, 11, 24, 18, 30)
CODE = "TAK-1"


@pytest.fixture
def outbox(either: StoreSettings) -> Iterator[TakOutbox]:
    with closing(TakOutbox(either)) as opened:
        yield opened


def staged(*uids: str, digest: str = "a", hours: float = 1.0) -> list[StagedMessage]:
    stale = NOW + timedelta(hours=hours)
    return [StagedMessage(uid=u, digest=digest, body=f"<{u}/>", stale=stale) for u in uids]


def stage(outbox: TakOutbox, *uids: str, missing: tuple[str, ...] = (), digest: str = "a") -> None:
    outbox.stage(CODE, staged(*uids, digest=digest), missing, above=0, now=NOW)


def send(outbox: TakOutbox, *, confirm: bool = True) -> list[tuple[str, bool]]:
    due = outbox.due(CODE, after=0, most=1_000)
    outbox.note_tried(CODE, due)
    if confirm:
        outbox.confirm(CODE, due)
    return [(message.uid, message.gone) for message in due]


def test_what_is_staged_is_due_until_it_is_confirmed(outbox: TakOutbox) -> None:
    stage(outbox, "a", "b")
    assert send(outbox, confirm=False) == [("a", False), ("b", False)]
    assert send(outbox) == [("a", False), ("b", False)]
    assert send(outbox) == []
    assert outbox.count(CODE).confirmed == 2
    assert {uid: digest for uid, (digest, _) in outbox.stored(CODE).items()} == {"a": "a", "b": "a"}


def test_it_survives_the_process(outbox: TakOutbox, either: StoreSettings) -> None:
    stage(outbox, "a")
    send(outbox, confirm=False)
    with closing(TakOutbox(either)) as other:
        assert send(other) == [("a", False)]


def test_a_confirmation_of_an_earlier_content_does_not_count_for_a_later_one(
    outbox: TakOutbox,
) -> None:
    stage(outbox, "a")
    due = outbox.due(CODE, after=0, most=10)
    stage(outbox, "a", digest="b")
    outbox.confirm(CODE, due)
    assert send(outbox) == [("a", False)]


def test_what_was_tried_is_withdrawn_and_what_never_was_is_forgotten(outbox: TakOutbox) -> None:
    stage(outbox, "a", "b")
    due = outbox.due(CODE, after=0, most=1)
    outbox.note_tried(CODE, due)
    stage(outbox, missing=("a", "b"))
    assert outbox.stored(CODE) == {}
    assert outbox.count(CODE).withdrawals == 1
    assert send(outbox) == [("a", True)]
    assert outbox.count(CODE).due == outbox.count(CODE).confirmed == 0


def test_a_withdrawn_record_that_comes_back_is_sent_again(outbox: TakOutbox) -> None:
    stage(outbox, "a")
    send(outbox)
    stage(outbox, missing=("a",))
    stage(outbox, "a")
    assert send(outbox) == [("a", False)]
    stage(outbox, missing=("a",))
    assert send(outbox) == [("a", True)]


def test_what_is_stale_is_forgotten_without_a_word(outbox: TakOutbox) -> None:
    outbox.stage(CODE, staged("a", hours=1), (), above=0, now=NOW)
    send(outbox)
    outbox.stage(CODE, [], ("a",), above=0, now=NOW + timedelta(hours=2))
    assert send(outbox) == []
    assert outbox.count(CODE).due == 0


def test_numbers_go_on_where_the_last_row_is_gone(outbox: TakOutbox) -> None:
    stage(outbox, "a")
    send(outbox)
    stage(outbox, missing=("a",))
    (last,) = outbox.due(CODE, after=0, most=10)
    outbox.confirm(CODE, [last])
    outbox.stage(CODE, staged("b"), (), above=last.number, now=NOW)
    assert [m.uid for m in outbox.due(CODE, after=last.number, most=10)] == ["b"]


def test_pages_are_in_order_and_go_on_after_one_another(outbox: TakOutbox) -> None:
    uids = [f"u{i:04d}" for i in range(1_203)]
    stage(outbox, *uids)
    found: list[str] = []
    after = 0
    while page := outbox.due(CODE, after=after, most=100):
        found += [message.uid for message in page]
        after = page[-1].number
    assert found == uids
    stage(outbox, missing=tuple(uids))
    assert outbox.count(CODE).due == 0


def test_servers_do_not_share(outbox: TakOutbox) -> None:
    stage(outbox, "a")
    assert outbox.due("TAK-2", after=0, most=10) == ()
    assert outbox.stored("TAK-2") == {}


def test_all_is_sent_again_on_request(outbox: TakOutbox) -> None:
    stage(outbox, "a")
    send(outbox)
    assert outbox.resend(CODE) == 1
    assert outbox.stored(CODE)["a"][0] == ""
