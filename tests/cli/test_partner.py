"""Tests of `cop partner`: cards, fingerprints, and what a partner is given."""

import json
from pathlib import Path
from typing import Any

import pytest

from cop.access.audit.log import AuditLog
from cop.model.partner import NodeCard
from cop.settings import StoreSettings
from tests.support.invoked import invoke, read_refusal
from tests.support.partner import Node, make_node

pytestmark = pytest.mark.exchange


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "own"


@pytest.fixture
def dps(tmp_path: Path) -> Node:
    return make_node(tmp_path, "DPS")


def write_card(folder: Path, node: Node) -> Path:
    path = folder / f"{node.code}.json"
    path.write_text(node.card.to_text())
    return path


def add(data: Path, node: Node, *more: str | Path) -> Any:
    card = write_card(data.parent, node)
    return invoke(
        "partner", "add", card, "--fingerprint", node.card.fingerprint, "--data", data, *more
    )


def shown(data: Path, code: str = "DPS") -> dict[str, Any]:
    stated = invoke("partner", "show", code, "--json", "--data", data).stdout
    found: dict[str, Any] = json.loads(stated)
    return found


def test_a_card_is_what_the_partner_adds(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "jtf.json"
    first = invoke("partner", "card", "--out", out, "--data", data).stdout
    card = NodeCard.from_text(out.read_text(), file="jtf.json")
    assert card.agency == "JTF"
    assert card.fingerprint in first
    again = invoke("partner", "card", "--data", data).stdout
    assert again == out.read_text()
    assert "SECRET" not in again


def test_a_partner_is_added_and_given_nothing(data: Path, dps: Node) -> None:
    done = add(data, dps, "--hop-limit", "2", "--address", "https://cop.dps.example:8443")
    assert "partner DPS added: Office DPS  hop limit 2  https://cop.dps.example:8443" in done.stdout
    found = shown(data)
    assert (found["hop_limit"], found["rules"]["parts"]) == (2, [])
    assert found["fingerprint"] == dps.card.fingerprint
    assert "DPS is given nothing" in invoke("partner", "show", "DPS", "--data", data).stdout
    assert "DPS  Office DPS" in invoke("partner", "list", "--data", data).stdout


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--hop-limit", "0"), "hop_limit: '0'"),
        (("--hop-limit", "9"), "hop_limit: '9'"),
        (("--address", "http://cop.dps.example"), "write https://HOST"),
        (("--address", "https://user:word@dps.example"), "write https://HOST"),
    ],
)
def test_what_is_not_valid_is_refused(
    data: Path, dps: Node, more: tuple[str, ...], words: str
) -> None:
    assert words in read_refusal(add(data, dps, *more))
    assert invoke("partner", "list", "--data", data).stdout == ""


def test_a_card_with_another_fingerprint_is_refused(data: Path, dps: Node, tmp_path: Path) -> None:
    """Who changed the card on its way cannot change what is read aloud."""
    forged = make_node(tmp_path, "FBI").card.model_copy(update={"agency": "DPS"})
    card = tmp_path / "forged.json"
    card.write_text(forged.to_text())
    refused = invoke("partner", "add", card, "--fingerprint", dps.card.fingerprint, "--data", data)
    assert "ask DPS by another way" in read_refusal(refused)


