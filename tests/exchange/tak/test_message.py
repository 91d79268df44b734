"""Tests of records as Cursor-on-Target: what a relay or a parser drops is said elsewhere too."""

from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring as parse_xml

from cop.exchange.tak.message import (
    CotMessage,
    render_message,
    render_ping,
    render_withdrawal,
)

pytestmark = pytest.mark.exchange
AT = datetime(2026, 11, 24, 18, 30)


def make_message(**stated: Any) -> CotMessage:
    built: dict[str, Any] = {
        "uid": "cop.JTF.1", "type": "b-m-p-s-m", "how": "h-t", "start": AT,
        "stale": datetime(2026, 11, 25, 18, 30), "lon": -110.94, "lat": 31.35,
        "title": "Rescue, 3 people", "marking": "TLP:GREEN",
    }  # fmt: skip
    return CotMessage(**built | stated)


def parsed(message: CotMessage) -> Element:
    return parse_xml(render_message(message, at=AT))


def test_marking_exercise_and_synthetic_are_in_three_places() -> None:
    event = parsed(
        make_message(marking="TLP:AMBER//REL TO DPS, JTF", synthetic=True, exercise=True)
    )
    contact, own = event.find("detail/contact"), event.find("detail/__cop")
    assert contact is not None
    assert own is not None
    prefix = "[TLP:AMBER//REL TO DPS, JTF] EXERCISE SYNTHETIC "
    assert contact.get("callsign") == f"{prefix}Rescue, 3 people"
    assert own.attrib == {
        "marking": "TLP:AMBER//REL TO DPS, JTF", "exercise": "1", "synthetic": "1",
    }  # fmt: skip
    remarks = event.findtext("detail/remarks") or ""
    assert remarks.startswith("TLP:AMBER//REL TO DPS, JTF. EXERCISE. SYNTHETIC")
    assert (event.get("access"), event.get("releasableTo")) == ("TLP:AMBER", "DPS,JTF")


def test_a_real_record_says_neither() -> None:
    text = render_message(make_message(), at=AT)
    assert "SYNTHETIC" not in text.upper()
    assert "EXERCISE" not in text.upper()
    assert "opex" not in text


def test_what_others_wrote_breaks_no_message() -> None:
    title = 'a "b" <c> & \x00\x08 \ud800 ]]> </event>'
    event = parsed(make_message(title=title, remarks=(title,)))
    contact = event.find("detail/contact")
    assert contact is not None
    assert str(contact.get("callsign")).startswith('[TLP:GREEN] a "b" <c> & ')
    assert render_message(make_message(title=title), at=AT).count("</event>") == 1


def test_the_digest_changes_with_each_thing_that_is_said_and_not_with_the_moment() -> None:
    message = make_message(stated={"a": "1", "b": "2"})
    assert message.digest == make_message(stated={"b": "2", "a": "1"}).digest
    changes: tuple[dict[str, Any], ...] = (
        {"stale": AT}, {"lon": 1.0}, {"title": "b"}, {"marking": "TLP:RED"},
        {"synthetic": True}, {"exercise": True}, {"stated": {"a": "2", "b": "2"}},
        {"outline": ((1.0, 2.0),)}, {"remarks": ("x",)}, {"radius_m": 5.0},
    )  # fmt: skip
    others = {make_message(**{"stated": {"a": "1", "b": "2"}, **one}).digest for one in changes}
    assert len(others) == len(changes)
    assert message.digest not in others


def test_a_withdrawal_repeats_nothing_of_the_record() -> None:
    text = render_withdrawal("cop.JTF.1", at=AT)
    first, second = parse_xml(f"<all>{text}</all>")
    point = first.find("point")
    assert point is not None
    assert (first.get("uid"), point.get("lat"), point.get("lon")) == (
        "cop.JTF.1", "0.000000", "0.000000",
    )  # fmt: skip
    link = second.find("detail/link")
    assert link is not None
    assert (second.get("type"), link.get("uid")) == ("t-x-d-d", "cop.JTF.1")


def test_a_ping_is_one_message() -> None:
    event = parse_xml(render_ping("cop-ping-1", at=AT))
    assert (event.get("type"), event.get("uid")) == ("t-x-c-t", "cop-ping-1")
