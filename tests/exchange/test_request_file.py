"""Requests in packages: what a partner gets, and what it may not say."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cop.errors import PackageError
from cop.exchange import request_file
from cop.exchange.request_file import (
    GivenRequest,
    digest_requests,
    find_news,
    list_given_requests,
    mark_requests,
    read_requests,
    write_requests,
)
from cop.model.giving import Giver
from cop.model.release import Release
from cop.model.rfi import RfiAnswer, RfiPlace
from cop.settings import StoreSettings
from cop.store.given.event import GRANTED
from cop.store.room.rfi import Rfis
from cop.store.room.room import Room
from tests.support.access import SetClock

pytestmark = pytest.mark.exchange
NOW = datetime(2026, 11, 24, 18, 30)
PLACE = RfiPlace(lon=-110.9, lat=31.3)
AMBER = Release(agency="DPS", highest="TLP:AMBER")


class Desk:
    """A server's room with a clock."""

    def __init__(self, folder: Path, code: str) -> None:
        (folder / code).mkdir()
        self.code, self.clock = code, SetClock(NOW)
        self.unknown: tuple[str, ...] = ()
        self.room = Room(StoreSettings(data=folder / code))
        vars(self.room)["rfis"] = Rfis(StoreSettings(data=folder / code), now=self.clock)

    def ask(self, code: str, *, marking: str = "TLP:GREEN") -> str:
        return self.room.rfis.ask(
            server=self.code, asked_from=self.code, asked_of=code, asked_by="Ana", place=PLACE,
            text="What was seen?", marking=marking,
        ).id  # fmt: skip

    def step(self, rfi_id: str, kind: Any, **stated: Any) -> None:
        fields = {"server": self.code, "agency": self.code, "by": "Ana"} | stated
        self.room.rfis.take_step(rfi_id, kind, **fields)

    def answer(self, rfi_id: str, marking: str = "TLP:GREEN") -> None:
        answer = RfiAnswer(originator=self.code, text="Nothing", marking=marking)
        self.step(rfi_id, "answered", answer=answer)


@pytest.fixture
def jtf(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, "JTF")
    yield desk
    desk.room.close()


@pytest.fixture
def dps(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, "DPS")
    yield desk
    desk.room.close()


def list_given(desk: Desk, to: str, release: Release = AMBER) -> tuple[GivenRequest, ...]:
    return list_given_requests(desk.room, to, agency=desk.code, release=release, now=desk.clock())


def stated(desk: Desk, to: str, release: Release = AMBER) -> list[dict[str, Any]]:
    given = list_given(desk, to, release)
    return [one.model_dump(mode="json") for one in given]


def read(folder: Path, content: Any, desk: Desk, *, sender: str) -> Any:
    path = folder / "requests.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    taken, unknown = read_requests(
        path, sender=sender, receiver=desk.code, room=desk.room, made_at=NOW
    )
    desk.unknown = unknown
    return taken


def deliver(folder: Path, own: Desk, other: Desk) -> int:
    given = read(folder, stated(own, other.code), other, sender=own.code)
    news = find_news(given, other.room)
    for one in news:
        other.room.rfis.receive(one.rfi.question, one.steps)
    return len(news)


def test_a_request_goes_to_whom_it_is_for_alone(jtf: Desk) -> None:
    jtf.ask("DPS")
    assert len(stated(jtf, "DPS")) == 1
    assert stated(jtf, "CBP") == stated(jtf, "SO-1") == []


def test_what_came_before_comes_once(jtf: Desk, dps: Desk, tmp_path: Path) -> None:
    asked = jtf.ask("DPS")
    assert [deliver(tmp_path, jtf, dps) for _ in range(3)] == [1, 0, 0]
    assert stated(dps, "JTF") == []  # nothing was done there yet
    dps.step(asked, "assigned", to="Sgt Ortiz")
    dps.answer(asked)
    assert [deliver(tmp_path, dps, jtf) for _ in range(2)] == [1, 0]
    assert jtf.room.rfis.get(asked).state == "answered"
    assert [len(one["steps"]) for one in stated(jtf, "DPS")] == [0]  # its own steps alone


