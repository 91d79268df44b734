"""Tests of what agencies may read: partners by their rules, others by the policy."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from cop.access.policy import read_policy
from cop.errors import PartnerError
from cop.exchange.outgoing import Node as ServerNode
from cop.exchange.outgoing import give_package
from cop.exchange.partner_release import PartnerReleases
from cop.ingest.reader import DirectReader
from cop.model.alert import PROGRAM
from cop.model.annotation import Drawing
from cop.model.filter import Filter
from cop.model.giving import GivingRules
from cop.model.impact import Agreement
from cop.query.impact import read_impacts
from cop.resource import package_path
from tests.support.alert import make_finding
from tests.support.partner import MADE_AT, Office, make_node, open_office
from tests.support.record import make_frame

SANTA_CRUZ = Filter(counties=("Santa Cruz, AZ",), records="real")
pytestmark = pytest.mark.exchange
RULES = GivingRules(parts=("events",), highest="TLP:GREEN", delay_h=2.0, precision="1km")


@pytest.fixture
def office(bare_warehouse: Path, tmp_path: Path) -> Iterator[Office]:
    office = open_office(bare_warehouse, tmp_path, "JTF")
    office.room.partners.add(make_node(tmp_path, "DPS").card, rules=RULES)
    yield office
    office.close()


def releases(office: Office, now: datetime = MADE_AT) -> PartnerReleases:
    policy = read_policy(package_path("data", "access.yaml"))
    return PartnerReleases(office.room, office.settings, policy, now=lambda: now)


def test_who_is_no_partner_reads_by_the_policy_alone(office: Office) -> None:
    policy = read_policy(package_path("data", "access.yaml"))
    assert releases(office).for_agency("CBP") == policy.agency_release("CBP")


def test_a_partner_reads_by_its_rules_and_up_to_their_label(office: Office) -> None:
    found = releases(office).for_agency("DPS")
    assert (found.agency, found.highest, found.names_withheld) == ("DPS", "TLP:GREEN", False)
    assert found.smallest_count == 5, "the policy's own count holds as well"
    assert found.grant is not None
    assert (found.grant.code, found.grant.rules, found.grant.giver.agency) == ("DPS", RULES, "JTF")
    assert releases(office).for_agency("DPS", highest="TLP:CLEAR").highest == "TLP:CLEAR"
    assert releases(office).for_agency("DPS", highest="TLP:AMBER").highest == "TLP:GREEN"


def test_a_delay_is_counted_from_the_last_quarter_of_an_hour(office: Office) -> None:
    """So that what is worked out is of use to who asks next."""
    moments = {
        minute: releases(office, datetime(2026, 11, 24, 18, minute, 7)).for_agency("DPS")
        for minute in (30, 44, 45)
    }
    assert moments[30].grant is not None
    assert moments[30].grant.latest == datetime(2026, 11, 24, 16, 30)
    assert moments[30] == moments[44] != moments[45]


def test_the_secret_is_in_no_text(office: Office) -> None:
    found = releases(office).for_agency("DPS")
    assert found.grant is not None
    assert found.grant.giver.secret
    assert repr(found.grant.giver.secret) not in repr(found)
    assert found.grant.giver.secret.hex() not in repr(found)


def test_nothing_is_made_for_a_partner_that_is_suspended_or_given_nothing(office: Office) -> None:
    office.room.partners.suspend("DPS")
    with pytest.raises(PartnerError, match="partner DPS is suspended"):
        releases(office).for_agency("DPS")
    assert releases(office).list() == ()
    office.room.partners.change("DPS", suspended_at=None, rules=GivingRules())
    with pytest.raises(PartnerError, match="partner DPS is given nothing: state what"):
        releases(office).for_agency("DPS")
    assert releases(office).list() == ()


def test_alerts_are_found_for_partners_that_are_given_events(office: Office) -> None:
    assert [one.agency for one in releases(office).list()] == ["DPS"]
    layers = RULES.model_copy(update={"parts": ("layers",)})
    office.room.partners.change("DPS", rules=layers)
    assert releases(office).list() == ()


def test_who_left_the_policy_is_given_nothing(office: Office, tmp_path: Path) -> None:
    office.room.partners.add(make_node(tmp_path, "FBI").card, rules=RULES)
    with pytest.raises(PartnerError, match="partner FBI is no agency of the policy file"):
        releases(office).for_agency("FBI")
    assert [one.agency for one in releases(office).list()] == ["DPS"]
    node = ServerNode.of(
        office.settings, read_policy(package_path("data", "access.yaml")), reader=DirectReader()
    )
    partner = office.room.partners.get("FBI")
    with pytest.raises(PartnerError, match="partner FBI is no agency of the policy file"):
        give_package(office.service, partner, tmp_path / "x.coppkg", node=node, now=MADE_AT)
    assert not (tmp_path / "x.coppkg").exists()


def test_a_partner_is_told_of_no_person_and_of_nothing_drawn(office: Office) -> None:
    """Who drew or acknowledged is known at this table; a partner knows the agency."""
    office.room.partners.change("DPS", rules=RULES.model_copy(update={"highest": "TLP:AMBER"}))
    release = releases(office).for_agency("DPS")
    room = office.service.released_to(release).room
    finding = make_finding(marking="TLP:CLEAR")
    (alert,) = room.alerts.note("1 of now", [finding])
    assert (alert.who, alert.state) == (PROGRAM, "open")
    whole = office.room.alerts
    whole.note("1 of now", [finding])
    whole.acknowledge(whole.list()[0].id, by="Ana Gomez")
    (given,) = room.alerts.list()
    assert (given.state, given.acknowledged_by) == ("acknowledged", "JTF")
    assert "Ana Gomez" not in repr(room.alerts.history(given.id))
    office.room.annotations.draw(
        Drawing(shape="point", coordinates=((-110.9, 31.4),), title="Here", marking="TLP:CLEAR"),
        author="Ana Gomez",
    )
    assert len(office.room.annotations.list()) == 1
    assert room.annotations.list() == ()


def test_decisions_are_not_given_to_a_partner(office: Office) -> None:
    """They rest on figures that were counted before its rules left anything out."""
    rules = RULES.model_copy(update={"highest": "TLP:AMBER", "delay_h": 0.0})
    office.room.partners.change("DPS", rules=rules)
    office.publish(make_frame(3, source_id=["a", "b", "c"], county="Santa Cruz, AZ"))
    view = office.service.view(SANTA_CRUZ)
    impacts = read_impacts(office.service, view)
    assert impacts is not None
    proposal = impacts.within(view).levels[0].proposal
    office.room.decisions.agree(
        Agreement(segments=(proposal.segment_id,), by="Ana", reason="known", level="high"),
        {proposal.segment_id: proposal},
        impacts.basis.rules,
        records="real",
        version=office.warehouse.snapshot.version,
        marking="TLP:CLEAR",
    )
    policy = read_policy(package_path("data", "access.yaml"))
    found = {}
    for name, release in (
        ("people", policy.agency_release("DPS", highest="TLP:AMBER")),
        ("partner", releases(office).for_agency("DPS")),
    ):
        service = office.service.released_to(release)
        known = read_impacts(service, service.view(SANTA_CRUZ))
        found[name] = 0 if known is None else known.decided
    assert found == {"people": 1, "partner": 0}
