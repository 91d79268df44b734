"""The address of a saved Picture, and the number of a revision in it."""

import pytest

from cop.errors import PictureMissingError
from cop.ui.component.opened import read_number, saved_link

pytestmark = pytest.mark.table

ID = "abcdefghij"


def test_a_link_names_the_picture_and_the_revision_if_one_is_meant() -> None:
    assert saved_link(ID) == f"/?picture={ID}"
    assert saved_link(ID, 3) == f"/?picture={ID}&revision=3"


def test_a_revision_is_a_whole_number() -> None:
    assert read_number(ID, None) is None
    assert read_number(ID, "12") == 12


@pytest.mark.parametrize("text", ["", "-1", "1.5", "\u0663", "1" * 10, "one"])
def test_another_revision_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(PictureMissingError, match="is not a whole number") as refused:
        read_number(ID, text)
    assert ID in str(refused.value)
