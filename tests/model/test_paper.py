"""Tests of the papers."""

import pytest

from cop.errors import HandoutError
from cop.model.paper import PAPERS, find_paper

pytestmark = pytest.mark.glance


def test_papers_are_found_by_name_and_lie_flat() -> None:
    assert find_paper("A4") is PAPERS["a4"]
    for paper in PAPERS.values():
        assert paper.width_mm > paper.height_mm
    with pytest.raises(HandoutError, match="paper 'a3': use one of letter, a4"):
        find_paper("a3")
