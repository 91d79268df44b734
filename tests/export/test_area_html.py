"""Tests of the brief of an area as one HTML file: what it says is text, whatever it holds."""

from datetime import datetime

import pytest

from cop.export.area_brief import AreaBrief, BriefSection
from cop.export.area_html import render_area_html
from cop.model.text import FigureText
from cop.query.scope import Scope

pytestmark = pytest.mark.exchange
HOSTILE = '<img src=x onerror="alert(1)">'
SCOPE = Scope(
    region="Border", ground="Border", places="Pima", kinds="all kinds", window="last 24 h",
    records="real", data="data to now",
)  # fmt: skip


def make_area_brief(**changes: object) -> AreaBrief:
    stated = {
        "place": "Pima", "made_for": "SO-1", "made_at": datetime(2026, 11, 24, 18, 30),
        "made_at_words": "Tue Nov 24", "since": None, "scope": SCOPE, "marking": "TLP:GREEN",
        "synthetic": False, "figures": (FigureText(title="Events", value="5", change="+1"),),
        "sections": (BriefSection(title="What happened", lines=("Rescue: 5 events",)),),
        "source_lines": ("Own records",), "version": 7, "image": b"\x89PNG",
    }  # fmt: skip
    return AreaBrief(**{**stated, **changes})


def test_everything_is_in_the_file() -> None:
    page = render_area_html(make_area_brief()).decode()
    for words in ("Brief of Pima", "Events", ">5<", "+1", "What happened", "Rescue: 5 events",
                  "Own records", "Made 241830Z NOV 26, for SO-1, version 7"):  # fmt: skip
        assert words in page, words
    assert page.count('<div class="banner">TLP:GREEN</div>') == 2


def test_synthetic_is_on_both_banners() -> None:
    page = render_area_html(make_area_brief(synthetic=True)).decode()
    assert page.count('<div class="banner synthetic">TLP:GREEN · SYNTHETIC</div>') == 2


def test_nothing_in_it_becomes_markup() -> None:
    brief = make_area_brief(
        place=HOSTILE,
        sections=(BriefSection(title=HOSTILE, lines=(HOSTILE,)),),
        source_lines=(HOSTILE,),
        figures=(FigureText(title=HOSTILE, value=HOSTILE, change=HOSTILE),),
    )
    page = render_area_html(brief).decode()
    assert "<img src=x" not in page
    assert page.count("<img ") == 1