def test_steps_of_both_sides_in_any_order_lead_to_the_same(
    jtf: Desk, dps: Desk, tmp_path: Path
) -> None:
    asked = jtf.ask("DPS")
    deliver(tmp_path, jtf, dps)
    dps.answer(asked)
    jtf.step(asked, "closed")
    deliver(tmp_path, jtf, dps)
    deliver(tmp_path, dps, jtf)
    assert jtf.room.rfis.get(asked) == dps.room.rfis.get(asked)
    assert jtf.room.rfis.get(asked).state == "closed"


def test_withheld_markings_do_not_travel(jtf: Desk, dps: Desk, tmp_path: Path) -> None:
    jtf.ask("DPS", marking="TLP:AMBER+STRICT")
    jtf.ask("DPS", marking="TLP:GREEN//REL TO CBP")
    assert stated(jtf, "DPS") == []
    asked = jtf.ask("DPS")
    deliver(tmp_path, jtf, dps)
    dps.answer(asked, "TLP:AMBER")
    green = Release(agency="JTF", highest="TLP:GREEN")
    assert stated(dps, "JTF", green) == []
    (given,) = list_given(dps, "JTF")
    assert mark_requests((given,)) == "TLP:AMBER"


def test_the_digest_names_each_step(jtf: Desk) -> None:
    asked, seen = jtf.ask("DPS"), set()
    for kind in ("closed", None):
        seen.add(digest_requests(list_given(jtf, "DPS")))
        if kind:
            jtf.step(asked, kind)
    assert len(seen) == 2
    assert digest_requests(()) not in seen


