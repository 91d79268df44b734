"""The layout of sheets: one where it fits, more where not, nothing lost, nothing over the edge."""

from dataclasses import replace

import pytest

from cop.export.brief import Brief, HandoutScene, build_brief
from cop.export.deck import HEIGHT_MM as SLIDE_HEIGHT
from cop.export.deck import WIDTH_MM as SLIDE_WIDTH
from cop.export.pdf import HEIGHT_MM, WIDTH_MM
from cop.export.sheet import MapPlace, Sheet, SheetMark, Words, lay_out
from cop.model.moment import utc_now

pytestmark = pytest.mark.table

SIZES = [(WIDTH_MM, HEIGHT_MM), (SLIDE_WIDTH, SLIDE_HEIGHT)]


@pytest.fixture(scope="module")
def brief(scenes: tuple[HandoutScene, HandoutScene]) -> Brief:
    return build_brief(scenes[1], created_at=utc_now())


def words_of(sheet: Sheet) -> str:
    return "\n".join(" ".join(e.lines) for e in sheet if isinstance(e, Words))


@pytest.mark.parametrize("size", SIZES)
def test_a_usual_scene_fits_one_sheet(brief: Brief, size: tuple[float, float]) -> None:
    (sheet,) = lay_out(brief, width_mm=size[0], height_mm=size[1])
    (place,) = [e for e in sheet if isinstance(e, MapPlace)]
    assert place.width / place.height == pytest.approx(16 / 9)
    said = words_of(sheet)
    for line in (*brief.picture_lines, *brief.source_lines):
        assert all(word in said for word in line.split())
    for layer in brief.explained:
        assert layer.title in said
    assert sum(isinstance(e, SheetMark) for e in sheet) == sum(
        len(block.rows) for layer in brief.explained for block in layer.legend
    )


@pytest.mark.parametrize("size", SIZES)
def test_nothing_stands_over_the_edge(brief: Brief, size: tuple[float, float]) -> None:
    for sheet in lay_out(brief, width_mm=size[0], height_mm=size[1]):
        for element in sheet:
            if isinstance(element, SheetMark):
                continue
            assert element.x >= 0
            assert element.y >= 0
            assert element.x + element.width <= size[0] + 0.01
            assert element.y + element.height <= size[1] + 0.01


@pytest.mark.parametrize("size", SIZES)
def test_many_sources_go_on_to_further_sheets(brief: Brief, size: tuple[float, float]) -> None:
    many = [
        replace(brief.sources[0], title=f"Source number {i} " + "long " * 30) for i in range(60)
    ]
    long = replace(brief, sources=many[:1], caveats=[source.title for source in many])
    sheets = lay_out(long, width_mm=size[0], height_mm=size[1])
    assert len(sheets) > 1
    said = "\n".join(map(words_of, sheets))
    assert all(f"Source number {i} " in said for i in range(60))
    for number, sheet in enumerate(sheets, start=1):
        said = words_of(sheet)
        assert said.count("TLP:CLEAR") >= 2
        assert said.count("SYNTHETIC") >= 2
        assert f"sheet {number} of {len(sheets)}" in said
        assert "Sources: Source number 0" in said
        assert f"DTG {brief.created}" in said


def test_a_long_title_is_cut_to_its_line_and_a_long_word_is_broken(brief: Brief) -> None:
    long = replace(brief, title="T" * 400, caveats=["w" * 500])
    (sheet, *_) = lay_out(long, width_mm=WIDTH_MM, height_mm=HEIGHT_MM)
    title = next(e for e in sheet if isinstance(e, Words) and e.lines[0].startswith("TTT"))
    assert title.lines[0].endswith("…")
    broken = next(e for e in sheet if isinstance(e, Words) and e.lines[0].startswith("www"))
    assert "".join(broken.lines) == "w" * 500
