"""The PPTX hand-out: a slide for each scene, its texts editable, its sources in the notes."""

import io
from collections.abc import Sequence
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Mm, Pt

from cop.export.brief import Brief
from cop.export.element import FONT_NAME, INK, MapPlace, Sheet, SheetMark, Words
from cop.export.slide import HEIGHT_MM, WIDTH_MM, Bullets, build_slide

_BLANK = 6
_PROPERTY_CHARS = 255
"""A property of the file can have no more; every stamp is on its own slide too."""


def render_deck(scenes: Sequence[tuple[Brief, bytes]]) -> bytes:
    """Return a PPTX of scenes, each its brief and its map as PNG."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Mm(WIDTH_MM), Mm(HEIGHT_MM)
    first = scenes[0][0]
    deck.core_properties.title = f"{first.banner} {first.title}"[:_PROPERTY_CHARS]
    stamps = "; ".join(brief.stamp for brief, _ in scenes)
    deck.core_properties.subject = stamps[:_PROPERTY_CHARS]
    deck.core_properties.author = first.prepared_by or "cop"
    for brief, image in scenes:
        planned = build_slide(brief)
        slide = deck.slides.add_slide(deck.slide_layouts[_BLANK])
        _draw(slide.shapes, planned.sheet, image)
        _list(slide.shapes, planned.bullets)
        slide.notes_slide.notes_text_frame.text = planned.notes
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _draw(shapes: Any, sheet: Sheet, image: bytes) -> None:
    for element in sheet:
        if isinstance(element, MapPlace):
            sides = (element.x, element.y, element.width, element.height)
            shapes.add_picture(io.BytesIO(image), *map(Mm, sides)).name = "Map"
        elif isinstance(element, SheetMark):
            _mark(shapes, element)
        else:
            _words(shapes, element)


def _mark(shapes: Any, mark: SheetMark) -> None:
    start, *others = [(Mm(x), Mm(y)) for x, y in mark.points]
    builder = shapes.build_freeform(*start)
    builder.add_line_segments(others, close=True)
    for ring in mark.more:
        first, *rest = [(Mm(x), Mm(y)) for x, y in ring]
        builder.move_to(*first)
        builder.add_line_segments(rest, close=True)
    drawn = builder.convert_to_shape()
    # The theme would give it a shadow.
    drawn.element.remove(drawn.element.find(qn("p:style")))
    if mark.fill is None:
        drawn.fill.background()
    else:
        drawn.fill.solid()
        drawn.fill.fore_color.rgb = _rgb(mark.fill)
    if mark.edge is None:
        drawn.line.fill.background()
    else:
        drawn.line.color.rgb = _rgb(mark.edge)
        drawn.line.width = Mm(mark.edge_mm)


def _list(shapes: Any, bullets: Bullets) -> None:
    sides = (bullets.x, bullets.y, bullets.width, bullets.height)
    box = shapes.add_textbox(*map(Mm, sides))
    box.name = "Points"
    frame = box.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.word_wrap = True
    for i, text in enumerate(bullets.lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(bullets.size_pt / 2)
        _hang(paragraph, bullets.size_pt)
        run = paragraph.add_run()
        run.text = text
        run.font.name, run.font.size = FONT_NAME, Pt(bullets.size_pt)
        run.font.color.rgb = _rgb(INK)


def _hang(paragraph: Any, size_pt: float) -> None:
    """Give a paragraph a bullet, and let its further lines begin where the first one does."""
    properties = paragraph._p.get_or_add_pPr()
    indent = Pt(size_pt)
    properties.set("marL", str(indent))
    properties.set("indent", str(-indent))
    bullet = properties.makeelement(qn("a:buChar"), {"char": "\N{BULLET}"})
    properties.append(bullet)


def _words(shapes: Any, words: Words) -> None:
    box = shapes.add_textbox(*map(Mm, (words.x, words.y, words.width, words.height)))
    frame = box.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.word_wrap = False
    if words.ground:
        box.fill.solid()
        box.fill.fore_color.rgb = _rgb(words.ground)
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    for i, line in enumerate(words.lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.CENTER if words.align == "center" else PP_ALIGN.LEFT
        run = paragraph.add_run()
        run.text = line
        run.font.name, run.font.size, run.font.bold = FONT_NAME, Pt(words.size_pt), words.bold
        run.font.color.rgb = _rgb(words.color)


def _rgb(color: str) -> RGBColor:
    return RGBColor(*bytes.fromhex(color.removeprefix("#")))  # type: ignore[no-untyped-call]
