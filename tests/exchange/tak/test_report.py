"""Tests of what a TAK server sends: cut from the stream, parsed safely, marked as restrictively."""

from datetime import datetime

import pytest
from defusedxml.ElementTree import fromstring as parse_xml
from hypothesis import given
from hypothesis import strategies as st

from cop.errors import TakError
from cop.exchange.tak.message import render_message
from cop.exchange.tak.report import MOST_BYTES, CotReport, CotStream, parse_event, read_report
from tests.exchange.tak.test_message import AT, make_message

pytestmark = pytest.mark.exchange
PLAIN = (
    '<event version="2.0" uid="A-1" type="b-m-p-s-m" how="h-g-i-g-o" '
    'time="2026-11-24T18:30:00.000Z" start="2026-11-24T18:30:00.500Z" '
    'stale="2026-11-24T19:30:00Z"><point lat="31.4" lon="-110.9" hae="0" ce="12" le="9999999"/>'
    "<detail>{}</detail></event>"
)


def read(text: str) -> CotReport:
    event = parse_event(text.encode())
    assert event is not None
    found = read_report(event)
    assert found is not None
    return found


@given(st.lists(st.integers(1, 90), max_size=40), st.integers(1, 4))
def test_messages_are_cut_out_of_a_stream_however_it_comes(cuts: list[int], n: int) -> None:
    messages = [render_message(make_message(uid=f"u{i}", title="ä"), at=AT) for i in range(n)]
    declared = '<?xml version="1.0" encoding="UTF-8"?>\n'
    stream, found, rest = CotStream(), [], "".join(declared + one for one in messages).encode()
    for cut in cuts:
        found += [*stream.feed(rest[:cut])]
        rest = rest[cut:]
    found += [*stream.feed(rest)]
    assert [one.decode() for one in found] == messages


def test_a_message_without_an_end_is_refused() -> None:
    stream = CotStream()
    with pytest.raises(TakError, match="not a TAK server"):
        for _ in range(MOST_BYTES // 1_000 + 2):
            list(stream.feed(b"x" * 1_000))


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE e [<!ENTITY a "b">]><event>&a;</event>',
        '<!DOCTYPE e SYSTEM "file:///etc/passwd"><event></event>',
        "<event><point></event>",
        "<other/>",
        "\x00",
        "",
    ],
)
def test_what_is_no_message_or_has_entities_is_left_out(text: str) -> None:
    assert parse_event(text.encode()) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('uid="A-1"', 'uid=""'),
        ('uid="A-1"', f'uid="{"x" * 400}"'),
        ('type="b-m-p-s-m"', 'type=""'),
        ('type="b-m-p-s-m"', f'type="b-m-p-s-m{"-x" * 50}"'),
        ('how="h-g-i-g-o"', f'how="h{"-x" * 50}"'),
        ('lat="31.4"', 'lat="nan"'),
        ('lat="31.4"', 'lat="91"'),
        ('lon="-110.9"', 'lon="1e999"'),
        ('lat="31.4" lon="-110.9"', 'lat="0.0" lon="0"'),
        ('start="2026-11-24T18:30:00.500Z"', 'start="yesterday"'),
        ('start="2026-11-24T18:30:00.500Z"', 'start="0001-01-01T00:00:00+23:00"'),
        ("<point", "<pint"),
    ],
)
def test_a_message_without_a_usable_id_type_time_or_place_is_no_report(old: str, new: str) -> None:
    assert old in PLAIN
    event = parse_event(PLAIN.format("").replace(old, new).encode())
    assert event is None or read_report(event) is None


def test_another_cop_says_what_it_counts() -> None:
    message = make_message(stated={"kind": "rescue", "count": "3", "unit": "people"})
    found = read(render_message(message, at=AT))
    assert (found.kind, found.count, found.unit, found.start) == ("rescue", 3, "people", AT)
    assert (found.marking, found.synthetic, found.is_of_cop) == ("TLP:GREEN", False, True)