def test_a_card_for_which_nothing_can_be_sealed_is_refused(data: Path, dps: Node) -> None:
    odd = Node(dps.keys, dps.card.model_copy(update={"seal_key": "age1" + "q" * 58}))
    assert "card of DPS: its keys are none" in read_refusal(add(data, odd))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a card is what `cop partner card"),
        ("{}", "agency: Field required"),
        ("x" * 5_000, "too long"),
        ('{"agency": "DPS", "title": "x", "sign_key": "AA==", "seal_key": "age1x"}', "1 bytes"),
    ],
)
def test_what_is_no_card_is_refused(data: Path, tmp_path: Path, text: str, words: str) -> None:
    card = tmp_path / "card.json"
    card.write_text(text)
    refused = invoke("partner", "add", card, "--fingerprint", "0", "--data", data)
    assert words in read_refusal(refused)


def test_who_is_no_partner_is_refused(data: Path, dps: Node, tmp_path: Path) -> None:
    assert "own agency" in read_refusal(add(data, make_node(tmp_path, "JTF")))
    assert "not in the policy" in read_refusal(add(data, make_node(tmp_path, "FBI")))
    add(data, dps)
    assert "partner DPS exists" in read_refusal(add(data, dps))
    for command in ("show", "suspend", "resume", "give", "change"):
        refused = invoke("partner", command, "CBP", "--data", data)
        assert "no partner 'CBP'" in read_refusal(refused), command


def test_rules_are_changed_one_by_one(data: Path, dps: Node) -> None:
    add(data, dps)
    given = ("partner", "give", "DPS", "--data", data)
    invoke(*given, "--part", "events", "--kind", "rescue", "--kind", "death")
    done = invoke(*given, "--precision", "segment", "--delay-h", "24", "--smallest-count", "5")
    assert "precision  middle of the segment, cells of at least 5" in done.stdout
    assert shown(data)["rules"] == {
        "parts": ["events"], "kinds": ["death", "rescue"], "counties": [], "margin_km": 0.0,
        "highest": "TLP:GREEN", "delay_h": 24.0, "precision": "segment", "smallest_count": 5,
    }  # fmt: skip
    assert "is given nothing" in invoke(*given, "--part", "none").stdout
    assert shown(data)["rules"]["kinds"] == ["death", "rescue"]


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        (("--part", "people"), "'people'"),
        (("--kind", "burglary"), "kind 'burglary': use crossing"),
        (("--precision", "rough"), "'rough'"),
        (("--highest", "TLP:PINK"), "'TLP:PINK': use one of"),
        (("--smallest-count", "0"), "smallest_count: '0'"),
        (("--delay-h", "-1"), "delay_h: '-1"),
        (("--margin-km", "nan"), "margin_km"),
    ],
)
def test_rules_that_are_not_valid_are_refused_and_change_nothing(
    data: Path, dps: Node, stated: tuple[str, ...], words: str
) -> None:
    add(data, dps)
    before = shown(data)
    refused = invoke("partner", "give", "DPS", "--data", data, *stated)
    assert words in read_refusal(refused)
    assert shown(data) == before


def test_a_partner_is_suspended_and_resumed(data: Path, dps: Node) -> None:
    add(data, dps)
    invoke("partner", "suspend", "DPS", "--data", data)
    assert shown(data)["suspended_at"]
    assert "suspended" in invoke("partner", "list", "--data", data).stdout
    invoke("partner", "resume", "DPS", "--data", data)
    assert shown(data)["suspended_at"] is None


def test_another_card_of_a_partner_takes_its_fingerprint(
    data: Path, dps: Node, tmp_path: Path
) -> None:
    add(data, dps)
    (tmp_path / "renewed").mkdir()
    renewed = make_node(tmp_path / "renewed", "DPS")
    card = write_card(tmp_path, renewed)
    asked = ("partner", "change", "DPS", "--card", card, "--data", data)
    assert "its fingerprint is not" in read_refusal(invoke(*asked))
    invoke(*asked, "--fingerprint", renewed.card.fingerprint.replace(" ", "").upper())
    assert shown(data)["fingerprint"] == renewed.card.fingerprint


def test_every_change_is_recorded(data: Path, dps: Node) -> None:
    add(data, dps, "--by", "Avery")
    for command in ("suspend", "resume"):
        invoke("partner", command, "DPS", "--by", "Avery", "--data", data)
    invoke("partner", "give", "DPS", "--part", "events", "--by", "Avery", "--data", data)
    invoke("partner", "change", "DPS", "--hop-limit", "3", "--by", "Avery", "--data", data)
    invoke("partner", "change", "DPS", "--hop-limit", "30", "--by", "Avery", "--data", data)
    entries = [*AuditLog(StoreSettings(data=data)).between()]
    assert [(e.action, e.outcome) for e in entries if e.outcome != "begun"] == [
        ("add partner", "done"), ("suspend partner", "done"), ("resume partner", "done"),
        ("change rules", "done"), ("change partner", "done"), ("change partner", "refused"),
    ]  # fmt: skip
    assert {(e.name, e.subject) for e in entries} == {("Avery", "partner DPS")}
