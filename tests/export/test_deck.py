"""Tests of the PPTX hand-out of scenes without data."""

import io
from itertools import chain

import pytest
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Mm, Pt

from cop.export.deck import render_deck
from cop.export.slide import HEIGHT_MM, WIDTH_MM
from cop.model.text import FigureText
from tests.support.still import make_brief, make_png

pytestmark = pytest.mark.table

MAP = make_png((255, 0, 0))


def test_each_scene_is_a_slide_with_its_map_and_marking() -> None:
    briefs = [make_brief(), make_brief(title="Evening", marking="TLP:RED", synthetic=False)]
    deck = Presentation(io.BytesIO(render_deck([(brief, MAP) for brief in briefs])))
    assert (deck.slide_width, deck.slide_height) == (Mm(WIDTH_MM), Mm(HEIGHT_MM))
    assert len(deck.slides) == 2
    for slide, brief in zip(deck.slides, briefs, strict=True):
        (picture,) = [shape for shape in slide.shapes if shape.name == "Map"]
        assert picture.width / picture.height == pytest.approx(16 / 9, rel=1e-4)
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        assert sum(brief.marking in text for text in texts) >= 2
        assert any(brief.title in text for text in texts)
        assert any("SYNTHETIC" in text for text in texts) == brief.synthetic


def test_the_file_is_named_by_its_first_scene() -> None:
    deck = Presentation(io.BytesIO(render_deck([(make_brief(), MAP)])))
    core = deck.core_properties
    assert core.title == "TLP:GREEN · SYNTHETIC Morning"
    assert core.subject == make_brief().stamp
    assert core.author == "cop"


def test_many_scenes_are_named_as_far_as_a_file_can() -> None:
    briefs = [make_brief(title=f"Sector {n}") for n in range(12)]
    core = Presentation(io.BytesIO(render_deck([(b, MAP) for b in briefs]))).core_properties
    assert len("; ".join(brief.stamp for brief in briefs)) > 255
    assert len(core.subject) == 255
    assert core.subject.startswith(f"{briefs[0].stamp}; ")


def test_texts_stay_text() -> None:
    title = "<b>1</b> & =1+1"
    deck = Presentation(io.BytesIO(render_deck([(make_brief(title=title), MAP)])))
    shapes = chain.from_iterable(slide.shapes for slide in deck.slides)
    assert any(title in shape.text_frame.text for shape in shapes if shape.has_text_frame)


def test_bullets_are_paragraphs_of_at_least_18_points_and_sources_are_notes() -> None:
    figures = [FigureText(title=f"Figure {n}", value=f"{n},000", change="+1%") for n in range(9)]
    brief = make_brief(figures=figures, credits=["GeoNames"], prepared_by="Watch officer")
    deck = Presentation(io.BytesIO(render_deck([(brief, MAP)])))
    (slide,) = deck.slides
    (box,) = [shape for shape in slide.shapes if shape.name == "Points"]
    assert len(box.text_frame.paragraphs) == 5
    for paragraph in box.text_frame.paragraphs:
        assert paragraph._p.pPr.find(qn("a:buChar")) is not None
        assert min(run.font.size for run in paragraph.runs) >= Pt(18)
    notes = slide.notes_slide.notes_text_frame.text
    assert "Map data: GeoNames" in notes
    assert "Figure 8: 8,000" in notes
    assert brief.identity in notes
    assert deck.core_properties.author == "Watch officer"
