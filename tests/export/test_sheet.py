"""The layout of sheets: one where it fits, more where not, nothing lost, nothing over the edge."""

from dataclasses import replace

import pytest

from cop.export.brief import Brief, HandoutScene, build_brief
from cop.export.element import MapPlace, Sheet, SheetMark, Words
from cop.export.sheet import lay_out
from cop.model.moment import utc_now
from cop.model.paper import PAPERS, Paper

pytestmark = pytest.mark.table

SIZES = [*PAPERS.values()]
MANY = 30


@pytest.fixture(scope="module")
def brief(scenes: tuple[HandoutScene, HandoutScene]) -> Brief:
    return build_brief(scenes[1], created_at=utc_now())


def words_of(sheet: Sheet) -> str:
    return "\n".join(" ".join(e.lines) for e in sheet if isinstance(e, Words))


@pytest.mark.parametrize("size", SIZES)
def test_a_usual_scene_fits_one_sheet(brief: Brief, size: Paper) -> None:
    (sheet,) = lay_out(brief, size)
    (place,) = [e for e in sheet if isinstance(e, MapPlace)]
    assert place.width / place.height == pytest.approx(16 / 9)
    said = words_of(sheet)
    for line in (*brief.picture_lines, *brief.source_lines):
        assert all(word in said for word in line.split())
    for layer in brief.explained:
        assert layer.title in said
    samples = sum(len(block.rows) for layer in brief.explained for block in layer.legend)
    bar, north, code = 3, 2, 1
    assert sum(isinstance(e, SheetMark) for e in sheet) == samples + bar + north + code
    assert "ALERTS\nNone open.\nTOP CHANGES\nSince " in said


@pytest.mark.parametrize("size", SIZES)
def test_nothing_stands_over_the_edge(brief: Brief, size: Paper) -> None:
    for sheet in lay_out(brief, size):
        for element in sheet:
            if isinstance(element, SheetMark):
                continue
            assert element.x >= 0
            assert element.y >= 0
            assert element.x + element.width <= size.width_mm + 0.01
            assert element.y + element.height <= size.height_mm + 0.01


@pytest.mark.parametrize("size", SIZES)
def test_many_sources_go_on_to_further_sheets(brief: Brief, size: Paper) -> None:
    many = [
        replace(brief.sources[0], title=f"Source number {i} " + "long " * 30) for i in range(60)
    ]
    long = replace(brief, sources=many[:1], caveats=[source.title for source in many])
    sheets = lay_out(long, size)
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
    (sheet, *_) = lay_out(long, PAPERS["letter"])
    title = next(e for e in sheet if isinstance(e, Words) and e.lines[0].startswith("TTT"))
    assert title.lines[0].endswith("…")
    broken = next(e for e in sheet if isinstance(e, Words) and e.lines[0].startswith("www"))
    assert "".join(broken.lines) == "w" * 500


@pytest.mark.parametrize("size", SIZES)
def test_no_sheet_has_an_orphan_line_or_a_heading_at_its_foot(brief: Brief, size: Paper) -> None:
    sheets_seen = set()
    for n in range(MANY):
        caveats = [f"caveat-{i}. " + "long " * (i % 7) for i in range(n * 3)]
        sheets = lay_out(replace(brief, caveats=caveats), size)
        sheets_seen.add(len(sheets))
        said = "\n".join(map(words_of, sheets))
        assert all(f"caveat-{i}." in said for i in range(len(caveats)))
        top = next(e.y for e in sheets[0] if isinstance(e, MapPlace))
        for sheet in sheets:
            body = [e for e in sheet if isinstance(e, Words) and e.y >= top and not e.ground]
            body = [e for e in body if e.size_pt < 9 and not is_stamp(e, brief)]
            assert sum(len(e.lines) for e in body) >= 6, f"{n}: {words_of(sheet)}"
            for column in {e.x for e in body}:
                last = max((e for e in body if e.x == column), key=bottom_of)
                assert not last.bold, f"{n}: {last}"
    assert max(sheets_seen) > 1


def is_stamp(words: Words, brief: Brief) -> bool:
    return words.lines[0].startswith(("Sources: ", brief.stamp[:20]))


def bottom_of(words: Words) -> float:
    return words.y + words.height


def test_the_preparer_and_the_way_back_are_on_every_sheet(brief: Brief) -> None:
    named = replace(
        brief, prepared_by="Watch officer", base="http://192.0.2.7:8501",
        caveats=["long " * 60] * 60,
    )  # fmt: skip
    sheets = lay_out(named, PAPERS["letter"])
    assert len(sheets) > 1
    for sheet in sheets:
        assert f"Prepared by Watch officer · {brief.identity}" in words_of(sheet)
        code = max((e for e in sheet if isinstance(e, SheetMark)), key=lambda e: len(e.more))
        assert len(code.more) > 100
    assert f"Open: http://192.0.2.7:8501{brief.address}" in "\n".join(map(words_of, sheets))
