"""Tests of a room's partners."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cop.errors import PartnerError
from cop.model.giving import GivingRules
from cop.model.partner import NodeCard
from cop.settings import StoreSettings
from cop.store.room.partner import Partners
from cop.store.room.relational import ROOM_FILE
from tests.support.either import only_sqlite
from tests.support.partner import make_node

pytestmark = pytest.mark.exchange


@pytest.fixture
def partners(either: StoreSettings) -> Iterator[Partners]:
    with closing(Partners(either)) as partners:
        yield partners


def card_of(folder: Path, code: str) -> NodeCard:
    return make_node(folder, code).card


def test_a_partner_is_found_as_it_was_added(partners: Partners, tmp_path: Path) -> None:
    rules = GivingRules(parts=("events",), counties=("Pima, AZ",), precision="1km")
    card = card_of(tmp_path, "DPS")
    added = partners.add(card, hop_limit=2, address="https://dps.example", rules=rules)
    assert partners.get("DPS") == partners.find("DPS") == added
    assert (added.card, added.rules, added.hop_limit) == (card, rules, 2)
    assert partners.find("CBP") is None
    partners.add(card_of(tmp_path, "CBP"))
    assert [partner.code for partner in partners.list()] == ["CBP", "DPS"]


def test_a_code_is_of_one_partner(partners: Partners, tmp_path: Path) -> None:
    first = partners.add(card_of(tmp_path, "DPS"))
    (tmp_path / "other").mkdir()
    with pytest.raises(PartnerError, match="partner DPS exists: change it with"):
        partners.add(card_of(tmp_path / "other", "DPS"))
    assert partners.list() == (first,)


def test_a_change_changes_what_is_named_alone(partners: Partners, tmp_path: Path) -> None:
    before = partners.add(card_of(tmp_path, "DPS"), hop_limit=2)
    after = partners.change("DPS", rules={"parts": ("events",)})
    assert after == before.model_copy(update={"rules": GivingRules(parts=("events",))})
    assert partners.get("DPS") == after


def test_what_cannot_be_changes_nothing(partners: Partners, tmp_path: Path) -> None:
    before = partners.add(card_of(tmp_path, "DPS"))
    other = card_of(tmp_path, "CBP")
    for changes, words in (
        ({"hop_limit": 0}, "hop_limit: '0': "),
        ({"address": "http://x"}, "address: 'http://x': .*write https"),
        ({"rules": {"parts": ("all",)}}, "rules.parts"),
        ({"card": other}, "the card is of CBP, not of DPS"),
    ):
        with pytest.raises(PartnerError, match=words):
            partners.change("DPS", **changes)
    with pytest.raises(PartnerError, match="no partner 'CBP'"):
        partners.change("CBP", hop_limit=1)
    assert partners.list() == (before,)


def test_a_suspended_partner_is_there_and_not_active(partners: Partners, tmp_path: Path) -> None:
    partners.add(card_of(tmp_path, "DPS"))
    suspended = partners.suspend("DPS")
    assert not suspended.is_active
    assert partners.list() == (suspended,)
    assert partners.resume("DPS").is_active


@only_sqlite
def test_no_private_key_is_in_the_room(
    partners: Partners, either: StoreSettings, tmp_path: Path
) -> None:
    partners.add(card_of(tmp_path, "DPS"))
    with closing(sqlite3.connect(either.data / ROOM_FILE)) as room:
        stated = " ".join(room.iterdump())
    assert "age1" in stated
    assert "AGE-SECRET" not in stated
