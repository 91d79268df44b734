"""Requests as values: states, clocks, consent, and what a release leaves of them."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.errors import RfiError
from cop.model.area import Area
from cop.model.release import Release
from cop.model.rfi import (
    Rfi,
    RfiAnswer,
    RfiPlace,
    RfiQuestion,
    RfiStep,
    build_rfi_part,
    order_steps,
)

pytestmark = pytest.mark.exchange
NOW = datetime(2026, 11, 24, 18, 30)
PLACE = RfiPlace(lon=-110.9, lat=31.3)


def question(**changes: Any) -> RfiQuestion:
    stated = {
        "id": "a" * 20, "server": "JTF", "asked_from": "JTF", "asked_of": "DPS", "asked_by": "Ana",
        "asked_at": NOW, "text": "What was seen?", "place": PLACE, "marking": "TLP:GREEN",
    }  # fmt: skip
    return RfiQuestion.build(**stated | changes)


def step(kind: Any, number: int = 1, *, after_h: float = 1, **changes: Any) -> RfiStep:
    stated = {
        "server": "DPS", "number": number, "kind": kind, "at": NOW + timedelta(hours=after_h),
        "by": "Bo", "agency": "DPS",
    }  # fmt: skip
    return RfiStep.model_validate(stated | changes)


def answer(marking: str = "TLP:AMBER", **changes: Any) -> RfiAnswer:
    return RfiAnswer.model_validate(
        {"originator": "DPS", "marking": marking, "text": "x"} | changes
    )


STEPS = (
    step("assigned", 1, to="Sgt Ortiz"),
    step("answered", 2, after_h=50, answer=answer()),
    step("answered", 3, after_h=60, answer=answer(text="corrected")),
    step("closed", 1, after_h=70, server="JTF", agency="JTF"),
)


@given(st.permutations(STEPS))
def test_the_order_in_which_steps_come_does_not_matter(steps: list[RfiStep]) -> None:
    rfi = Rfi(question=question(), steps=order_steps(steps))
    assert rfi.state == "closed"
    assert rfi.time_to_answer == timedelta(hours=50)
    assert rfi.answer is not None
    assert rfi.answer.text == "corrected"
    assert rfi.assignee == "Sgt Ortiz"
    assert (rfi.number_of("DPS"), rfi.number_of("JTF"), rfi.number_of("CBP")) == (3, 1, 0)


def test_it_is_overdue_from_its_due_time_until_it_is_answered() -> None:
    asked = Rfi(question=question(due_h=48))
    due = NOW + timedelta(hours=48)
    assert not asked.is_overdue(due)
    assert asked.is_overdue(due + timedelta(seconds=1))
    for last in (STEPS[1], step("declined", reason="no"), step("closed")):
        assert not Rfi(question=question(), steps=(last,)).is_overdue(due + timedelta(days=9))
    assert Rfi(question=question(), steps=STEPS[:1]).is_overdue(due + timedelta(seconds=1))


def consented(number: int, **changes: Any) -> RfiStep:
    return step("consented", number, after_h=55, **{"to": "CBP", **changes})


def test_consent_is_the_originators_and_of_the_newest_answer() -> None:
    def has(*steps: RfiStep) -> bool:
        return Rfi(question=question(), steps=order_steps(steps)).has_consent("CBP")

    assert has(STEPS[1], consented(3))
    assert not has(consented(3))
    assert not has(STEPS[1], consented(3, to="SO-1"))
    assert not has(STEPS[1], consented(3, agency="JTF"))
    assert not has(STEPS[1], consented(3, server="JTF"))
    assert not has(STEPS[1], consented(3), step("answered", 4, after_h=60, answer=answer()))
    # Numbers decide within a server, whatever its clock said.
    assert not has(step("answered", 4, after_h=50, answer=answer()), consented(3))


@pytest.mark.parametrize(
    ("marking", "to", "needed"),
    [
        ("TLP:CLEAR", "CBP", False),
        ("TLP:GREEN", "CBP", False),
        ("TLP:AMBER", "CBP", True),
        ("TLP:RED", "CBP", True),
        ("TLP:AMBER//REL TO CBP, JTF", "CBP", False),
        ("TLP:AMBER//REL TO JTF", "CBP", True),
        ("TLP:AMBER", "JTF", False),
        ("TLP:AMBER", "DPS", False),
    ],
)
def test_when_consent_is_needed(marking: str, to: str, needed: bool) -> None:
    steps = (step("answered", answer=answer(marking)),)
    assert Rfi(question=question(), steps=steps).needs_consent(to) is needed


@pytest.mark.parametrize(
    ("stated", "more", "marking"),
    [
        ("TLP:GREEN", (), "TLP:GREEN"),
        ("TLP:AMBER", (), "TLP:AMBER//REL TO DPS, JTF"),
        ("TLP:RED//REL TO CBP, JTF", (), "TLP:RED//REL TO JTF"),
        ("TLP:RED//REL TO CBP, JTF", ("passed",), "TLP:RED//REL TO CBP, JTF"),
        ("TLP:AMBER", ("passed",), "TLP:AMBER//REL TO DPS, JTF"),
        ("TLP:AMBER", ("consented",), "TLP:AMBER//REL TO DPS, JTF"),
        ("TLP:AMBER", ("consented", "passed"), "TLP:AMBER//REL TO CBP, DPS, JTF"),
        ("TLP:AMBER", ("consented", "corrected", "passed"), "TLP:AMBER//REL TO DPS, JTF"),
    ],
)
def test_an_answer_at_a_table_is_for_who_has_it_alone(
    stated: str, more: tuple[str, ...], marking: str
) -> None:
    given = answer(stated)
    new = answer(stated, text="corrected")
    steps = {
        "consented": consented(2),
        "corrected": step("answered", 3, after_h=60, answer=new),
        "passed": step("passed on", 1, after_h=70, server="JTF", to="CBP",
                       answer=new if "corrected" in more else given),
    }  # fmt: skip
    rfi = Rfi(
        question=question(), steps=(step("answered", answer=given), *(steps[one] for one in more))
    )
    assert rfi.answer is not None
    assert rfi.mark_answer(rfi.answer) == marking
    seen = rfi.released_to(Release(agency="CBP", highest="TLP:RED"))
    assert seen is not None
    assert (seen.answer is not None) is ("CBP" in marking or "REL TO" not in marking)


def test_an_answer_at_second_hand_is_for_whom_it_names_as_its_readers() -> None:
    to = [f"A{number}" for number in range(30)]
    steps = [
        step("passed on", number + 1, server="JTF", to=code, answer=answer())
        for number, code in enumerate(["no code", *to])
    ]
    rfi = Rfi(question=question(), steps=tuple(steps))
    marking = rfi.mark_answer(answer())
    assert marking.startswith("TLP:AMBER//REL TO A0, A1, ")
    assert len(marking.split(", ")) == 20
    assert "no code" not in marking


def test_a_release_leaves_what_it_admits() -> None:
    rfi = Rfi(question=question(), steps=STEPS)
    green = rfi.released_to(Release(agency="SO-1", highest="TLP:GREEN"))
    assert green is not None
    assert (green.answer, rfi.marking, green.marking) == (None, "TLP:AMBER", "TLP:GREEN")
    strict = Rfi(question=question(marking="TLP:AMBER//REL TO DPS"))
    assert strict.released_to(Release(agency="SO-1")) is None
    assert strict.released_to(None) == strict


def test_who_may_not_read_an_answer_reads_of_no_consent_to_pass_it_on() -> None:
    answered = step("answered", 1, answer=answer(marking="TLP:AMBER"))
    steps = (answered, step("consent asked", 2, to="CBP"), step("consented", 3, to="CBP"))
    rfi = Rfi(question=question(marking="TLP:GREEN"), steps=steps)
    green = rfi.released_to(Release(agency="JTF", highest="TLP:GREEN"))
    amber = rfi.released_to(Release(agency="JTF", highest="TLP:AMBER"))
    assert green is not None
    assert amber is not None
    assert (green.steps, amber.steps) == ((), steps)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"asked_of": "JTF"}, "asks itself"),
        ({"asked_of": "jtf"}, "asked_of: 'jtf'"),
        ({"text": "?"}, "text: '?'"),
        ({"text": "\x00 what"}, "text"),
        ({"due_h": 0}, "due_h: '0'"),
        ({"due_h": 10_000}, "due_h: '10000'"),
        ({"marking": "TLP:PINK"}, "use one of"),
        ({"since": NOW, "until": NOW}, "ends before it begins"),
        ({"asked_by": ""}, "asked_by"),
    ],
)
def test_what_is_no_question_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RfiError, match=words.replace("?", r"\?")):
        question(**changes)


def test_places_in_words() -> None:
    assert RfiPlace(lon=-110.9, lat=31.3, uncertainty_m=900).words.endswith("within 900 m")
    assert RfiPlace(lon=-110.9, lat=31.3, county="Pima, AZ").words == "county Pima, AZ"
    area = Area.of([(-111.2, 31.4), (-110.9, 31.4), (-110.9, 31.6)])
    place = RfiPlace.of_area(area)
    assert "a drawn area of" in place.words
    assert area.polygon.contains(area.polygon.representative_point())
    for wrong in ({"area": "1 2"}, {"area": area.to_text(), "county": "Pima, AZ"}, {"lat": 91}):
        with pytest.raises(RfiError):
            build_rfi_part(RfiPlace, **{"lon": 0, "lat": 0} | wrong)


def test_steps_that_lack_something_are_refused() -> None:
    for kind in ("assigned", "answered", "declined", "consented", "passed on"):
        with pytest.raises(ValueError, match=r"say|without an answer"):
            step(kind)
    with pytest.raises(ValueError, match="write a text"):
        answer(text="")
