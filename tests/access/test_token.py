"""Tests of tokens of programs: what headers state, whose a token is, and when it is over."""

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cop.access.token import (
    MOST_DAYS,
    TokenRegistry,
    TokenWay,
    digest_stated,
    read_stated,
)
from cop.access.viewer import Viewer
from cop.errors import AccessError, AuditError, PartnerError, StoreError
from cop.model.giving import GivingRules
from cop.store.room.partner import Partners
from cop.store.room.relational import ROOM_FILE
from cop.store.room.token import AccessTokens, OwnerKind, TokenOwner
from tests.support.access import NOW, OwnAccess
from tests.support.partner import Node, make_node

pytestmark = pytest.mark.access

ANA = TokenOwner(kind="account", name="ana")
DPS = TokenOwner(kind="partner", name="DPS")
SHAPED = f"cop_{'x' * 43}"


def basic(password: str, user: str = "qgis") -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


@pytest.mark.parametrize(
    ("headers", "text", "is_token"),
    [
        ([f"Bearer {SHAPED}"], SHAPED, True),
        ([f"bearer {SHAPED}"], SHAPED, True),
        ([f"  BEARER   {SHAPED} \t"], SHAPED, True),
        ([basic(SHAPED)], SHAPED, True),
        ([basic(SHAPED, user="")], SHAPED, True),
        ([basic(f"{SHAPED}:x")], f"{SHAPED}:x", True),
        ([basic("my password")], "my password", False),
        ([basic("", user=SHAPED)], "", False),
        ([f"Bearer {SHAPED.upper()}"], SHAPED.upper(), False),
        (["Bearer"], "", False),
        (["Basic ###"], "", False),
        (["Basic w4k="], "", False),
        (["Basic \u00e9"], "", False),
        (["Bearer cop_\u00e9"], "cop_\u00e9", True),
        ([f"Bearer {SHAPED}", f"Bearer {SHAPED}"], f"Bearer {SHAPED}\nBearer {SHAPED}", True),
        (["Digest x", f"Bearer {SHAPED}"], f"Digest x\nBearer {SHAPED}", True),
    ],
)
def test_a_bearer_token_or_a_basic_password_is_read(
    headers: list[str], text: str, is_token: bool
) -> None:
    stated = read_stated(headers)
    assert stated is not None
    assert (stated.text, stated.is_token) == (text, is_token)


@pytest.mark.parametrize(
    "headers", [[], [""], ["Digest x"], [f"Negotiate {SHAPED}"], [SHAPED], [f"Bearer\t{SHAPED}"]]
)
def test_other_schemes_state_nothing(headers: list[str]) -> None:
    assert read_stated(headers) is None


class Tokens:
    """The tokens of a room with Ana's account and the partner DPS."""

    def __init__(self, own: OwnAccess, folder: Path) -> None:
        self.own = own
        self.stored = AccessTokens(own.settings, now=own.clock)
        self.partners = Partners(own.settings, now=own.clock)
        self.node: Node = make_node(folder, "DPS")
        self.partners.add(self.node.card, rules=GivingRules(parts=("events",)))
        self.registry = self.build()

    def build(self, **options: Any) -> TokenRegistry:
        own = self.own
        usual: dict[str, Any] = {"record": own.recorded, "now": own.clock}
        return TokenRegistry(
            self.stored, own.accounts, self.partners, own.policy, **usual | options
        )

    def issue(self, owner: TokenOwner = ANA, **stated: Any) -> str:
        return self.registry.issue(owner, by="op", **stated)[0]

    def viewer(self, token: str) -> Viewer | None:
        found = self.registry.find(token, address="192.0.2.7")
        return None if found is None else found.viewer

    def close(self) -> None:
        self.stored.close()
        self.partners.close()


@pytest.fixture
def tokens(own: OwnAccess, tmp_path: Path) -> Iterator[Tokens]:
    with closing(Tokens(own, tmp_path)) as tokens:
        yield tokens