@pytest.mark.parametrize(
    "stated",
    [
        {"kind": "person", "count": "1", "unit": "people"},
        {"kind": "rescue", "count": "-1", "unit": "people"},
        {"kind": "rescue", "count": "9999999", "unit": "people"},
        {"kind": "rescue", "count": "1", "unit": "names"},
        {"kind": "rescue", "count": "\N{ARABIC-INDIC DIGIT ONE}", "unit": "people"},
    ],
)
def test_what_it_counts_is_a_kind_a_number_and_a_unit(stated: dict[str, str]) -> None:
    found = read(render_message(make_message(stated=stated), at=AT))
    assert not found.is_of_cop
    assert found.kind is None


def test_a_report_of_a_person_has_no_words_of_theirs() -> None:
    detail = '<contact callsign="J. Smith"/><remarks>seen by J. Smith</remarks>'
    found = read(PLAIN.format(detail))
    assert "Smith" not in repr(found)
    assert (found.start, found.radius_m) == (datetime(2026, 11, 24, 18, 30), 12.0)


@pytest.mark.parametrize(
    ("detail", "marking"),
    [
        ("", "TLP:RED"),
        ("<remarks>nothing of the kind</remarks>", "TLP:RED"),
        ('<__cop marking="TLP:GREEN"/>', "TLP:GREEN"),
        ('<__cop marking="TLP:PINK"/>', "TLP:RED"),
        ('<__cop marking=""/>', "TLP:RED"),
        ('<contact callsign="[TLP:AMBER] a"/>', "TLP:AMBER"),
        ("<remarks>x TLP:AMBER+STRICT. y</remarks>", "TLP:AMBER+STRICT"),
        ("<remarks>TLP:AMBER//REL TO DPS, JTF. y</remarks>", "TLP:AMBER//REL TO DPS, JTF"),
        ('<__cop marking="TLP:CLEAR"/><remarks>TLP:AMBER</remarks>', "TLP:AMBER"),
        ('<__cop marking="TLP:CLEAR"/><remarks>TLP:WHITE</remarks>', "TLP:RED"),
        ("<remarks>TLP:AMBER+STRICTER</remarks>", "TLP:RED"),
        ("<remarks>TLP:GREENISH</remarks>", "TLP:RED"),
        ("<remarks>tlp green</remarks>", "TLP:RED"),
        ("<remarks>TLP:GREEN and TLP AMBER</remarks>", "TLP:RED"),
        ('<contact callsign="TLP:GREEN//REL TO DPS"/><remarks>TLP:AMBER//REL TO CBP</remarks>',
         "TLP:AMBER//NOT RELEASABLE"),
    ],
)  # fmt: skip
def test_the_most_restrictive_of_what_is_stated_counts(detail: str, marking: str) -> None:
    assert read(PLAIN.format(detail)).marking == marking


@pytest.mark.parametrize("dropped", ["contact", "__cop", "remarks"])
def test_a_marking_and_its_caveats_outlive_the_loss_of_any_one_place(dropped: str) -> None:
    message = make_message(marking="TLP:AMBER//REL TO DPS", synthetic=True)
    event = parse_xml(render_message(message, at=AT))
    for name in ("access", "releasableTo", "opex"):
        event.attrib.pop(name)
    detail = event.find("detail")
    assert detail is not None
    for child in detail.findall(dropped):
        detail.remove(child)
    found = read_report(event)
    assert found is not None
    assert (found.marking, found.synthetic) == ("TLP:AMBER//REL TO DPS", True)


def test_an_exercise_is_known_by_any_of_its_signs() -> None:
    for text in (
        PLAIN.format("<remarks>Exercise only</remarks>"),
        PLAIN.format('<contact callsign="EXERCISE"/>'),
        PLAIN.format('<__cop exercise="1"/>'),
        PLAIN.format("").replace("<event ", '<event opex="e-fox" '),
        PLAIN.format("").replace("<event ", '<event opex="s" '),
    ):
        assert read(text).synthetic
    assert not read(PLAIN.format("").replace("<event ", '<event opex="o" ')).synthetic
