"""Tests of tokens by `cop people` and `cop partner`: shown once, listed, revoked, recorded."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cop.access.access import Access
from cop.access.token import TokenViewer
from cop.model.giving import GivingRules
from cop.settings import StoreSettings
from cop.store.room.room import Room
from tests.support.access import add_people
from tests.support.invoked import invoke, read_refusal
from tests.support.partner import make_node

pytestmark = pytest.mark.access


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A room with the accounts of Ana and Bo and the partner DPS."""
    data = tmp_path / "own"
    add_people(data, "ana", "bo")
    with closing(Room(StoreSettings(data=data))) as room:
        card = make_node(tmp_path, "DPS").card
        room.partners.add(card, rules=GivingRules(parts=("events",)))
    return data


def run(data: Path, *words: str) -> Any:
    done = invoke(*words, "--data", data)
    assert done.exit_code == 0, done.output
    return done


def make(data: Path, *words: str) -> str:
    """Make a token; nothing but it is on standard output."""
    (token,) = run(data, *words).stdout.splitlines()
    return str(token)


def listed(data: Path, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(data, *words, "--json").stdout)["tokens"]
    return found


def find(data: Path, token: str) -> TokenViewer | None:
    with closing(Room(StoreSettings(data=data))) as room:
        return Access(room, sign_in=["local"]).tokens.find(token, address="")


@pytest.mark.parametrize(("group", "owner"), [("people", "ana"), ("partner", "DPS")])
def test_a_token_is_shown_once_listed_and_revoked(data: Path, group: str, owner: str) -> None:
    done = run(data, group, "token", owner, "--title", "QGIS laptop 3", "--days", "5")
    assert f"of {owner} until 20" in done.stderr
    token = done.stdout.strip()
    found = find(data, token)
    assert found is not None
    (stored,) = listed(data, group, "tokens", owner)
    assert (stored["id"], stored["title"]) == (found.token_id, "QGIS laptop 3")
    line = run(data, group, "tokens", owner).stdout
    assert "QGIS laptop 3" in line
    assert f"last used {stored['used_on']}" in line
    for shown in (line, json.dumps(stored)):
        assert token not in shown
    revoked = run(data, group, "revoke-token", stored["id"], "--by", "Cai").stdout
    assert f"token {stored['id']} of {owner} revoked" in revoked
    assert find(data, token) is None
    assert "revoked 20" in run(data, group, "tokens", owner).stdout
    audit = run(data, "audit", "list").stdout
    assert "Cai" in audit
    assert f"revoke token token {stored['id']}" in audit
    assert token not in audit


def test_each_group_has_its_own_tokens(data: Path) -> None:
    for words in (
        ("people", "token", "ana"),
        ("people", "token", "bo"),
        ("partner", "token", "DPS"),
    ):
        make(data, *words)
    assert [one["owner"] for one in listed(data, "people", "tokens")] == ["ana", "bo"]
    assert [one["owner"] for one in listed(data, "people", "tokens", "bo")] == ["bo"]
    (stored,) = listed(data, "partner", "tokens", "DPS")
    refused = invoke("people", "revoke-token", stored["id"], "--data", data)
    assert f"no token '{stored['id']}'" in read_refusal(refused)


def test_a_disabled_account_loses_its_tokens_for_good(data: Path) -> None:
    token, other = make(data, "people", "token", "ana"), make(data, "people", "token", "bo")
    assert "1 token revoked" in run(data, "people", "disable", "ana").stdout
    run(data, "people", "enable", "ana")
    assert find(data, token) is None
    assert find(data, other) is not None
    assert "never used" in run(data, "people", "tokens", "ana").stdout


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("people", "token", "eve"), "no account 'eve'"),
        (("people", "token", "oidc:eve"), "signs in with a provider"),
        (("people", "token", "ana", "--days", "367"), "367 days: a token is valid for 1 to 366"),
        (("people", "token", "ana", "--title", "x" * 41), "at most 40 letters"),
        (("people", "revoke-token", "x"), "no token 'x'"),
        (("partner", "token", "SO-9"), "no partner 'SO-9'"),
        (("partner", "revoke-token", "x"), "no token 'x': `cop partner tokens`"),
    ],
)
def test_what_is_not_valid_is_refused_by_name(
    data: Path, words: tuple[str, ...], reason: str
) -> None:
    assert reason in read_refusal(invoke(*words, "--data", data))