def test_a_token_finds_its_person_and_is_stored_nowhere(tokens: Tokens) -> None:
    token, other = tokens.issue(title="QGIS laptop 3"), tokens.issue()
    assert len(token) == len(SHAPED)
    assert token.startswith("cop_")
    assert token != other
    person = tokens.own.accounts.find_viewer("local:ana")
    assert person is not None
    assert tokens.viewer(token) == replace(person, origin="token")
    tokens.close()
    with closing(sqlite3.connect(tokens.own.settings.data / ROOM_FILE)) as opened:
        dumped = "".join(opened.iterdump())
        assert token not in dumped
        assert token.removeprefix("cop_") not in dumped
        query = "SELECT count(*) FROM access_token WHERE token_digest = ?"
        assert opened.execute(query, [digest_stated(token)]).fetchone() == (1,)


@pytest.mark.parametrize(
    "wrong",
    ["", "cop_", SHAPED, "x" * 47, "cop_" + "\u00e9" * 43, SHAPED * 9_999, "cop_\x00\udce9"],
)
def test_another_token_finds_nobody(tokens: Tokens, wrong: str) -> None:
    token = tokens.issue()
    assert tokens.viewer(wrong) is None
    for changed in (
        token[:-1],
        f"{token}x",
        token.upper(),
        token.removeprefix("cop_"),
        f" {token}",
    ):
        assert tokens.viewer(changed) is None
    assert tokens.registry.name(wrong) == "unknown token"


def test_a_program_has_the_rights_that_its_person_has_now(tokens: Tokens) -> None:
    token, own = tokens.issue(), tokens.own
    own.accounts.change("ana", by="op", roles=frozenset({"viewer"}), highest="TLP:CLEAR")
    found = tokens.viewer(token)
    assert found is not None
    assert (found.roles, found.highest) == (frozenset({"viewer"}), "TLP:CLEAR")
    own.accounts.disable("ana", by="op")
    assert tokens.viewer(token) is None
    own.accounts.enable("ana", by="op")
    assert tokens.viewer(token) is not None
    own.accounts.change("ana", by="op", valid_until=NOW)
    assert tokens.viewer(token) is None


def test_a_program_of_a_partner_reads_up_to_the_label_of_its_rules(tokens: Tokens) -> None:
    token = tokens.issue(DPS)
    assert tokens.viewer(token) == Viewer(
        id="partner DPS", name="Office DPS", agency="DPS", roles=frozenset(), highest="TLP:GREEN",
        verified=True, origin="token", partner="DPS",
    )  # fmt: skip
    tokens.partners.change("DPS", rules=GivingRules(parts=("events",), highest="TLP:RED"))
    found = tokens.viewer(token)
    assert found is not None
    assert found.highest == "TLP:AMBER", "the policy limits the agency"


def test_a_partner_that_is_suspended_given_nothing_or_gone_is_refused(tokens: Tokens) -> None:
    token = tokens.issue(DPS)
    tokens.partners.suspend("DPS")
    assert tokens.viewer(token) is None
    with pytest.raises(AccessError, match="DPS is suspended"):
        tokens.issue(DPS)
    tokens.partners.resume("DPS")
    assert tokens.viewer(token) is not None
    tokens.partners.change("DPS", rules=GivingRules())
    assert tokens.viewer(token) is None
    tokens.partners.change("DPS", rules=GivingRules(parts=("events",)))
    assert tokens.viewer(token) is not None
    with tokens.partners._store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM partner")
    assert tokens.viewer(token) is None


def test_a_token_ends_when_it_expires_or_is_revoked(tokens: Tokens) -> None:
    short, (usual, stored) = tokens.issue(days=1), tokens.registry.issue(ANA, by="op")
    tokens.own.clock.go_on(hours=24)
    assert tokens.viewer(short) is None
    assert tokens.registry.name(short).endswith(" of local:ana")
    assert tokens.viewer(usual) is not None
    tokens.registry.revoke("account", stored.id, by="op")
    assert tokens.viewer(usual) is None
    long = tokens.issue(days=MOST_DAYS)
    tokens.own.clock.go_on(days=MOST_DAYS, seconds=-1)
    assert tokens.viewer(long) is not None
    tokens.own.clock.go_on(seconds=1)
    assert tokens.viewer(long) is None


