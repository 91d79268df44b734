"""Entries of the audit record: their canonical encoding, tidy texts, heads as text."""

import hashlib
import json
from dataclasses import asdict, replace
from datetime import datetime

import pytest

from cop.errors import AuditError
from cop.model.audit import NO_HASH, Actor, AuditHead, build_entry

pytestmark = pytest.mark.access

FIRST = AuditHead(seq=0, hash=NO_HASH)
AT = datetime(2026, 3, 4, 5, 6, 7, 89)


def test_the_hash_is_that_of_the_stated_encoding() -> None:
    """As docs/audit.md tells others to compute it."""
    actor = Actor(who="local:ana", name="Aña", agency="JTF", roles=("viewer", "curator"))
    entry = build_entry(FIRST, actor, "publish", "layer a", at=AT, outcome="done", detail={"n": 1})
    bound = asdict(entry)
    stated = bound.pop("hash")
    text = json.dumps(bound, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    assert stated == hashlib.sha256(text.encode("ascii")).hexdigest()
    assert text.startswith('{"action":"publish","address":"","agency":"JTF","at":"2026-03-04T05')
    assert (entry.seq, entry.previous, entry.roles) == (1, NO_HASH, "curator viewer")
    assert entry.at == "2026-03-04T05:06:07.000089Z"
    assert entry.has_own_hash()
    assert not replace(entry, who="local:bob").has_own_hash()


def test_texts_are_on_one_line_and_bounded() -> None:
    actor = Actor(name="a\nb\x00\u202e", roles=("two words",))
    entry = build_entry(
        FIRST, actor, "take", "x" * 999, at=AT, outcome="done", detail={"s": "y" * 999, "f": 1.5}
    )
    assert (entry.name, entry.roles) == ("a b", "two-words")
    assert (len(entry.subject), len(entry.details["s"]), entry.details["f"]) == (200, 500, "1.5")


@pytest.mark.parametrize("action", ["", "Publish", "a" * 41, "1", "a\nb", "é"])
def test_an_action_is_a_plain_word(action: str) -> None:
    with pytest.raises(AuditError, match="lower-case letters"):
        build_entry(FIRST, Actor(), action, "x", at=AT, outcome="done")


def test_a_head_is_read_as_it_is_printed() -> None:
    head = AuditHead(seq=12, hash="ab" * 32)
    assert AuditHead.from_text(f" {head}\n") == head
    for text in ("", "12", "12:", ":" + "a" * 64, "12:" + "A" * 64, "-1:" + "a" * 64):
        with pytest.raises(AuditError, match="write SEQ:HASH"):
            AuditHead.from_text(text)


def test_a_detail_that_is_no_object_is_empty() -> None:
    entry = build_entry(FIRST, Actor(), "take", "x", at=AT, outcome="done")
    assert entry.details == {}
    for text in ("", "[1]", "{", '{"a":' * 100_000):
        assert replace(entry, detail=text).details == {}
