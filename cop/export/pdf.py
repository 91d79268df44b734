"""The PDF hand-out: Letter or A4 in landscape, a page for each scene."""

import io
from collections.abc import Sequence

from fpdf import FPDF

from cop.export.brief import Brief
from cop.export.element import MM_PER_POINT, MapPlace, Sheet, SheetMark, Words, font_file
from cop.export.sheet import lay_out
from cop.model.paper import Paper

_FAMILY = "dejavu"


def render_pdf(scenes: Sequence[tuple[Brief, bytes]], paper: Paper) -> bytes:
    """Return a PDF of scenes, each a brief and a map as PNG; texts can be searched and copied."""
    pdf = FPDF(unit="mm", format=(paper.width_mm, paper.height_mm))
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.c_margin = 0
    for bold in (False, True):
        pdf.add_font(_FAMILY, "B" if bold else "", font_file(bold=bold))
    first = scenes[0][0]
    pdf.set_title(f"{first.banner} {first.title}")
    pdf.set_subject("; ".join(brief.stamp for brief, _ in scenes))
    pdf.set_creator("cop")
    pdf.set_author(first.prepared_by or "cop")
    for brief, image in scenes:
        for sheet in lay_out(brief, paper):
            pdf.add_page()
            _draw(pdf, sheet, image)
    return bytes(pdf.output())


def _draw(pdf: FPDF, sheet: Sheet, image: bytes) -> None:
    for element in sheet:
        if isinstance(element, MapPlace):
            pdf.image(
                io.BytesIO(image),
                element.x,
                element.y,
                element.width,
                element.height,
                alt_text="Map",
            )
        elif isinstance(element, SheetMark):
            _mark(pdf, element)
        else:
            _words(pdf, element)


def _mark(pdf: FPDF, mark: SheetMark) -> None:
    style = ("F" if mark.fill else "") + ("D" if mark.edge else "")
    if not style:
        return
    if mark.fill:
        pdf.set_fill_color(mark.fill)
    if mark.edge:
        pdf.set_draw_color(mark.edge)
        pdf.set_line_width(mark.edge_mm)
    if not mark.more:
        pdf.polygon(list(mark.points), style=style)
        return
    with pdf.new_path() as path:
        path.style.fill_color, path.style.stroke_color = mark.fill, mark.edge
        path.style.intersection_rule = "nonzero"
        for start, *others in (mark.points, *mark.more):
            path.move_to(*start)
            for corner in others:
                path.line_to(*corner)
            path.close()


def _words(pdf: FPDF, words: Words) -> None:
    if words.ground:
        pdf.set_fill_color(words.ground)
        pdf.rect(words.x, words.y, words.width, words.height, style="F")
    pdf.set_font(_FAMILY, "B" if words.bold else "", words.size_pt)
    pdf.set_text_color(words.color)
    own = words.height if words.ground else words.height / len(words.lines)
    step = max(own, words.size_pt * MM_PER_POINT)
    for i, line in enumerate(words.lines):
        pdf.set_xy(words.x, words.y + i * step)
        pdf.cell(words.width, step, line, align="C" if words.align == "center" else "L")
