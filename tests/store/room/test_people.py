"""Tests of stored accounts and of the attempts to sign in."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from cop.errors import AccessError
from cop.settings import StoreSettings
from cop.store.room.people import Account, People, build_account
from tests.support.access import NOW, SetClock

pytestmark = pytest.mark.access

LOCK = timedelta(minutes=15)


def account_of(login: str = "ana", **changes: Any) -> Account:
    stated = {
        "name": "Ana", "agency": "JTF", "roles": frozenset({"viewer", "analyst"}),
        "password_hash": "$argon2id$hash", "created_at": NOW, "changed_at": NOW,
    }  # fmt: skip
    return build_account(login=login, **stated | changes)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def people(either: StoreSettings, clock: SetClock) -> Iterator[People]:
    with closing(People(either, now=clock)) as people:
        yield people


def test_an_account_is_stored_as_it_is(people: People) -> None:
    full = account_of("b.c-d_1", highest="TLP:RED", valid_until=NOW + LOCK, disabled_at=NOW)
    people.add(account_of())
    people.add(full)
    assert people.list() == (account_of(), full)
    assert people.get("ana") == account_of()
    assert people.find("nobody") is None
    with pytest.raises(AccessError, match="no account 'nobody'"):
        people.get("nobody")


def test_a_login_is_taken_once(people: People) -> None:
    people.add(account_of())
    with pytest.raises(AccessError, match="`cop people change ana`"):
        people.add(account_of(name="Other"))
    assert people.get("ana").name == "Ana"


def test_a_change_is_checked_and_dated(people: People, clock: SetClock) -> None:
    people.add(account_of())
    clock.go_on(hours=1)
    changed = people.change("ana", name=" Ana B ", roles=frozenset({"viewer"}))
    assert (changed.name, changed.roles) == ("Ana B", {"viewer"})
    assert changed.changed_at == NOW + timedelta(hours=1)
    assert people.get("ana") == changed
    with pytest.raises(AccessError, match="name ''"):
        people.change("ana", name="")
    with pytest.raises(AccessError, match="no account"):
        people.change("nobody", name="x")
    assert people.get("ana") == changed


def test_no_error_holds_a_hash() -> None:
    with pytest.raises(AccessError) as refused:
        account_of(password_hash=1234567)
    assert "1234567" not in str(refused.value)
    with pytest.raises(AccessError) as refused:
        account_of(agency=None, password_hash="1234567")  # noqa: S106
    assert "1234567" not in str(refused.value)


def test_an_account_is_open_until_its_end() -> None:
    assert account_of().is_open(NOW)
    assert not account_of(disabled_at=NOW).is_open(NOW)
    until = account_of(valid_until=NOW)
    assert until.is_open(NOW - timedelta(seconds=1))
    assert not until.is_open(NOW)


def test_attempts_are_counted_by_login_until_they_lock(people: People, clock: SetClock) -> None:
    for n in range(1, 4):
        attempt = people.begin_attempt(b"ana", most=3, lock=LOCK)
        assert attempt.is_admitted
        assert attempt.locked_until == (NOW + LOCK if n == 3 else None)
    assert not people.begin_attempt(b"ana", most=3, lock=LOCK).is_admitted
    assert people.begin_attempt(b"other", most=3, lock=LOCK).is_admitted
    people.forget_failures(b"ana")
    assert people.begin_attempt(b"ana", most=3, lock=LOCK).is_admitted
    clock.go_on(minutes=15)
    people.begin_attempt(b"third", most=3, lock=LOCK)
    with people._store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT login_digest FROM sign_in_attempt").fetchall()
    assert rows == [(b"third",)], "what is older than a lock is dropped"
