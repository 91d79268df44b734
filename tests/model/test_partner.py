"""Tests of partners: their cards, the fingerprint that is read aloud, and their address."""

import base64
import hashlib
import json
from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from cop.errors import PartnerError
from cop.model.partner import NodeCard, Partner

pytestmark = pytest.mark.exchange
SIGN = base64.b64encode(bytes(range(32))).decode()
SEAL = "age1" + "q" * 58
STATED = {"agency": "DPS", "title": "Public Safety", "sign_key": SIGN, "seal_key": SEAL}
CARD = NodeCard(**STATED)


def partner(**stated: Any) -> Partner:
    return Partner(card=CARD, added_at=datetime(2026, 11, 1), **stated)


def test_a_card_is_read_as_it_was_written() -> None:
    assert NodeCard.from_text(CARD.to_text(), file="x.json") == CARD
    assert CARD.sign_bytes == bytes(range(32))


def test_the_fingerprint_is_of_agency_and_keys() -> None:
    digest = hashlib.sha256(f"DPS\n{SIGN}\n{SEAL}".encode()).hexdigest()
    groups = CARD.fingerprint.split(" ")
    assert [len(group) for group in groups] == [4] * 8
    assert "".join(groups) == digest[:32]
    others = [
        CARD.model_copy(update={"agency": "CBP"}),
        CARD.model_copy(update={"sign_key": base64.b64encode(bytes(32)).decode()}),
        CARD.model_copy(update={"seal_key": "age1" + "p" * 58}),
    ]
    assert len({card.fingerprint for card in (CARD, *others)}) == 4
    # The title may be put otherwise without another call.
    assert CARD.model_copy(update={"title": "x"}).fingerprint == CARD.fingerprint


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"agency": "dps"}, "agency: .*2 to 12 characters"),
        ({"agency": "../x"}, "agency: .*2 to 12 characters"),
        ({"title": "a\nb"}, "title"),
        ({"sign_key": "!!"}, "sign_key: .*not base64"),
        ({"sign_key": base64.b64encode(bytes(33)).decode()}, "sign_key: .*33 bytes"),
        ({"seal_key": "AGE-SECRET-KEY-1" + "Q" * 58}, "seal_key"),
        ({"seal_key": "age1" + "b" * 58}, "seal_key"),
        ({"address": "https://x"}, "address"),
    ],
)
def test_a_card_that_is_not_valid_is_refused_by_its_field(
    changed: dict[str, str], words: str
) -> None:
    with pytest.raises(PartnerError, match=f"^c.json: {words}"):
        NodeCard.from_text(json.dumps(STATED | changed), file="c.json")


@pytest.mark.parametrize(
    "address",
    ["https://cop.dps.example", "https://10.1.2.3:8443", "https://cop.dps.example/cop/x"],
)
def test_an_address_is_of_https(address: str) -> None:
    assert partner(address=address).address == address


@pytest.mark.parametrize(
    "address",
    [
        "http://cop.dps.example", "https://", "https://u:p@cop.dps.example", "file:///etc/passwd",
        "https://cop.dps.example/?a=b", "https://cop.dps.example/#a", "https://x\n.example",
        "https://cop.dps.example:123456",
    ],
)  # fmt: skip
def test_another_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="write https://HOST"):
        partner(address=address)


def test_a_partner_is_given_nothing_and_passes_nothing_on_by_default() -> None:
    found = partner()
    assert (found.code, found.hop_limit, found.rules.gives_nothing) == ("DPS", 1, True)
    assert found.is_active
    assert not partner(suspended_at=datetime(2026, 11, 2)).is_active
    for hop_limit in (0, 9):
        with pytest.raises(ValidationError, match="hop_limit"):
            partner(hop_limit=hop_limit)
