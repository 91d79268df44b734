"""Requests in the room: steps by a set clock, what comes twice, and what a release leaves."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cop.errors import RfiError
from cop.model.release import Release
from cop.model.rfi import Rfi, RfiAnswer, RfiPlace
from cop.settings import StoreSettings
from cop.store.room.rfi import Rfis
from tests.support.access import SetClock

pytestmark = pytest.mark.exchange
PLACE = RfiPlace(lon=-110.9, lat=31.3)
ANSWER = RfiAnswer(originator="DPS", marking="TLP:AMBER", text="Nothing")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def rfis(either: StoreSettings, clock: SetClock) -> Iterator[Rfis]:
    with closing(Rfis(either, now=clock)) as found:
        yield found


def ask(rfis: Rfis, **changes: Any) -> Rfi:
    stated = {
        "server": "JTF", "asked_from": "JTF", "asked_of": "DPS", "asked_by": "Ana",
        "place": PLACE, "text": "What was seen?", "marking": "TLP:GREEN",
    }  # fmt: skip
    return rfis.ask(**stated | changes)


def take(rfis: Rfis, rfi: Rfi, kind: Any, **changes: Any) -> Rfi:
    return rfis.take_step(rfi.id, kind, **{"server": "DPS", "agency": "DPS", "by": "Bo", **changes})


def test_steps_are_numbered_and_have_the_time_of_the_clock(rfis: Rfis, clock: SetClock) -> None:
    rfi = ask(rfis)
    assert rfi.question.asked_at == clock.now
    clock.go_on(hours=5)
    take(rfis, rfi, "assigned", to="Sgt Ortiz")
    clock.go_on(hours=1)
    done = take(rfis, rfi, "answered", answer=ANSWER)
    assert [(step.number, step.kind) for step in done.steps] == [(1, "assigned"), (2, "answered")]
    assert done.time_to_answer == timedelta(hours=6)
    assert rfis.get(rfi.id) == done
    assert rfis.list() == (done,)


@pytest.mark.parametrize(
    ("before", "kind", "words"),
    [
        ("closed", "answered", "is closed: ask anew"),
        ("declined", "answered", "is declined: ask anew"),
        ("closed", "closed", "closed already"),
        ("answered", "declined", "answer it instead"),
        ("assigned", "passed on", "no answer yet"),
        ("assigned", "consented", "no answer yet"),
    ],
)
def test_a_step_that_is_too_late_or_too_early_is_refused(
    rfis: Rfis, before: str, kind: str, words: str
) -> None:
    rfi = ask(rfis)
    parts = {"assigned": {"to": "x"}, "answered": {"answer": ANSWER}, "declined": {"reason": "x"}}
    done = take(rfis, rfi, before, **parts.get(before, {}))
    with pytest.raises(RfiError, match=words):
        take(rfis, rfi, kind, **parts.get(kind, {}), **({} if kind != "consented" else {"to": "x"}))
    assert rfis.get(rfi.id) == done


def test_what_comes_twice_changes_nothing(rfis: Rfis, tmp_path: Path) -> None:
    rfi = take(rfis, ask(rfis), "answered", answer=ANSWER)
    (tmp_path / "other").mkdir()
    with closing(Rfis(StoreSettings(data=tmp_path / "other"))) as other:
        for _ in range(3):
            assert other.receive(rfi.question, rfi.steps) == rfi
        changed = rfi.steps[0].model_copy(update={"by": "Eve"})
        assert other.receive(rfi.question, (changed,)) == rfi


def test_a_release_has_what_it_admits(rfis: Rfis) -> None:
    rfi = take(rfis, ask(rfis), "answered", answer=ANSWER)
    secret = ask(rfis, marking="TLP:RED")
    green = rfis.released_to(Release(agency="SO-1", highest="TLP:GREEN"))
    assert [one.id for one in green.list()] == [rfi.id]
    assert green.get(rfi.id).answer is None
    assert green.find(secret.id) is None
    with pytest.raises(RfiError, match="no request"):
        green.get(secret.id)


def test_which_annotation_shows_it_is_stored(rfis: Rfis) -> None:
    rfi = ask(rfis)
    assert rfis.annotation_of(rfi.id) is None
    rfis.note_annotation(rfi.id, "abc")
    assert rfis.annotation_of(rfi.id) == "abc"
