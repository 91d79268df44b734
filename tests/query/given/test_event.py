"""Tests of what is given of the newest version, to whom it is released."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cop.model.giving import GivingRules
from cop.model.partner import Partner
from cop.query.given.event import grant_events, release_for
from tests.support.partner import MADE_AT, Office, make_node, open_office
from tests.support.record import make_frame

pytestmark = pytest.mark.exchange


@pytest.fixture
def office(bare_warehouse: Path, tmp_path: Path) -> Iterator[Office]:
    office = open_office(bare_warehouse, tmp_path, "JTF")
    yield office
    office.close()


def partner(folder: Path, **rules: object) -> Partner:
    stated = GivingRules.model_validate({"parts": ("events",), "highest": "TLP:GREEN"} | rules)
    return Partner(card=make_node(folder, "DPS").card, rules=stated, added_at=MADE_AT)


def count(office: Office, to: Partner) -> int:
    service = office.service.released_to(release_for(to))
    with office.warehouse.cursor() as cursor:
        return grant_events(cursor, service, to, giver=office.node.giver, now=MADE_AT)


def test_a_partner_reads_as_its_agency_up_to_the_label_of_its_rules(tmp_path: Path) -> None:
    release = release_for(partner(tmp_path))
    assert (release.agency, release.highest, release.names_withheld) == ("DPS", "TLP:GREEN", False)


def test_events_of_the_newest_version_are_counted(office: Office, tmp_path: Path) -> None:
    to = partner(tmp_path)
    assert count(office, to) == 0
    office.publish(
        make_frame(3, source_id=["a", "b", "c"], marking=["TLP:GREEN"] * 2 + ["TLP:RED"])
    )
    assert count(office, to) == 2


def test_the_delay_of_the_rules_counts_from_now(office: Office, tmp_path: Path) -> None:
    office.publish(
        make_frame(
            2, source_id=["a", "b"], occurred_at=[MADE_AT - timedelta(hours=h) for h in (1, 3)]
        )
    )
    assert count(office, partner(tmp_path, delay_h=2.0)) == 1
