"""Tests of the annotations' store: nothing is lost, and what was on the map then is known."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from cop.errors import AnnotationError
from cop.model.board import Person
from cop.model.release import Release
from cop.settings import StoreSettings
from cop.store.room import annotation as module
from cop.store.room.annotation import Annotations
from cop.store.room.board import Journal
from tests.support.drawing import drawing
from tests.support.released import release_to

pytestmark = pytest.mark.table
BEGAN = datetime(2026, 11, 25, 17, 30)
HOUR = timedelta(hours=1)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def annotations(either: StoreSettings, clock: Clock) -> Iterator[Annotations]:
    with closing(Annotations(either, now=clock)) as annotations:
        yield annotations


def titles(annotations: Annotations, at: datetime | None = None) -> list[str]:
    return [one.title for one in annotations.list(at)]


def test_an_edit_supersedes_and_an_erasure_retires(annotations: Annotations, clock: Clock) -> None:
    first = annotations.draw(drawing(title="First"), author="Avery")
    clock.now += HOUR
    second = annotations.draw(drawing(title="Second", replaces=first.id), author="Blake")
    assert (second.id, second.revision, second.author) == (first.id, 2, "Blake")
    clock.now += HOUR
    annotations.erase(first.id, by="Casey")
    assert titles(annotations) == []
    assert titles(annotations, BEGAN) == ["First"]
    assert titles(annotations, BEGAN + HOUR) == ["Second"]
    assert titles(annotations, BEGAN - HOUR) == []
    assert [one.title for one in annotations.history(first.id)] == ["Second", "First"]


def test_an_annotation_ends_at_its_time(annotations: Annotations, clock: Clock) -> None:
    annotations.draw(drawing(title="Short", lasts_h=6), author="Avery")
    annotations.draw(drawing(title="Standing", lasts_h=None), author="Avery")
    clock.now += 6 * HOUR - timedelta(seconds=1)
    assert titles(annotations) == ["Short", "Standing"] or titles(annotations) == [
        "Standing",
        "Short",
    ]
    clock.now += timedelta(seconds=1)
    assert titles(annotations) == ["Standing"]


def test_what_is_not_on_the_map_can_be_neither_changed_nor_erased(annotations: Annotations) -> None:
    with pytest.raises(AnnotationError, match="no longer on the map"):
        annotations.erase("abcdefghij", by="Avery")
    with pytest.raises(AnnotationError, match="no longer on the map"):
        annotations.draw(drawing(replaces="abcdefghij"), author="Avery")
    drawn = annotations.draw(drawing(), author="Avery")
    annotations.erase(drawn.id, by="Avery")
    with pytest.raises(AnnotationError, match="no longer on the map"):
        annotations.erase(drawn.id, by="Avery")


def test_each_change_is_noted_on_the_board_and_is_no_revision(
    annotations: Annotations, either: StoreSettings
) -> None:
    with closing(Journal(either)) as journal:
        drawn = annotations.draw(drawing(), author="Avery")
        annotations.erase(drawn.id, by="Avery")
        with pytest.raises(AnnotationError):
            annotations.erase(drawn.id, by="Avery")
        assert (journal.board().annotations, journal.board().revision) == (2, 0)
        assert journal.entries(0) == []
        journal.take(Person(id="a" * 16, name="Avery"))
        annotations.draw(drawing(), author="Avery")
        assert (journal.board().annotations, journal.board().revision) == (3, 1)
        assert [entry.revision for entry in journal.entries(0) or []] == [1]


@pytest.mark.access
def test_changes_are_counted_of_what_may_be_read(annotations: Annotations) -> None:
    theirs = annotations.released_to(Release(agency="SO-1", highest="TLP:AMBER"))
    first = annotations.draw(drawing(marking="TLP:RED"), author="Avery")
    annotations.erase(first.id, by="Avery")
    assert (annotations.count_changes(), theirs.count_changes()) == (2, 0)
    drawn = annotations.draw(drawing(marking="TLP:GREEN"), author="Avery")
    assert theirs.count_changes() == 1
    annotations.draw(drawing(marking="TLP:RED", replaces=drawn.id), author="Avery")
    assert theirs.count_changes() == 2, "it is gone from their map"
    annotations.erase(drawn.id, by="Avery")
    assert (annotations.count_changes(), theirs.count_changes()) == (6, 2)


@pytest.mark.access
def test_a_map_is_full_of_what_may_be_read(
    annotations: Annotations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_LIVE", 2)
    theirs = annotations.released_to(Release(agency="SO-1", highest="TLP:AMBER"))
    for marking in ("TLP:RED", "TLP:GREEN"):
        annotations.draw(drawing(marking=marking), author="Avery")
    with pytest.raises(AnnotationError, match="2 annotations are on the map"):
        annotations.draw(drawing(), author="Avery")
    theirs.draw(drawing(), author="Blake")
    with pytest.raises(AnnotationError, match="2 annotations are on the map"):
        theirs.draw(drawing(), author="Blake")


def test_a_full_map_takes_no_more(
    annotations: Annotations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_LIVE", 2)
    drawn = annotations.draw(drawing(), author="Avery")
    annotations.draw(drawing(), author="Avery")
    with pytest.raises(AnnotationError, match="2 annotations are on the map"):
        annotations.draw(drawing(), author="Avery")
    annotations.draw(drawing(replaces=drawn.id), author="Avery")


@pytest.mark.access
def test_one_whose_marking_was_raised_is_withheld_as_it_was_at_any_time(
    annotations: Annotations, clock: Clock
) -> None:
    county = annotations.released_to(release_to("HCSO", "TLP:GREEN"))
    first = annotations.draw(drawing(title="First", marking="TLP:GREEN"), author="Avery")
    annotations.draw(drawing(title="Other", marking="TLP:GREEN"), author="Avery")
    clock.now += HOUR
    assert len(county.list(BEGAN)) == len(county.list()) == 2
    raised = drawing(title="First", marking="TLP:AMBER", replaces=first.id)
    annotations.draw(raised, author="Avery")
    assert titles(county) == titles(county, BEGAN) == ["Other"]
    assert county.history(first.id) == ()
    assert sorted(titles(annotations, BEGAN)) == ["First", "Other"]
