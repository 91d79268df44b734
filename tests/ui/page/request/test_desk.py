"""Whom a viewer can ask, and with which marking at first."""

import pytest

from cop.access.audit.log import AuditLog
from cop.exchange.rfi import RfiDesk
from cop.model.audit import Actor
from cop.ui.page.request.desk import list_agencies, usual_marking
from tests.support.access import shipped_policy
from tests.support.rfi import Station

pytestmark = pytest.mark.exchange


def desk_of(station: Station, agency: str = "") -> RfiDesk:
    return RfiDesk(
        service=station.office.service,
        policy=shipped_policy(),
        audit=AuditLog(station.office.settings),
        actor=Actor(name="Ana", agency=agency),
        name="Ana",
    )


def test_everyone_but_oneself_can_be_asked(jtf: Station) -> None:
    assert list(list_agencies(desk_of(jtf))) == ["CBP", "DPS", "SO-1"]
    assert list(list_agencies(desk_of(jtf, "SO-1"))) == ["CBP", "DPS", "JTF"]
    assert "(partner)" in list_agencies(desk_of(jtf))["DPS"]


def test_the_marking_is_one_that_the_agency_may_read(jtf: Station) -> None:
    desk = desk_of(jtf)
    assert usual_marking(desk, "DPS") == "TLP:AMBER"
    jtf.done("partner", "give", "DPS", "--highest", "TLP:GREEN")
    assert usual_marking(desk, "DPS") == "TLP:GREEN"
    assert usual_marking(desk, "CBP") == "TLP:AMBER"
