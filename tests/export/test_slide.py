"""Tests of a slide: few words, large ones, and everything else in its notes."""

from dataclasses import replace

import pytest

from cop.export.brief import Brief, HandoutScene, build_brief
from cop.export.element import MapPlace, SheetMark, Words
from cop.export.slide import BULLET_PT, HEIGHT_MM, MOST_BULLETS, WIDTH_MM, build_slide
from cop.model.moment import utc_now

pytestmark = pytest.mark.glance

MOST_BULLET_WORDS, MOST_WORDS = 60, 140


@pytest.fixture(scope="module")
def brief(scenes: tuple[HandoutScene, HandoutScene]) -> Brief:
    found = build_brief(scenes[1], created_at=utc_now())
    return replace(found, alert_lines=("Surge in RGV 010000Z MAR 26, 2.5 times expected, open",))


def words_of(brief: Brief) -> list[str]:
    slide = build_slide(brief)
    said = [line for e in slide.sheet if isinstance(e, Words) for line in e.lines]
    return " ".join([*said, *slide.bullets.lines]).split()


def test_a_slide_has_a_title_a_map_and_few_large_bullets(brief: Brief) -> None:
    slide = build_slide(brief)
    assert sum(isinstance(e, MapPlace) for e in slide.sheet) == 1
    title = next(e for e in slide.sheet if isinstance(e, Words) and e.lines[0] == brief.title)
    assert title.size_pt >= 28
    assert 0 < len(slide.bullets.lines) <= MOST_BULLETS
    assert slide.bullets.size_pt == BULLET_PT >= 18
    assert sum(len(text.split()) for text in slide.bullets.lines) <= MOST_BULLET_WORDS
    assert len(words_of(brief)) <= MOST_WORDS
    assert min(e.size_pt for e in slide.sheet if isinstance(e, Words)) >= 12
    assert slide.bullets.lines[0].startswith("Surge in RGV")
    assert any(line.startswith("Events: ") for line in slide.bullets.lines)


def test_the_rest_is_in_the_notes(brief: Brief) -> None:
    notes = build_slide(brief).notes
    for text in (*brief.picture_lines, *brief.source_lines, *brief.changed_lines):
        assert text in notes
    for layer in brief.explained:
        assert layer.title in notes
        assert all(line in notes for line in layer.lines)
    for figure in brief.figures:
        assert f"{figure.title}: {figure.value}" in notes


def test_nothing_stands_over_the_edge_and_long_texts_are_cut(brief: Brief) -> None:
    long = replace(
        brief, title="Title " * 60, filters="area " * 90, prepared_by="Somebody " * 9,
        caveats=["caveat " * 90] * 9, base="http://watch.example.org:8501",
    )  # fmt: skip
    slide = build_slide(long)
    assert len(slide.bullets.lines) == MOST_BULLETS
    assert slide.bullets.lines[0].endswith("…")
    assert "caveat " * 90 in slide.notes + " "
    assert len(words_of(long)) <= MOST_WORDS
    for e in slide.sheet:
        if isinstance(e, SheetMark):
            assert all(0 <= x <= WIDTH_MM and 0 <= y <= HEIGHT_MM for x, y in e.points)
            continue
        assert e.x >= 0
        assert e.x + e.width <= WIDTH_MM + 0.01
        assert e.y + e.height <= HEIGHT_MM + 0.01


def test_layers_without_room_in_the_legend_are_counted(brief: Brief) -> None:
    many = replace(brief, layers=[*brief.layers] * 5)
    said = " ".join(words_of(many))
    assert "more layers: see notes" in said
    assert "see notes" not in " ".join(words_of(replace(brief, layers=())))
