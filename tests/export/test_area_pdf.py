"""Tests of the brief of an area as PDF: its words, its marking on every page, its paper."""

import io
import subprocess

import pytest
from PIL import Image

from cop.export.area_brief import BriefSection
from cop.export.area_pdf import render_area_pdf
from cop.model.paper import find_paper
from tests.export.test_area_html import make_area_brief

pytestmark = pytest.mark.exchange


def image() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 30), (0, 90, 160)).save(out, "PNG")
    return out.getvalue()


def read(pdf: bytes, *options: str) -> str:
    ended = subprocess.run(
        ["pdftotext", "-layout", *options, "-", "-"], input=pdf, capture_output=True, check=True
    )
    return ended.stdout.decode()


def test_its_words_can_be_read_and_every_page_is_marked() -> None:
    long = BriefSection(title="What happened", lines=tuple(f"Line {i}" for i in range(200)))
    brief = make_area_brief(image=image(), sections=(long,), marking="TLP:AMBER")
    pdf = render_area_pdf(brief, find_paper("letter"))
    text = read(pdf)
    assert all(f"Line {i}\n" in text for i in range(200))
    pages = text.rstrip("\f").split("\f")
    assert len(pages) > 3
    assert all(page.count("TLP:AMBER") >= 2 for page in pages)
    assert all(f"page {n}" in page for n, page in enumerate(pages, start=1))


@pytest.mark.parametrize(("paper", "size"), [("letter", "612 x 792"), ("a4", "595.28 x 841.89")])
def test_it_is_in_portrait_on_its_paper(paper: str, size: str) -> None:
    pdf = render_area_pdf(make_area_brief(image=image()), find_paper(paper))
    ended = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True)
    assert size in ended.stdout.decode()
    assert "TLP:GREEN Brief of Pima" in ended.stdout.decode()