def _as(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda one: one["question"].update(changes)


def _step(**changes: Any) -> Callable[[dict[str, Any]], None]:
    step = {
        "server": "JTF", "number": 1, "kind": "closed", "at": "2026-11-24T18:30:00", "by": "Ana",
        "agency": "JTF", "to": "", "reason": "", "answer": None,
    }  # fmt: skip
    return lambda one: one["steps"].append(step | changes)


ANSWER = {"originator": "JTF", "marking": "TLP:CLEAR", "text": "x"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_as(asked_of="CBP"), "it is for CBP"),
        (_as(server="CBP"), "JTF answers what it was never asked"),
        (_as(asked_at="2026-12-24T18:30:00"), "asked after the package was made"),
        (_as(text="Call 520-555-0100"), "belongs to one person"),
        (_as(text="x" * 1_001), "at most 1000 characters"),
        (_as(text="\x1b[2Jgone"), "text"),
        (_as(marking="TLP:PINK"), "TLP:PINK"),
        (_as(id="../../etc/passwd"), "id"),
        (_as(asked_at="2026-11-24T18:30:00Z"), "naive UTC"),
        (_as(further="x"), "further"),
        (_as(place={"lon": 400, "lat": 0}), "lon"),
        (_step(server="DPS"), "step 1 is of DPS, not of JTF"),
        (_step(kind="answered", answer=ANSWER), "JTF cannot have answered it"),
        (_step(kind="consented", to="CBP"), "JTF cannot have consented it"),
        (_step(kind="passed on", to="CBP", answer=ANSWER), "JTF cannot have passed on it"),
        (_step(at="2026-11-01T00:00:00"), "before it was asked"),
        (_step(at="2027-11-01T00:00:00"), "after the package was made"),
        (_step(kind="answered"), "without an answer"),
        (_step(reason="ana@example.org knows"), "belongs to one person"),
    ],
)
def test_what_a_partner_may_not_say_is_refused_whole(
    jtf: Desk, dps: Desk, tmp_path: Path, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    jtf.ask("DPS")
    content = stated(jtf, "DPS")
    assert read(tmp_path, content, dps, sender="JTF")
    change(content[0])
    with pytest.raises(PackageError, match=words):
        read(tmp_path, content, dps, sender="JTF")
    assert dps.room.rfis.list() == ()


def test_what_is_stated_twice_is_refused_whole(jtf: Desk, dps: Desk, tmp_path: Path) -> None:
    asked = jtf.ask("DPS")
    jtf.step(asked, "closed")
    (one,) = stated(jtf, "DPS")
    with pytest.raises(PackageError, match=f"request {asked}: it is stated twice; nothing was"):
        read(tmp_path, [one, one], dps, sender="JTF")
    one["steps"] *= 2
    with pytest.raises(PackageError, match=f"request {asked}: a step is stated twice; nothing was"):
        read(tmp_path, [one], dps, sender="JTF")


def test_a_partner_speaks_for_nobody_else(jtf: Desk, dps: Desk, tmp_path: Path) -> None:
    asked = jtf.ask("DPS")
    deliver(tmp_path, jtf, dps)
    dps.answer(asked)
    content = stated(dps, "JTF")
    # A third server forges the answer, and the asked one changes the question.
    with pytest.raises(PackageError, match="it is none of CBP"):
        read(tmp_path, content, jtf, sender="CBP")
    content[0]["question"]["text"] = "Another question"
    with pytest.raises(PackageError, match="another question than before"):
        read(tmp_path, content, jtf, sender="DPS")


@pytest.mark.parametrize("content", ["", "{}", "[1]", "[" * 100_000, '[{"steps": []}]'])
def test_what_is_no_list_of_requests_is_refused(dps: Desk, tmp_path: Path, content: str) -> None:
    with pytest.raises(PackageError, match="not the requests of a package"):
        read(tmp_path, content, dps, sender="JTF")


def test_an_answer_is_passed_on_to_its_receiver_alone(jtf: Desk) -> None:
    asked = jtf.ask("SO-1")
    jtf.answer(asked)
    answer = jtf.room.rfis.get(asked).answer
    jtf.step(asked, "passed on", to="CBP", answer=answer)
    (given,) = stated(jtf, "CBP", Release(agency="CBP"))
    assert [(step["kind"], step["to"]) for step in given["steps"]] == [("passed on", "CBP")]
    assert stated(jtf, "DPS") == []


def test_what_the_partner_would_refuse_is_left_out(jtf: Desk, dps: Desk, tmp_path: Path) -> None:
    """Rooms in which such steps were taken go on exchanging."""
    asked = jtf.ask("DPS")
    deliver(tmp_path, jtf, dps)
    dps.answer(asked)
    answer = dps.room.rfis.get(asked).answer
    dps.step(asked, "passed on", to="CBP", answer=answer)
    dps.step(asked, "consent asked", to="CBP")
    dps.step(asked, "closed")
    assert deliver(tmp_path, dps, jtf) == 1
    assert [step.kind for step in jtf.room.rfis.get(asked).steps] == ["answered"]
    # It was at this table when it was answered, and has a server now.
    jtf.answer(asked)
    jtf.step(asked, "passed on", to="DPS", answer=answer)
    jtf.step(asked, "closed")
    assert [[step["kind"] for step in one["steps"]] for one in stated(jtf, "DPS")] == [["closed"]]


def test_what_came_at_second_hand_says_nothing_back(jtf: Desk, dps: Desk, tmp_path: Path) -> None:
    asked = jtf.ask("SO-1")
    jtf.answer(asked)
    jtf.step(asked, "passed on", to="DPS", answer=jtf.room.rfis.get(asked).answer)
    deliver(tmp_path, jtf, dps)
    dps.answer(asked)
    dps.step(asked, "assigned", to="Bo")
    assert stated(dps, "JTF") == stated(dps, "CBP") == []


def test_a_step_before_the_question_by_another_clock_is_left_out(
    jtf: Desk, dps: Desk, tmp_path: Path
) -> None:
    asked = jtf.ask("DPS")
    deliver(tmp_path, jtf, dps)
    dps.clock.go_on(minutes=-20)
    dps.step(asked, "assigned", to="Bo")
    assert stated(dps, "JTF") == []
    dps.clock.go_on(minutes=20)
    dps.answer(asked)
    assert deliver(tmp_path, dps, jtf) == 1


def test_an_answer_to_a_question_that_is_not_known_any_more_is_left_out(
    jtf: Desk, dps: Desk, tmp_path: Path
) -> None:
    """As after a restore of who asked: nobody there can tell whether it was asked."""
    lost = jtf.ask("DPS")
    deliver(tmp_path, jtf, dps)
    dps.answer(lost)
    content = stated(dps, "JTF")
    (tmp_path / "restored").mkdir()
    restored = Desk(tmp_path / "restored", "JTF")
    known = restored.ask("DPS")
    deliver(tmp_path, restored, dps)
    dps.answer(known)
    assert deliver(tmp_path, dps, restored) == 1
    assert restored.unknown == (lost,)
    assert [rfi.id for rfi in restored.room.rfis.list()] == [known]
    # Nor is it taken of one that was asked by nobody, nor are its steps above the rules.
    assert read(tmp_path, content, restored, sender="DPS") == ()
    with pytest.raises(PackageError, match="it is none of CBP"):
        read(tmp_path, content, restored, sender="CBP")
    content[0]["steps"][0]["kind"] = "closed"
    with pytest.raises(PackageError, match="closed"):
        read(tmp_path, content, restored, sender="DPS")
    restored.room.close()


def test_what_has_a_time_to_come_is_given_once_that_is_there(
    jtf: Desk, dps: Desk, tmp_path: Path
) -> None:
    """A clock was wrong, and was set back."""
    asked = jtf.ask("DPS")
    deliver(tmp_path, jtf, dps)
    jtf.clock.go_on(minutes=30)
    jtf.step(asked, "closed")
    late = jtf.ask("DPS")
    jtf.clock.go_on(minutes=-30)
    (given,) = stated(jtf, "DPS")
    assert (given["question"]["id"], given["steps"]) == (asked, [])
    assert deliver(tmp_path, jtf, dps) == 0
    jtf.clock.go_on(minutes=20)
    assert {(one["question"]["id"], len(one["steps"])) for one in stated(jtf, "DPS")} == {
        (asked, 1), (late, 0),
    }  # fmt: skip


def open_granted() -> duckdb.DuckDBPyConnection:
    """Return a cursor where no events are given."""
    cursor = duckdb.connect()
    cursor.execute(
        f"CREATE TABLE {GRANTED} (origin VARCHAR, origin_source VARCHAR, record VARCHAR)"
    )
    return cursor


def test_no_more_requests_are_written_than_a_partner_takes(
    jtf: Desk, dps: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [jtf.ask("DPS") for _ in range(5)]
    given = list_given(jtf, "DPS")
    path = tmp_path / "requests.json"
    cursor, giver = open_granted(), Giver(agency="JTF", secret=b"x")
    write_requests(path, given[:2], cursor, giver=giver)
    monkeypatch.setattr(request_file, "_MOST_BYTES", path.stat().st_size + 2)
    assert write_requests(path, given, cursor, giver=giver) == given[:2]
    monkeypatch.setattr(request_file, "MOST_REQUESTS", 1)
    assert write_requests(path, given, cursor, giver=giver) == given[:1]
    taken, _ = read_requests(path, sender="JTF", receiver="DPS", room=dps.room, made_at=NOW)
    assert [one.question.id for one in taken] == [given[0].question.id]
    assert {one.question.id for one in given} == {*ids}


def test_of_one_request_that_is_too_large_the_newest_steps_are_written(
    jtf: Desk, dps: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = jtf.ask("DPS")
    deliver(tmp_path, jtf, dps)
    for _ in range(4):
        dps.answer(asked)
    given = list_given(dps, "JTF")
    path = tmp_path / "requests.json"
    cursor, giver = open_granted(), Giver(agency="DPS", secret=b"x")
    write_requests(path, given, cursor, giver=giver)
    monkeypatch.setattr(request_file, "_MOST_BYTES", path.stat().st_size - 1)
    assert write_requests(path, given, cursor, giver=giver) == given
    taken, _ = read_requests(path, sender="DPS", receiver="JTF", room=jtf.room, made_at=NOW)
    assert [step.number for step in taken[0].steps] == [3, 4]
