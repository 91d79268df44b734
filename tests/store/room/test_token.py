"""Tests of stored tokens of programs."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest

from cop.settings import StoreSettings
from cop.store.room.token import AccessTokens, StoredToken, TokenOwner
from tests.support.access import NOW, SetClock

pytestmark = pytest.mark.access


def token_of(name: str = "a", **changes: Any) -> StoredToken:
    stated = {
        "id": name, "owner_kind": "account", "owner": "ana", "title": "QGIS", "made_by": "op",
        "made_at": NOW, "ends_at": NOW + timedelta(days=90),
    }  # fmt: skip
    return StoredToken.model_validate(stated | changes)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def tokens(either: StoreSettings, clock: SetClock) -> Iterator[AccessTokens]:
    with closing(AccessTokens(either, now=clock)) as tokens:
        yield tokens


def test_a_token_is_found_by_its_digest_alone(tokens: AccessTokens) -> None:
    tokens.add(b"1", token_of())
    assert tokens.find(b"1") == token_of()
    assert tokens.find(b"2") is None
    assert tokens.find(b"a") is None


def test_a_use_and_an_end_are_dated_and_an_end_is_for_good(
    tokens: AccessTokens, clock: SetClock
) -> None:
    tokens.add(b"1", token_of())
    tokens.note_use("a", date(2026, 11, 30))
    clock.go_on(days=2)
    tokens.revoke("a")
    revoked_at = clock()
    found = token_of(used_on=date(2026, 11, 30), revoked_at=revoked_at)
    assert tokens.find(b"1") == found
    assert not found.is_open(clock())
    clock.go_on(days=1)
    tokens.revoke("a")
    assert tokens.find(b"1") == found


def test_tokens_are_listed_by_owner_and_ended_by_owner(tokens: AccessTokens) -> None:
    partner = {"owner_kind": "partner", "owner": "ana"}
    tokens.add(b"1", token_of("a"))
    tokens.add(b"2", token_of("b", made_at=NOW + timedelta(hours=1)))
    tokens.add(b"3", token_of("c", owner="bo"))
    tokens.add(b"4", token_of("d", **partner))
    tokens.add(b"5", token_of("e", ends_at=NOW))
    assert [one.id for one in tokens.list("account")] == ["b", "a", "e", "c"]
    assert [one.id for one in tokens.list("account", "bo")] == ["c"]
    assert [one.id for one in tokens.list("partner", "ana")] == ["d"]
    assert tokens.revoke_all(TokenOwner(kind="account", name="ana")) == 2
    assert [one.id for one in tokens.list("account") if one.is_open(NOW)] == ["c"]
    assert [one.id for one in tokens.list("partner") if one.is_open(NOW)] == ["d"]


def test_what_expired_long_ago_is_dropped(tokens: AccessTokens, clock: SetClock) -> None:
    tokens.add(b"1", token_of("a", ends_at=NOW))
    clock.go_on(days=365)
    tokens.add(b"2", token_of("b"))
    assert {one.id for one in tokens.list("account")} == {"a", "b"}
    clock.go_on(days=1)
    tokens.add(b"3", token_of("c"))
    assert {one.id for one in tokens.list("account")} == {"b", "c"}