@pytest.mark.parametrize(
    ("owner", "stated", "fault", "words"),
    [
        (ANA, {"days": 0}, AccessError, "0 days: a token is valid for 1 to 366"),
        (ANA, {"days": 367}, AccessError, "367 days"),
        (ANA, {"title": "x" * 41}, AccessError, "at most 40 letters"),
        (ANA, {"title": "a\nb"}, AccessError, "title"),
        (TokenOwner(kind="account", name="bo"), {}, AccessError, "no account 'bo'"),
        (TokenOwner(kind="account", name="oidc:1"), {}, AccessError, "signs in with a provider"),
        (TokenOwner(kind="partner", name="XX"), {}, PartnerError, "no partner 'XX'"),
    ],
)
def test_what_is_not_valid_makes_no_token(
    tokens: Tokens, owner: TokenOwner, stated: dict[str, Any], fault: type[Exception], words: str
) -> None:
    with pytest.raises(fault, match=words):
        tokens.issue(owner, **stated)
    assert tokens.registry.list("account") == tokens.registry.list("partner") == ()


def test_a_closed_account_gets_no_token_and_another_owners_is_not_revoked(tokens: Tokens) -> None:
    _, stored = tokens.registry.issue(DPS, by="op")
    with pytest.raises(AccessError, match=r"no token .* `cop people tokens` lists them"):
        tokens.registry.revoke("account", stored.id, by="op")
    tokens.own.accounts.disable("ana", by="op")
    with pytest.raises(AccessError, match="ana is disabled or has expired"):
        tokens.issue()


def test_tokens_of_owners_of_another_kind_open_nothing(tokens: Tokens) -> None:
    mine, theirs = tokens.issue(), tokens.issue(DPS)
    kinds: tuple[OwnerKind, ...] = ("account", "partner")
    for kind in kinds:
        registry = tokens.build(kinds=(kind,))
        found = [registry.find(token, address="") is not None for token in (mine, theirs)]
        assert found == [kind == "account", kind == "partner"]


def test_what_happens_to_a_token_is_recorded_and_a_use_once_a_day(tokens: Tokens) -> None:
    own = tokens.own
    own.recorded.events.clear()
    token, stored = tokens.registry.issue(ANA, title="QGIS", by="op")
    for _ in range(3):
        assert tokens.viewer(token) is not None
    assert tokens.build().find(token, address="") is not None, "another process"
    own.clock.go_on(days=1)
    assert tokens.viewer(token) is not None
    tokens.registry.revoke("account", stored.id, by="op")
    assert tokens.viewer(token) is None
    events = own.recorded.events
    assert [(e["who"], e["name"], e["action"], e["outcome"]) for e in events] == [
        ("operator", "op", "add token", "begun"),
        ("operator", "op", "add token", "done"),
        ("local:ana", "Ana", "use token", "done"),
        ("local:ana", "Ana", "use token", "done"),
        ("operator", "op", "revoke token", "begun"),
        ("operator", "op", "revoke token", "done"),
    ]
    assert {e["subject"] for e in events} == {f"token {stored.id} of local:ana"}
    assert (events[2]["origin"], events[2]["address"]) == ("token", "192.0.2.7")
    assert token not in str(events)
    (listed,) = tokens.registry.list("account")
    assert listed.used_on == (NOW + timedelta(days=1)).date()


def test_a_use_that_cannot_be_recorded_is_none(tokens: Tokens) -> None:
    token = tokens.issue()

    def fail(*_event: object, **_rest: object) -> int:
        raise AuditError("the disk is full")

    registry = tokens.build(record=fail)
    with pytest.raises(AuditError):
        registry.find(token, address="")
    with pytest.raises(AuditError):
        registry.issue(ANA, by="op")
    assert len(tokens.registry.list("account")) == 1


def test_a_use_goes_on_where_the_room_cannot_be_written(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tokens.issue()

    def fail(*_asked: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(tokens.stored, "note_use", fail)
    assert tokens.viewer(token) is not None
    assert tokens.viewer(token) is not None
    assert [action for _, action, _ in tokens.own.recorded.briefly()].count("use token") == 1


def test_what_was_looked_up_is_remembered_for_seconds(tokens: Tokens) -> None:
    token, stored = tokens.registry.issue(ANA, by="op")
    way = TokenWay(lambda: tokens.registry, seconds=60)
    assert way.recall(token) is None
    found = way.find(token, address="")
    assert found is not None
    assert found.token_id == stored.id
    assert way.recall(token) == found
    assert way.recall(token[:-1]) is None
    tokens.registry.revoke("account", stored.id, by="op")
    assert way.recall(token) == found
    assert way.find(token, address="") is None
    assert way.recall(token) is None
