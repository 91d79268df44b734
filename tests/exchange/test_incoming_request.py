"""Tests of requests that come in packages: of one partner no more than the limit are open."""

from pathlib import Path
from typing import Any

import pytest

from cop.exchange import incoming_request
from cop.exchange.incoming import receive_package
from cop.model.moment import utc_now
from cop.model.rfi import RfiPlace
from tests.support.partner import Office
from tests.support.record import make_frame

pytestmark = pytest.mark.exchange


def test_open_requests_of_a_partner_above_the_limit_are_left_out_and_that_is_recorded(
    offices: tuple[Office, Office, Office], packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming_request, "MOST_OPEN", 2)
    own, other, third = offices
    own.publish(make_frame(3))

    def ask(office: Office, text: str) -> str:
        return office.room.rfis.ask(
            server=office.node.agency, asked_from=office.node.agency, asked_of="DPS",
            asked_by="Ana", place=RfiPlace(lon=-110.9, lat=31.3), text=text, marking="TLP:GREEN",
        ).id  # fmt: skip

    def take(package: Path) -> list[tuple[str, dict[str, Any]]]:
        noted: list[tuple[str, dict[str, Any]]] = []
        receive_package(
            other.settings, other.room, package, node=other.node, now=utc_now(),
            note=lambda action, subject, detail: noted.append((f"{action}, {subject}", {**detail})),
        )  # fmt: skip
        return [one for one in noted if one[0].startswith("leave out")]

    asked = [ask(own, f"What was seen on day {n}?") for n in range(3)]
    left_out = take(own.give(other, packages, at=utc_now()))
    number = own.room.exchanges.state("DPS").given
    told = {"partner": "JTF", "n": 1, "most": 2}
    assert left_out == [(f"leave out rfis, package {number} of JTF", told)]
    stored = {rfi.id for rfi in other.room.rfis.list()}
    assert len(stored) == 2
    other.warehouse.refresh()
    assert len(other.rows("event_id")) == 3
    # What is there goes on, and what ended makes room for others.
    for rfi_id in stored:
        own.room.rfis.take_step(rfi_id, "closed", server="JTF", agency="JTF", by="Ana")
    take(own.give(other, packages, at=utc_now()))
    assert {rfi.state for rfi in other.room.rfis.list()} == {"closed"}
    ask(own, "What else was seen?")
    assert take(own.give(other, packages, at=utc_now())) == []
    assert {*asked} < {rfi.id for rfi in other.room.rfis.list()}
    # Each partner has a limit of its own.
    ask(third, "Who was there?")
    assert take(third.give(other, packages, at=utc_now())) == []
    assert len(other.room.rfis.list()) == 5
