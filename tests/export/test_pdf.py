"""Tests of the PDF hand-out of scenes without data."""

import re

import pytest

from cop.export.pdf import render_pdf
from cop.model.paper import PAPERS, Paper
from cop.model.text import FigureText
from tests.support.still import make_brief, make_png

pytestmark = pytest.mark.table

MAP = make_png((255, 0, 0))
POINTS_A_MM = 72 / 25.4
LETTER = PAPERS["letter"]


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
def test_each_scene_is_a_page_of_its_paper_in_landscape_with_its_map(paper: Paper) -> None:
    pdf = render_pdf([(make_brief(), MAP), (make_brief(title="Evening"), MAP)], paper)
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) == 2
    (box,) = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf))
    width, height = map(float, box)
    assert width == pytest.approx(paper.width_mm * POINTS_A_MM, abs=0.01)
    assert height == pytest.approx(paper.height_mm * POINTS_A_MM, abs=0.01)
    assert pdf.count(b"/Subtype /Image") == 1, "the same map is stored once"


def test_the_file_is_named_by_its_first_scene() -> None:
    pdf = render_pdf([(make_brief(), MAP)], LETTER)
    title = "TLP:GREEN · SYNTHETIC Morning"
    assert title.encode("utf-16-be") in pdf or title.encode("utf-16-be").hex().encode() in pdf


def test_texts_can_be_copied_in_any_script() -> None:
    pdf = render_pdf([(make_brief(title="Ωmega"), MAP)], LETTER)
    assert b"/ToUnicode" in pdf


def test_a_scene_that_does_not_fit_goes_on_to_further_pages() -> None:
    figure = FigureText(title="Events", value="7")
    brief = make_brief(figures=[figure], caveats=[f"Caveat {i} " + "long " * 40 for i in range(60)])
    pdf = render_pdf([(brief, MAP)], LETTER)
    assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) > 1


def test_letter_is_eleven_by_eight_and_a_half_inches() -> None:
    assert b"/MediaBox [0 0 792.00 612.00]" in render_pdf([(make_brief(), MAP)], LETTER)
