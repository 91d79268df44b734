"""Tests of saved Pictures: references, names, and the Picture of a revision as it was seen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cop.errors import PictureError
from cop.model.picture import Picture
from cop.model.saved import (
    MOST_AUTHOR,
    MOST_DESCRIPTION,
    MOST_NAME,
    Revision,
    check_author,
    check_description,
    check_name,
    read_reference,
)

pytestmark = pytest.mark.house

SAVED = datetime(2026, 3, 1, 12)
REVISION = Revision(
    picture_id="abc",
    number=2,
    picture=Picture.from_pairs([("records", "synthetic")]),
    author="Avery",
    saved_at=SAVED,
    version=5,
    marking="TLP:GREEN",
    figures=(),
)


def versions(**published: datetime) -> dict[int, datetime]:
    return {int(name.removeprefix("v")): at for name, at in published.items()}


@pytest.mark.parametrize(
    ("text", "reference"),
    [("abc", ("abc", None)), ("abc:1", ("abc", 1)), ("abc:999999999", ("abc", 999_999_999))],
)
def test_references(text: str, reference: tuple[str, int | None]) -> None:
    assert read_reference(text) == reference


@pytest.mark.parametrize("text", ["abc:", "abc:x", "abc:-1", "abc:1.5", "abc:²", f"abc:{'1' * 10}"])
def test_a_revision_is_a_whole_number(text: str) -> None:
    with pytest.raises(PictureError, match="ID:REVISION"):
        read_reference(text)


@pytest.mark.parametrize(("check", "most"), [(check_name, MOST_NAME), (check_author, MOST_AUTHOR)])
def test_names_are_one_line(check: Callable[[str], str], most: int) -> None:
    assert check("  Night shift \n") == "Night shift"
    assert check("x" * most) == "x" * most
    for wrong in ("", "  ", "x" * (most + 1), "a\nb", "a\x00b"):
        with pytest.raises(PictureError, match=f"1 to {most} characters"):
            check(wrong)


def test_a_description_has_lines_and_an_end() -> None:
    assert check_description(" a\nb ") == "a\nb"
    assert check_description("") == ""
    with pytest.raises(PictureError, match=f"at most {MOST_DESCRIPTION}"):
        check_description("x" * (MOST_DESCRIPTION + 1))


def test_it_is_synthetic_as_its_picture_is() -> None:
    assert REVISION.synthetic
    assert not replace(REVISION, picture=Picture.from_pairs([("records", "real")])).synthetic


def test_it_is_lost_where_its_data_are_gone_and_newer_ones_are_there() -> None:
    assert not REVISION.is_lost(versions(v5=SAVED))
    assert not REVISION.is_lost({})
    assert not REVISION.is_lost(versions(v4=SAVED)), "a restored warehouse may be older"
    assert REVISION.is_lost(versions(v6=SAVED))


def test_it_is_known_at_its_moment_once_there_are_newer_data() -> None:
    kept = versions(v5=SAVED - timedelta(days=1))
    assert REVISION.as_known(kept) == REVISION.picture
    later = kept | versions(v6=SAVED + timedelta(hours=1))
    assert REVISION.as_known(later) == replace(REVISION.picture, known_at=SAVED)


def test_a_version_that_came_before_the_click_was_not_seen() -> None:
    came = SAVED - timedelta(seconds=3)
    known = REVISION.as_known(versions(v5=SAVED - timedelta(days=1), v6=came, v7=SAVED))
    assert known.known_at == came - timedelta(microseconds=1)


def test_what_is_lost_or_of_a_moment_stays_as_it_is() -> None:
    newer = versions(v6=SAVED)
    assert REVISION.as_known(newer) == REVISION.picture
    moment = replace(REVISION, picture=replace(REVISION.picture, known_at=datetime(2026, 1, 1)))
    assert moment.as_known(versions(v5=SAVED) | newer) == moment.picture
