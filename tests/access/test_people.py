"""Tests of local accounts: passwords, lock-out, expiry, and what is recorded."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from cop.access.people import LOCK, MOST_WRONG, LocalAccounts, check_password
from cop.errors import AccessError
from cop.store.room.people import People
from tests.support.access import NOW, PASSWORD, OwnAccess, own_access

pytestmark = pytest.mark.access

WRONG = "not the password"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnAccess]:
    with own_access(tmp_path / "w") as own:
        yield own


def test_who_has_the_password_is_signed_in(own: OwnAccess) -> None:
    own.add(highest="TLP:RED")
    done = own.accounts.sign_in(" ANA ", PASSWORD, address="192.0.2.7")
    assert done.viewer is not None
    assert (done.viewer.id, done.viewer.name, done.viewer.agency) == ("local:ana", "Ana", "JTF")
    assert (done.viewer.roles, done.viewer.highest) == ({"analyst"}, "TLP:RED")
    assert done.viewer.verified
    assert own.recorded.events[-1] == {
        "who": "local:ana", "name": "Ana", "agency": "JTF", "roles": ("analyst",),
        "origin": "local", "address": "192.0.2.7", "action": "sign in", "subject": "local:ana",
        "outcome": "done", "completes": None, "detail": {},
    }  # fmt: skip


@pytest.mark.parametrize("login", ["ana", "nobody", "", "x" * 5_000, "\udcff", "'; --"])
def test_nobody_else_is(own: OwnAccess, login: str) -> None:
    own.add()
    assert own.accounts.sign_in(login, WRONG, address="").viewer is None
    assert own.accounts.sign_in(login, "", address="").viewer is None
    who = "local:ana" if login == "ana" else "unknown"
    assert own.recorded.briefly()[-2:] == [(who, "sign in", "failed")] * 2


def test_five_wrong_passwords_lock_for_fifteen_minutes_also_after_a_restart(
    own: OwnAccess,
) -> None:
    own.add()
    for n in range(1, MOST_WRONG + 1):
        done = own.accounts.sign_in("ana", WRONG, address="")
        assert done.locked_until == (NOW + LOCK if n == MOST_WRONG else None)
    assert own.accounts.sign_in("ana", PASSWORD, address="").locked_until == NOW + LOCK
    assert own.recorded.briefly()[-1] == ("local:ana", "sign in", "refused")
    with closing(People(own.settings, now=own.clock)) as anew:
        accounts = LocalAccounts(anew, own.policy, now=own.clock)
        assert accounts.sign_in("ana", PASSWORD, address="").viewer is None
    own.clock.go_on(minutes=14, seconds=59)
    assert own.accounts.sign_in("ana", PASSWORD, address="").viewer is None
    own.clock.go_on(seconds=1)
    assert own.accounts.sign_in("ana", PASSWORD, address="").viewer is not None


def test_a_lock_does_not_tell_whether_the_account_exists(own: OwnAccess) -> None:
    own.add()
    told = []
    for login in ("ana", "nobody"):
        tries = [own.accounts.sign_in(login, WRONG, address="") for _ in range(7)]
        told.append(tries)
    assert told[0] == told[1]


def test_who_signs_in_is_counted_anew(own: OwnAccess) -> None:
    own.add()
    for _ in range(3):
        for _ in range(MOST_WRONG - 1):
            own.accounts.sign_in("ana", WRONG, address="")
        assert own.accounts.sign_in("ana", PASSWORD, address="").viewer is not None


def test_many_at_once_are_no_more_than_the_limit(own: OwnAccess) -> None:
    own.add()
    checked = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            checked.append(password)
            return super().verify(hash, password)

    accounts = LocalAccounts(own.people, own.policy, hasher=Counting(1, 8, 1), now=own.clock)
    with ThreadPoolExecutor(8) as pool:
        done = [*pool.map(lambda n: accounts.sign_in("ana", f"{WRONG}{n}", address=""), range(40))]
    assert len(checked) == MOST_WRONG
    assert not [one for one in done if one.viewer is not None]


def test_an_account_that_is_over_or_disabled_lets_nobody_in(own: OwnAccess) -> None:
    own.add(valid_until=NOW + timedelta(hours=1))
    assert own.accounts.find_viewer("local:ana") is not None
    own.clock.go_on(hours=1)
    assert own.accounts.find_viewer("local:ana") is None
    assert own.accounts.sign_in("ana", PASSWORD, address="").viewer is None
    own.accounts.change("ana", by="tests", valid_until=None)
    assert own.accounts.sign_in("ana", PASSWORD, address="").viewer is not None
    own.accounts.disable("ana", by="tests")
    assert own.accounts.find_viewer("local:ana") is None
    assert own.accounts.sign_in("ana", PASSWORD, address="").viewer is None
    own.accounts.enable("ana", by="tests")
    assert own.accounts.find_viewer("local:ana") is not None


def test_another_password_takes_back_a_lock(own: OwnAccess) -> None:
    own.add()
    for _ in range(MOST_WRONG):
        own.accounts.sign_in("ana", WRONG, address="")
    own.accounts.reset("ana", "another password", by="tests")
    assert own.accounts.sign_in("ana", PASSWORD, address="").viewer is None
    assert own.accounts.sign_in("ana", "another password", address="").viewer is not None


def test_a_change_of_an_account_is_recorded_before_and_after(own: OwnAccess) -> None:
    own.add()
    own.accounts.change("ana", by="lead", roles=frozenset({"viewer"}), highest="TLP:GREEN")
    viewer = own.accounts.find_viewer("local:ana")
    assert viewer is not None
    assert (viewer.roles, viewer.highest) == ({"viewer"}, "TLP:GREEN")
    first, changed = {"roles": ["analyst"], "highest": ""}, {"roles": ["viewer"]}
    changed["highest"] = "TLP:GREEN"
    with pytest.raises(AccessError, match="an account 'ana' exists"):
        own.add()
    named = {"name": "Ana", "agency": "JTF", "valid_until": ""}
    assert [
        (e["name"], e["action"], e["outcome"], e["completes"], e["detail"])
        for e in own.recorded.events
    ] == [
        ("tests", "add account", "begun", None, named | first),
        ("tests", "add account", "done", 1, named | first),
        ("lead", "change account", "begun", None, changed),
        ("lead", "change account", "done", 3, changed),
        ("tests", "add account", "begun", None, named | first),
        ("tests", "add account", "refused", 5, named | first),
    ]


def test_what_cannot_be_recorded_is_not_done(own: OwnAccess) -> None:
    own.add()

    def fail(*_event: object, **_rest: object) -> int:
        raise AccessError("the record cannot be written")

    accounts = LocalAccounts(own.people, own.policy, record=fail, hasher=own.accounts._hasher)
    for act in (
        lambda: accounts.sign_in("ana", PASSWORD, address=""),
        lambda: accounts.disable("ana", by="x"),
        lambda: accounts.change("ana", by="x", roles=frozenset({"curator"})),
    ):
        with pytest.raises(AccessError, match="cannot be written"):
            act()
    viewer = own.accounts.find_viewer("local:ana")
    assert viewer is not None
    assert viewer.roles == {"analyst"}


@pytest.mark.parametrize(
    ("changes", "stated"),
    [
        ({"agency": "XX"}, "no agency 'XX'"),
        ({"roles": ["chief"]}, "no role 'chief'"),
        ({"roles": []}, "no role: use one or more of viewer"),
        ({"highest": "RED"}, "label 'RED'"),
        ({"name": ""}, "name ''"),
        ({"login": "Ana"}, "login 'Ana'"),
        ({"login": "a b"}, "login 'a b'"),
        ({"password": "short"}, "the password has 5 characters: use at least 12"),
    ],
)
def test_what_is_not_valid_is_refused(own: OwnAccess, changes: dict[str, str], stated: str) -> None:
    with pytest.raises(AccessError) as refused:
        own.add(**changes)
    assert stated in str(refused.value)
    assert own.people.list() == ()


def test_a_password_is_long_and_not_the_login() -> None:
    assert check_password("x" * 12, "ana") == "x" * 12
    with pytest.raises(AccessError, match="use at least 12") as refused:
        check_password("secret words", "ana") and check_password("secret word", "ana")
    assert "secret" not in str(refused.value)
    with pytest.raises(AccessError, match="the password is the login"):
        check_password("Ana.Of.The.Table", "ana.of.the.table")
    with pytest.raises(AccessError, match="too long"):
        check_password("x" * 1_025, "ana")
    assert check_password("cafe\u0301 au lait", "a") == check_password("caf\u00e9 au lait", "a")


def test_a_hash_of_weaker_settings_is_renewed(own: OwnAccess) -> None:
    own.add()
    before = own.people.get("ana").password_hash
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    accounts = LocalAccounts(own.people, own.policy, hasher=stronger, now=own.clock)
    assert accounts.sign_in("ana", PASSWORD, address="").viewer is not None
    assert own.people.get("ana").password_hash != before
    assert accounts.sign_in("ana", PASSWORD, address="").viewer is not None


def test_the_hash_of_the_program_is_argon2id(own: OwnAccess) -> None:
    accounts = LocalAccounts(own.people, own.policy)
    account = accounts.add("ana", PASSWORD, name="Ana", agency="JTF", roles=["viewer"], by="tests")
    assert account.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in account.password_hash
