"""Requests for information between servers: their life in simulated time, consent, refusals."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shapely import LineString

from cop.access.audit.log import AuditLog
from cop.errors import AnnotationError, RfiError
from cop.exchange.rfi import MOST_SHOWN, RfiDesk, show_received_answer
from cop.model.annotation import Annotation, Drawing
from cop.model.area import measure_km
from cop.model.audit import Actor
from cop.model.marking import MARKINGS
from cop.model.rfi import Rfi, RfiAnswer, RfiPlace, RfiQuestion, RfiStep
from cop.store.room import annotation
from cop.store.room.annotation import Annotations
from tests.support.access import SetClock, shipped_policy
from tests.support.record import make_frame
from tests.support.rfi import BEGUN, Station, open_stations, simulate

pytestmark = pytest.mark.exchange
HOUR = 3_600


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    return simulate(monkeypatch)


@pytest.fixture
def stations(bare_warehouse: Path, tmp_path: Path, clock: SetClock) -> Iterator[dict[str, Station]]:
    del clock  # set before the rooms are opened
    found = open_stations(bare_warehouse, tmp_path, ("JTF", "DPS", "CBP"))
    yield found
    for one in found.values():
        one.office.close()


def drawn(station: Station) -> tuple[Annotation, ...]:
    return Annotations(station.office.settings).list()


@pytest.mark.full
def test_shown_the_life_of_a_request_with_clocks_in_simulated_time(
    stations: dict[str, Station], clock: SetClock
) -> None:
    jtf, dps, cbp = stations["JTF"], stations["DPS"], stations["CBP"]
    asked = jtf.ask("DPS", "Were there more vehicles at the wash?", "--at", "31.3, -110.9",
                    "--within-m", "900", "--from", "2026-10-29", "--to", "2026-10-30")  # fmt: skip
    assert jtf.state(asked)["due_at"] == "2026-11-01T08:00:00Z"
    clock.go_on(hours=1)
    assert "1 requests" in jtf.send(dps)
    assert cbp.done("rfi", "list") == ""
    clock.go_on(hours=1)
    dps.done("rfi", "assign", asked, "Sgt Ortiz")
    clock.go_on(hours=46)
    assert not dps.state(asked)["overdue"]  # 48 h to the second
    clock.go_on(seconds=1)
    dps.send(jtf)
    for station in (jtf, dps):
        state = station.state(asked)
        assert (state["state"], state["assignee"], state["overdue"]) == (
            "assigned", "Sgt Ortiz", True
        )  # fmt: skip
    assert drawn(jtf) == drawn(dps) == ()
    clock.go_on(hours=2)
    dps.done("rfi", "answer", asked, "Two trucks, 0200 to 0300")
    clock.go_on(hours=3)
    dps.send(jtf)
    for station in (jtf, dps):
        state = station.state(asked)
        assert (state["state"], state["overdue"]) == ("answered", False)
        assert state["answered_after_s"] == 50 * HOUR + 1
        (shown,) = drawn(station)
        assert shown.title == "RFI answered: Two trucks, 0200 to 0300"
        assert shown.marking == "TLP:AMBER//REL TO DPS, JTF"
        assert shown.drawing.shape == "area"
    # Each step has its own moment, on both servers.
    assert [step.split("; ")[1][:13] for step in jtf.state(asked)["steps"]] == [
        "301000Z OCT 2", "011000Z NOV 2"
    ]  # fmt: skip

    assert "only with their consent" in jtf.refused("rfi", "pass", asked, "CBP")
    assert "consent is theirs" in jtf.refused("rfi", "consent", asked, "--to", "CBP")
    jtf.done("rfi", "consent", asked, "--ask", "CBP")
    jtf.send(dps)
    assert "only with their consent" in jtf.refused("rfi", "pass", asked, "CBP")
    dps.done("rfi", "consent", asked, "--to", "CBP")
    dps.send(jtf)
    jtf.done("rfi", "pass", asked, "CBP")
    jtf.send(cbp)
    passed = cbp.state(asked)
    assert (passed["state"], passed["answer"]["text"]) == ("answered", "Two trucks, 0200 to 0300")
    assert passed["answer"]["originator"] == "DPS"
    assert [step.split(";")[0] for step in passed["steps"]] == ["Passed on to CBP"]
    assert "JTF asked: it asks for consent" in cbp.refused("rfi", "pass", asked, "SO-1")
    assert "JTF asked, and closes it" in dps.refused("rfi", "close", asked)
    jtf.done("rfi", "close", asked, "thank you")
    jtf.send(dps)
    assert dps.state(asked)["state"] == "closed"
    assert "is closed" in dps.refused("rfi", "answer", asked, "more")


def test_a_request_that_is_declined_is_answered_in_time(
    stations: dict[str, Station], clock: SetClock
) -> None:
    jtf, dps = stations["JTF"], stations["DPS"]
    asked = jtf.ask("DPS", "Who was it?", "--due-h", "4")
    jtf.send(dps)
    clock.go_on(hours=3)
    assert "say why" in dps.refused("rfi", "decline", asked, " ")
    dps.done("rfi", "decline", asked, "An inquiry is under way")
    dps.send(jtf)
    clock.go_on(hours=9)
    state = jtf.state(asked)
    assert (state["state"], state["overdue"], state["answered_after_s"]) == (
        "declined", False, 3 * HOUR
    )  # fmt: skip
    assert "An inquiry is under way" in state["steps"][0]


def test_records_travel_as_they_are_known_there(stations: dict[str, Station]) -> None:
    jtf, dps = stations["JTF"], stations["DPS"]
    dps.office.publish(
        make_frame(2, source_id=["a", "b"], marking=["TLP:GREEN", "TLP:AMBER+STRICT"])
    )
    asked = jtf.ask("DPS")
    jtf.send(dps)
    marks = dict(dps.office.rows("event_id", "marking"))
    green = next(one for one, mark in marks.items() if mark == "TLP:GREEN")
    strict = next(one for one, mark in marks.items() if mark != "TLP:GREEN")
    assert "JTF asked, and may not read" in dps.refused(
        "rfi", "answer", asked, "--record", green, "--record", strict
    )
    assert "none of that id" in dps.refused("rfi", "answer", asked, "--record", "0" * 32)
    dps.done("rfi", "answer", asked, "--record", green, "--marking", "TLP:GREEN")
    dps.send(jtf)
    jtf.office.warehouse.refresh()
    answer = jtf.state(asked)["answer"]
    assert [(one,) for one in answer["records"]] == jtf.office.rows("event_id")
    assert green not in answer["records"]
    assert (answer["n_records"], answer["marking"]) == (1, "TLP:GREEN")


def test_what_a_partner_may_not_read_is_neither_asked_nor_given(
    stations: dict[str, Station],
) -> None:
    jtf, dps = stations["JTF"], stations["DPS"]
    above = MARKINGS[MARKINGS.index("TLP:AMBER") + 1]
    asked = ("rfi", "ask", "DPS", "What was seen?", "--county", "Pima, AZ")
    assert "DPS may not read the question" in jtf.refused(*asked, "--marking", above)
    jtf.ask("DPS")
    jtf.done("partner", "give", "DPS", "--highest", "TLP:GREEN")
    assert "0 requests" in jtf.send(dps)
    assert dps.done("rfi", "list") == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("NOBODY", "What?", "--county", "Pima, AZ"), "no agency 'NOBODY'"),
        (("JTF", "What?", "--county", "Pima, AZ"), "asks itself"),
        (("DPS", "What?", "--county", "Nowhere"), "'Nowhere' is not in the region"),
        (("DPS", "What?"), "state one, a position, a county or an area"),
        (("DPS", "What?", "--county", "Pima, AZ", "--at", "31, -110"), "2 are stated"),
        (("DPS", "What?", "--at", "somewhere"), "'somewhere' is no position"),
        (("DPS", "Call 520-555-0100", "--county", "Pima, AZ"), "belongs to one person"),
        (("DPS", "?", "--county", "Pima, AZ"), "text: '?'"),
        (("DPS", "What?", "--county", "Pima, AZ", "--due-h", "0"), "due_h: '0'"),
        (("DPS", "What?", "--county", "Pima, AZ", "--picture", "aaaaaaaaaa"), "aaaaaaaaaa"),
        (
            ("DPS", "What?", "--county", "Pima, AZ", "--from", "2026-10-02", "--to", "2026-10-01"),
            "ends before it begins",
        ),
    ],
)
def test_what_is_not_valid_is_refused_and_not_asked(
    stations: dict[str, Station], arguments: tuple[str, ...], words: str
) -> None:
    assert words in stations["JTF"].refused("rfi", "ask", *arguments)
    assert stations["JTF"].done("rfi", "list") == ""


def test_an_agency_at_the_table_answers_here(stations: dict[str, Station], clock: SetClock) -> None:
    jtf, dps = stations["JTF"], stations["DPS"]
    asked = jtf.ask("SO-1", "Who saw the drone?")
    jtf.send(dps)
    assert dps.done("rfi", "list") == ""
    clock.go_on(hours=2)
    jtf.done("rfi", "answer", asked, "A rancher did")
    assert jtf.state(asked)["answer"]["originator"] == "SO-1"
    assert "only with their consent" in jtf.refused("rfi", "pass", asked, "DPS")
    assert "consent is theirs" in jtf.refused("rfi", "consent", asked, "--to", "DPS")
    jtf.done("rfi", "consent", asked, "--to", "DPS", "--agency", "SO-1")
    jtf.done("rfi", "pass", asked, "DPS")
    jtf.send(dps)
    assert dps.state(asked)["answer"]["text"] == "A rancher did"
    # An answer that is corrected has to be consented to anew.
    clock.go_on(hours=1)
    jtf.done("rfi", "answer", asked, "Two ranchers did")
    assert "only with their consent" in jtf.refused("rfi", "pass", asked, "DPS")
    (shown,) = drawn(jtf)
    assert shown.title == "RFI answered: Two ranchers did"
    assert jtf.state(asked)["answered_after_s"] == 2 * HOUR


def test_an_answer_is_at_the_table_for_who_has_it_until_it_is_passed_on(
    stations: dict[str, Station],
) -> None:
    jtf, dps = stations["JTF"], stations["DPS"]
    asked = jtf.ask("DPS")
    jtf.send(dps)
    dps.done("rfi", "answer", asked, "Two trucks at the old mill", "--marking", "TLP:AMBER")
    dps.send(jtf)

    def reads(agency: str) -> tuple[bool, bool]:
        """Whether its people at the table of JTF read the answer on the map and on the page."""
        room = jtf.office.service.released_to(shipped_policy().agency_release(agency)).room
        return bool(room.annotations.list()), room.rfis.get(asked).answer is not None

    assert [reads(code) for code in ("JTF", "DPS", "SO-1")] == [(True,) * 2] * 2 + [(False,) * 2]
    dps.done("rfi", "consent", asked, "--to", "SO-1")
    dps.send(jtf)
    assert reads("SO-1") == (False, False)
    jtf.done("rfi", "pass", asked, "SO-1")
    assert (reads("SO-1"), reads("CBP")) == ((True, True), (False, False))
    (shown,) = drawn(jtf)
    assert shown.marking == "TLP:AMBER//REL TO DPS, JTF, SO-1"


def passed_on(to: str = "JTF", number: int = 0, **place: Any) -> Rfi:
    """Return a request of DPS whose answer it passed on."""
    answer = RfiAnswer(originator="CBP", marking="TLP:GREEN", text="Nothing")
    question = RfiQuestion.build(
        id=f"{'a' * 18}{'abcdefghijklmnopqrstuvwxyz'[number % 26]}{'ab'[number // 26]}",
        server="DPS", asked_from="DPS", asked_of="CBP", asked_by="Ana", asked_at=BEGUN,
        text="What?", place={"lon": -110, "lat": 31, **place}, marking="TLP:GREEN",
    )  # fmt: skip
    step = RfiStep(
        server="DPS", number=1, kind="passed on", at=BEGUN, by="Ana", agency="DPS", to=to,
        answer=answer,
    )  # fmt: skip
    return Rfi(question=question, steps=(step,))


def receive(station: Station, rfi: Rfi) -> None:
    """Receive a request from DPS, and show its answer."""
    room = station.office.room
    stored = room.rfis.receive(rfi.question, rfi.steps)
    show_received_answer(room, stored, rfi.steps, sender="DPS", host=station.code)


def test_a_partner_does_not_fill_the_map(
    stations: dict[str, Station], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotation, "MOST_LIVE", MOST_SHOWN)
    jtf = stations["JTF"]
    for number in range(MOST_SHOWN + 3):
        receive(jtf, passed_on(number=number))
    assert len(jtf.office.room.rfis.list()) == MOST_SHOWN + 3
    annotations = jtf.office.room.annotations
    assert [one.author for one in annotations.list()] == ["DPS"] * MOST_SHOWN
    own = Drawing(shape="point", title="Ours", coordinates=((-110.9, 31.3),), lasts_h=24)
    for _ in range(MOST_SHOWN):
        annotations.draw(own, author="Ana")
    with pytest.raises(AnnotationError, match="the most allowed"):
        annotations.draw(own, author="Ana")
    # One that was erased leaves room for another, and a corrected one takes its own place.
    receive(jtf, passed_on())
    assert len(drawn(jtf)) == 2 * MOST_SHOWN
    annotations.erase(jtf.office.room.rfis.annotation_of(passed_on().id) or "", by="Ana")
    receive(jtf, passed_on(number=MOST_SHOWN + 1))
    assert [one.author for one in drawn(jtf)].count("DPS") == MOST_SHOWN


def test_only_what_is_for_this_server_is_drawn(stations: dict[str, Station]) -> None:
    jtf = stations["JTF"]
    receive(jtf, passed_on("SO-1"))
    assert drawn(jtf) == ()


WIDE = "-120.0000 30.0000,-100.0000 30.0000,-100.0000 40.0000"


@pytest.mark.parametrize(
    ("place", "shape", "km"),
    [
        ({"area": "-110.2000 31.0000,-110.0000 31.0000,-110.0000 31.2000"}, "area", 25),
        ({"area": WIDE}, "area", 203),
        ({"lon": 179.9, "uncertainty_m": 100_000}, "point", 0),
        ({"lat": 90, "uncertainty_m": 100_000}, "point", 0),
        ({"lat": 31, "uncertainty_m": 100_000}, "area", 203),
    ],
)
def test_a_partners_place_is_drawn_no_larger_than_a_ring(
    stations: dict[str, Station], place: dict[str, Any], shape: str, km: float
) -> None:
    receive(stations["JTF"], passed_on(**place))
    (shown,) = drawn(stations["JTF"])
    west, south, east, north = shown.drawing.geometry.bounds
    assert shown.drawing.shape == shape
    assert measure_km(LineString([(west, south), (east, south)])) <= km
    assert measure_km(LineString([(west, south), (west, north)])) <= km


def test_what_a_partner_would_refuse_is_not_done(stations: dict[str, Station]) -> None:
    jtf, dps, cbp = stations["JTF"], stations["DPS"], stations["CBP"]
    asked = jtf.ask("DPS")
    jtf.send(dps)
    dps.done("rfi", "answer", asked, "Two trucks", "--marking", "TLP:GREEN")
    dps.send(jtf)
    jtf.done("rfi", "pass", asked, "CBP")
    jtf.send(cbp)
    for own in (dps, cbp):
        for act in (("pass", asked, "SO-1"), ("consent", asked, "--ask", "SO-1")):
            assert "JTF asked: it asks for consent" in own.refused("rfi", *act)
    for act in (("answer", asked, "x"), ("assign", asked, "me"), ("decline", asked, "no")):
        assert "DPS is asked, and answers on its own server" in cbp.refused("rfi", *act)
    for own, other in ((dps, jtf), (dps, cbp), (cbp, jtf)):
        own.office.publish(make_frame(1, source_id=["a"], marking=["TLP:GREEN"]))
        assert "1 added" in own.send(other)


def test_only_who_is_asked_answers(stations: dict[str, Station]) -> None:
    jtf = stations["JTF"]
    asked = jtf.ask("DPS")
    for act in (("answer", asked, "x"), ("assign", asked, "me"), ("decline", asked, "no")):
        assert "answers on its own server" in jtf.refused("rfi", *act)
    assert "no request 'zz'" in jtf.refused("rfi", "show", "zz")


@pytest.fixture
def table(bare_warehouse: Path, tmp_path: Path) -> Iterator[Station]:
    """A server of JTF without partners: all other agencies are at its table."""
    found = open_stations(bare_warehouse, tmp_path, ("JTF",))["JTF"]
    yield found
    found.office.close()


def test_at_the_table_who_is_asked_answers_and_who_asked_closes(table: Station) -> None:
    jtf = table

    def desk(agency: str) -> RfiDesk:
        policy = shipped_policy()
        return RfiDesk(
            service=jtf.office.service.released_to(policy.agency_release(agency or "JTF")),
            policy=policy,
            audit=AuditLog(jtf.office.settings),
            actor=Actor(name="Ana", agency=agency),
            name="Ana",
        )

    place = RfiPlace(lon=-110.9, lat=31.3)
    asked = [
        desk("DPS").ask(asked_of="CBP", place=place, text="What?", marking="TLP:GREEN").id
        for _ in range(2)
    ]
    for agency in ("SO-1", "DPS"):
        other = desk(agency)
        assert not other.may_answer(other.room.rfis.get(asked[0]))
        for act in (
            lambda other=other: other.assign(asked[0], "Bo"),
            lambda other=other: other.answer(asked[0], text="Nothing", marking="TLP:GREEN"),
            lambda other=other: other.decline(asked[0], "no time"),
        ):
            with pytest.raises(RfiError, match=f"CBP is asked: they answer, .* of {agency}"):
                act()
    for agency in ("SO-1", "CBP"):
        with pytest.raises(RfiError, match=f"DPS asked: they close it, or JTF; .* of {agency}"):
            desk(agency).close(asked[0])
    assert jtf.office.room.rfis.get(asked[0]).steps == ()
    desk("CBP").assign(asked[0], "Bo")
    desk("CBP").answer(asked[0], text="Nothing", marking="TLP:GREEN")
    desk("DPS").close(asked[0])
    # The host acts for the table, and so do the single operator and the command line.
    desk("JTF").assign(asked[1], "Bo")
    desk("").answer(asked[1], text="Nothing", marking="TLP:GREEN")
    jtf.done("rfi", "close", asked[1])
