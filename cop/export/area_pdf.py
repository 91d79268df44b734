"""The brief of an area as PDF: portrait pages of the chosen paper, the marking on each."""

import io
from typing import Final

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from cop.export.area_brief import AreaBrief
from cop.export.element import GROUNDS, INK, MUTED, font_file
from cop.model.marking import marking_color
from cop.model.paper import Paper

_FAMILY: Final = "dejavu"
_MARGIN_MM, _BANNER_MM, _FOOT_MM = 14.0, 7.0, 10.0
_TITLE_PT, _HEAD_PT, _TEXT_PT, _SMALL_PT = 17.0, 12.0, 10.0, 8.0
_LINE: Final = 0.46
"""Millimeters of a line for each point of its type."""
_BLACK: Final = "#000000"


def render_area_pdf(brief: AreaBrief, paper: Paper) -> bytes:
    """Return the brief as PDF; its words can be searched and copied."""
    pdf = _Pages(brief, paper)
    pdf.add_page()
    pdf.say(brief.title, _TITLE_PT, bold=True)
    pdf.say(brief.made_at_words, _TEXT_PT)
    pdf.say(brief.scope.line, _SMALL_PT, color=MUTED)
    pdf.ln(2)
    pdf.draw_figures()
    pdf.image(io.BytesIO(brief.image), w=pdf.epw, alt_text=f"Map of {brief.place}")
    for section in brief.sections:
        pdf.ln(3)
        # A title does not stay behind on a page alone.
        if pdf.will_page_break(3 * _HEAD_PT * _LINE):
            pdf.add_page()
        pdf.say(section.title, _HEAD_PT, bold=True)
        for line in section.lines:
            pdf.say(line, _TEXT_PT)
    pdf.ln(3)
    pdf.say("Sources", _HEAD_PT, bold=True)
    for line in brief.source_lines:
        pdf.say(line, _SMALL_PT, color=MUTED)
    return bytes(pdf.output())


class _Pages(FPDF):
    """Pages with the marking at the top and the bottom."""

    def __init__(self, brief: AreaBrief, paper: Paper) -> None:
        """Begin a document on paper in portrait."""
        sides = sorted((paper.width_mm, paper.height_mm))
        super().__init__(unit="mm", format=(sides[0], sides[1]))
        self._brief = brief
        self.set_margins(_MARGIN_MM, _MARGIN_MM + _BANNER_MM)
        self.set_auto_page_break(True, margin=_MARGIN_MM + _FOOT_MM)
        for bold in (False, True):
            self.add_font(_FAMILY, "B" if bold else "", font_file(bold=bold))
        self.set_title(f"{brief.banner} {brief.title}")
        self.set_subject(brief.stamp)
        self.set_creator("cop")

    def header(self) -> None:
        """Draw the marking at the top."""
        self._draw_banner(_MARGIN_MM / 2)
        self.set_y(_MARGIN_MM + _BANNER_MM)

    def footer(self) -> None:
        """Draw the time, the page and the marking at the bottom."""
        self._draw_banner(self.h - _MARGIN_MM)
        self.set_xy(self.l_margin, self.h - _MARGIN_MM - _FOOT_MM / 2)
        self.set_font(_FAMILY, "", _SMALL_PT)
        self.set_text_color(MUTED)
        self.cell(self.epw, 4, f"{self._brief.stamp} \N{MIDDLE DOT} page {self.page_no()}")

    def say(self, text: str, size: float, *, bold: bool = False, color: str = INK) -> None:
        """Write a paragraph."""
        self.set_font(_FAMILY, "B" if bold else "", size)
        self.set_text_color(color)
        self.multi_cell(
            self.epw, size * _LINE, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )

    def draw_figures(self) -> None:
        """Draw the headline figures in one row."""
        width, top = self.epw / max(len(self._brief.figures), 1), self.get_y()
        for place, figure in enumerate(self._brief.figures):
            left = self.l_margin + place * width
            for text, size, bold, drop in (
                (figure.title, _SMALL_PT, False, 0.0),
                (figure.value, _TITLE_PT, True, 4.0),
                (figure.change or "", _SMALL_PT, False, 11.5),
            ):
                self.set_xy(left, top + drop)
                self.set_font(_FAMILY, "B" if bold else "", size)
                self.set_text_color(INK if bold else MUTED)
                self.multi_cell(width - 2, size * _LINE, text, align="L", max_line_height=4)
        self.set_xy(self.l_margin, top + 21)

    def _draw_banner(self, y: float) -> None:
        brief = self._brief
        self.set_font(_FAMILY, "B", _TEXT_PT)
        ground = GROUNDS["SYNTHETIC"] if brief.synthetic else _BLACK
        self.set_fill_color(ground)
        self.set_text_color(_BLACK if brief.synthetic else marking_color(brief.marking))
        self.set_xy(self.l_margin, y)
        self.cell(self.epw, _BANNER_MM - 1, brief.banner, align="C", fill=True)
