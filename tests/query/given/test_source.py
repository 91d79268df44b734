"""Tests of the sources of what is given: their own, on their terms, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cop.model.partner import Partner
from cop.query.given.event import grant_events, release_for
from cop.query.given.source import GivenSource, list_sources
from tests.support.partner import MADE_AT, Office, open_office
from tests.support.record import make_frame

pytestmark = pytest.mark.exchange
GOOD = {"origin": "DPS", "id": "own", "title": "t", "publisher": "p", "terms": "", "marking":
        "TLP:CLEAR"}  # fmt: skip


@pytest.fixture
def offices(bare_warehouse: Path, tmp_path: Path) -> Iterator[tuple[Office, Office, Office]]:
    found = [open_office(bare_warehouse, tmp_path, code) for code in ("JTF", "DPS", "CBP")]
    for office in found:
        for other in found:
            if office is not other:
                office.meet(other)
    yield found[0], found[1], found[2]
    for office in found:
        office.close()


def listed(office: Office, partner: Partner) -> tuple[GivenSource, ...]:
    service = office.service.released_to(release_for(partner))
    with office.warehouse.cursor() as cursor:
        grant_events(cursor, service, partner, giver=office.node.giver, now=MADE_AT)
        return list_sources(cursor, service, agency=office.code)


def test_sources_of_what_is_given_are_listed_alone(
    offices: tuple[Office, Office, Office], tmp_path: Path
) -> None:
    a, b, c = offices
    a.publish(make_frame(2, source_id=["r0", "r1"]))
    b.publish(make_frame(1, source_id=["r2"]), source="cameras")
    b.publish(make_frame(1, source_id=["r3"], marking="TLP:RED"), source="secret")
    (tmp_path / "p").mkdir()
    b.take(a.give(b, tmp_path / "p", at=MADE_AT), at=MADE_AT)
    found = listed(b, b.room.partners.get("CBP"))
    assert [(one.origin, one.id) for one in found] == [("DPS", "cameras"), ("JTF", "own")]
    assert {one.publisher for one in found} == {"us"}
    assert listed(b, b.room.partners.get("JTF"))[0].id == "cameras"
    assert len(listed(b, b.room.partners.get("JTF"))) == 1
    assert c.rows("source") == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"origin": "dps"}, "origin"), ({"id": "Own"}, "id"), ({"id": "../x"}, "id"),
        ({"title": "x" * 501}, "title"), ({"title": "a\x07b"}, "title"), ({"marking": "x"}, "mark"),
        ({"cadence_days": 0}, "cadence"), ({"cadence_days": float("inf")}, "cadence"),
        ({"more": 1}, "more"),
    ],
)  # fmt: skip
def test_a_source_that_is_not_valid_is_refused(changed: dict[str, Any], words: str) -> None:
    assert GivenSource(**GOOD).synthetic is False
    with pytest.raises(ValidationError, match=words):
        GivenSource(**GOOD | changed)
