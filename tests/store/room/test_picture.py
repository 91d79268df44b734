"""Tests of saved Pictures: revisions never change, and of two updates one is told."""

import re
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cop.errors import PictureError, PictureMissingError, RevisionConflictError
from cop.model.picture import Picture
from cop.model.release import Release
from cop.model.saved import PictureBasis
from cop.settings import StoreSettings
from cop.store.room.annotation import Annotations
from cop.store.room.picture import SavedPictures
from tests.support.drawing import drawing
from tests.support.saved import PAIRS, make_draft

pytestmark = pytest.mark.table
BEGAN = datetime(2026, 11, 25, 17, 30)


class Clock:
    """A clock that goes on by a minute at each look."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def saved(either: StoreSettings) -> Iterator[SavedPictures]:
    saved = SavedPictures(either, now=Clock())
    yield saved
    saved.close()


def test_what_is_saved_is_read_again_by_another_process(
    saved: SavedPictures, either: StoreSettings
) -> None:
    made = saved.save(make_draft(), name="  Morning brief ", description="For the table\nat 0700")
    assert re.fullmatch(r"[a-z2-7]{10}", made.id)
    other = SavedPictures(either)
    read = other.get(made.id)
    assert read == made
    assert read.name == "Morning brief"
    assert read.newest.picture == Picture.from_pairs(PAIRS)
    assert read.newest.picture.to_pairs() == list(PAIRS)
    assert (read.newest.number, read.newest.version, read.newest.author) == (1, 3, "Avery")
    assert read.newest.figures == make_draft().figures
    assert other.thumbnail(made.id, 1) == make_draft().thumbnail
    other.close()


def test_an_update_is_a_further_revision_and_the_first_stays_as_it_was(
    saved: SavedPictures,
) -> None:
    made = saved.save(make_draft(), name="Brief")
    first = saved.revision(made.id, 1)
    updated = saved.update(made.id, make_draft(events=99, author="Blake"), based_on=1)
    assert updated.newest.number == 2
    assert saved.revision(made.id, 1) == first
    assert saved.thumbnail(made.id, 1) == make_draft().thumbnail
    assert [r.number for r in saved.history(made.id)] == [2, 1]
    assert saved.revision(made.id) == updated.newest


def test_an_update_of_what_another_has_updated_is_refused_and_says_who(
    saved: SavedPictures,
) -> None:
    made = saved.save(make_draft(), name="Brief")
    saved.update(made.id, make_draft(author="Blake"), based_on=1)
    with pytest.raises(RevisionConflictError, match=r"'Brief': revision 2 of Blake at 251732Z NOV"):
        saved.update(made.id, make_draft(), based_on=1)
    assert len(saved.history(made.id)) == 2


def test_of_many_updates_at_once_exactly_one_comes_first(saved: SavedPictures) -> None:
    made = saved.save(make_draft(), name="Brief")

    def attempt(number: int) -> bool:
        try:
            saved.update(made.id, make_draft(events=number), based_on=1)
        except RevisionConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(24))) == 1


def test_name_and_description_change_without_a_revision(saved: SavedPictures) -> None:
    made = saved.save(make_draft(), name="Brief")
    saved.rename(made.id, "<b>Brief</b> & co")
    changed = saved.describe(made.id, "'; DROP TABLE picture; --")
    assert changed.name == "<b>Brief</b> & co"
    assert changed.description == "'; DROP TABLE picture; --"
    assert changed.newest == made.newest


def test_an_archived_picture_is_off_the_list_and_can_be_opened(saved: SavedPictures) -> None:
    old, new = (saved.save(make_draft(), name=name) for name in ("Old", "New"))
    assert [p.name for p in saved.list()] == ["New", "Old"]
    saved.archive(old.id)
    assert [p.name for p in saved.list()] == ["New"]
    assert [p.name for p in saved.list(archived=True)] == ["Old"]
    assert saved.revision(old.id, 1) == old.newest
    saved.restore(old.id)
    assert {p.id for p in saved.list()} == {old.id, new.id}


@pytest.mark.parametrize("name", ["", "   ", "a" * 101, "two\nlines", "\u0007"])
def test_a_name_that_cannot_be_one_is_refused(saved: SavedPictures, name: str) -> None:
    with pytest.raises(PictureError, match="name"):
        saved.save(make_draft(), name=name)
    assert saved.list() == ()


def test_author_and_description_are_checked(saved: SavedPictures) -> None:
    with pytest.raises(PictureError, match="author"):
        saved.save(make_draft(author=" "), name="Brief")
    with pytest.raises(PictureError, match="at most 2000"):
        saved.save(make_draft(), name="Brief", description="x" * 2_001)


def test_what_is_not_saved_is_named(saved: SavedPictures) -> None:
    made = saved.save(make_draft(), name="Brief")
    with pytest.raises(PictureMissingError, match="'nothing' is saved here"):
        saved.get("nothing")
    with pytest.raises(PictureMissingError, match="no revision 7: it has 1 to 1"):
        saved.revision(made.id, 7)
    with pytest.raises(PictureMissingError):
        saved.update("nothing", make_draft(), based_on=1)
    with pytest.raises(PictureMissingError):
        saved.thumbnail(made.id, 2)


def test_a_revision_is_known_as_it_was_seen_where_data_are_newer(saved: SavedPictures) -> None:
    revision = saved.save(make_draft(version=3), name="Brief").newest
    versions = {2: BEGAN - timedelta(days=2), 3: BEGAN - timedelta(days=1)}
    assert revision.as_known(versions) == revision.picture
    later = {**versions, 4: BEGAN + timedelta(days=1)}
    assert revision.as_known(later).known_at == revision.saved_at
    assert not revision.is_lost(later)
    gone = {5: BEGAN + timedelta(days=2), 6: BEGAN + timedelta(days=3)}
    assert revision.is_lost(gone)
    assert revision.as_known(gone) == revision.picture
    assert not revision.is_lost({2: BEGAN})
    # Published before the click, but not seen yet: that version is left out.
    unseen = {**versions, 4: BEGAN}
    assert revision.as_known(unseen).known_at == BEGAN - timedelta(microseconds=1)


@pytest.mark.access
def test_a_picture_that_names_what_may_not_be_known_is_not_there(saved: SavedPictures) -> None:
    seen = saved.save(make_draft(), name="Seen")
    named = Picture.from_pairs([*PAIRS, ("layers", "events*1,layer_x*1")])
    hidden = saved.save(make_draft(picture=named), name="Hidden")
    mixed = saved.save(make_draft(), name="Mixed")
    saved.update(mixed.id, make_draft(picture=named), based_on=1)
    last = saved.update(mixed.id, make_draft(), based_on=2)
    theirs = saved.known_by(lambda picture: picture != named)
    assert {one.id for one in saved.list()} == {seen.id, hidden.id, mixed.id}
    assert {one.id for one in theirs.list()} == {seen.id, mixed.id}
    assert [one.number for one in theirs.history(last.id)] == [3, 1]
    assert (theirs.has(seen.id), theirs.has(hidden.id), theirs.has("none")) == (True, False, False)
    for act in (theirs.get, theirs.archive, theirs.history):
        with pytest.raises(PictureMissingError, match=f"no picture '{hidden.id}' is saved here"):
            act(hidden.id)
    with pytest.raises(PictureMissingError, match="has no revision 2"):
        theirs.thumbnail(mixed.id, 2)


COUNTED = PictureBasis(
    sources=("open",),
    annotations=(),
    smallest_count=5,
    cell_sources=("open", "other"),
    cell_markings=("TLP:CLEAR", "TLP:GREEN"),
)
SHERIFF = Release(agency="SO-1", highest="TLP:GREEN")
FEW = replace(SHERIFF, smallest_count=5)


def shows_figures(
    saved: SavedPictures, counted: PictureBasis | None, release: Release | None, *, raised: str = ""
) -> bool:
    """Whether figures and map of a revision are there for a release; the Picture always is."""

    def may_count(sources: Collection[str] | None, version: int) -> bool:
        assert version == 3
        return sources is not None and raised not in sources

    made = saved.save(make_draft(counted=counted), name="Brief")
    own = saved.released_to(release).counted_by(may_count)
    newest = own.get(made.id).newest
    (listed,) = [one.newest for one in own.list() if one.id == made.id]
    assert newest == listed == own.revision(made.id, 1) == own.history(made.id)[0]
    assert newest == own.rename(made.id, "Noon").newest
    assert bool(newest.figures) == bool(own.thumbnail(made.id, 1)) != newest.withholds_figures
    return bool(newest.figures)


@pytest.mark.access
def test_figures_and_map_are_withheld_with_a_source_that_they_count(saved: SavedPictures) -> None:
    assert shows_figures(saved, COUNTED, SHERIFF)
    assert not shows_figures(saved, COUNTED, SHERIFF, raised="open")
    assert shows_figures(saved, COUNTED, SHERIFF, raised="other")
    assert shows_figures(saved, COUNTED, None, raised="open")


@pytest.mark.access
def test_figures_and_map_are_withheld_where_small_cells_may_be_in_them(
    saved: SavedPictures,
) -> None:
    assert shows_figures(saved, COUNTED, FEW)
    assert not shows_figures(saved, replace(COUNTED, smallest_count=1), FEW)
    assert not shows_figures(saved, replace(COUNTED, smallest_count=4), FEW)
    assert shows_figures(saved, replace(COUNTED, smallest_count=1), SHERIFF)
    # A cell of enough events has fewer for who may not read all of them.
    assert not shows_figures(saved, COUNTED, FEW, raised="other")
    amber = replace(COUNTED, cell_markings=("TLP:AMBER", "TLP:GREEN"))
    assert not shows_figures(saved, amber, FEW)
    assert shows_figures(saved, amber, SHERIFF)


@pytest.mark.access
def test_figures_and_map_of_before_it_was_noted_what_they_count_are_for_who_may_read_all(
    saved: SavedPictures,
) -> None:
    assert shows_figures(saved, None, None)
    assert not shows_figures(saved, None, SHERIFF)
    made = saved.save(make_draft(), name="Brief")
    own = saved.counted_by(lambda sources, _version: sources is None)
    assert own.released_to(SHERIFF).get(made.id).newest.figures
    assert own.released_to(FEW).get(made.id).newest.figures == ()


@pytest.mark.access
def test_a_map_is_withheld_once_an_annotation_on_it_is_raised(
    saved: SavedPictures, either: StoreSettings
) -> None:
    annotations = Annotations(either)
    drawn = annotations.draw(drawing(marking="TLP:GREEN"), author="Ana")
    counted = replace(COUNTED, annotations=(drawn.id,))
    assert shows_figures(saved, counted, SHERIFF)
    annotations.draw(drawing(marking="TLP:RED", replaces=drawn.id), author="Ana")
    annotations.close()
    assert not shows_figures(saved, counted, SHERIFF)
