"""The classes of hot-spot trends in words, and the cells that have one."""

import pandas as pd
import pytest

from cop.analysis.hotspot import CLASSES, NONE
from cop.model.picture import Picture
from cop.query.hotspot import HotspotFigures, read_hotspots
from cop.query.service import QueryService
from cop.ui.page.pattern.trend import GLYPHS, MOST_CELLS, build_cell_table, build_class_list
from layers.hotspot import CLASSES as STYLES

pytestmark = pytest.mark.sources


def figures_of(classes: list[str]) -> HotspotFigures:
    table = pd.DataFrame(
        {
            "class": classes,
            "sector": "TCA",
            "segment_id": "TCA-0001",
            "lat": 31.4,
            "lon": -110.9,
            "n": 1234,
            "hot": "2 of 10",
            "z": [float(i) for i in range(len(classes))],
            "trend": 0.5,
            "trend_p": 0.0004,
        }
    )
    return HotspotFigures(table=table)


def test_every_class_is_listed_with_its_number_and_meaning(
    service: QueryService, year: Picture
) -> None:
    figures = read_hotspots(service, service.view(year.filter))
    html = build_class_list(figures, "dark")
    counts = figures.table["class"].value_counts()
    for style in STYLES.classes:
        assert f"<b>{counts.get(style.value, 0):,}</b>" in html
        assert GLYPHS[style.shape] in html
    for meaning in CLASSES.values():
        assert meaning in html


def test_cells_name_their_place(service: QueryService, year: Picture) -> None:
    figures = read_hotspots(service, service.view(year.filter))
    table = build_cell_table(figures)
    assert len(table) == len(figures.found) > 0
    assert table["z"].is_monotonic_decreasing
    assert table["MGRS (10 km)"].str.fullmatch(r"\d{1,2}[C-X] [A-Z]{2} \d \d").all()
    assert table["Nearest segment"].str.fullmatch(r"[A-Z]{3}-\d{4}").all()


def test_a_class_without_cells_is_listed_as_absent() -> None:
    html = build_class_list(figures_of(["new"] * 1200 + [NONE]), "light")
    assert html.count('class="cop-absent"') == len(STYLES.classes) - 2
    assert "<b>1,200</b><span>New" in html
    assert "<b>1</b><span>No pattern" in html
    assert html != build_class_list(figures_of(["new"] * 1200 + [NONE]), "dark")


def test_the_strongest_cells_come_first_and_no_pattern_is_no_row() -> None:
    table = build_cell_table(figures_of(["new", NONE, "historical"]))
    assert table["Trend"].tolist() == ["○ Historical", "★ New"]
    assert table["z"].tolist() == [2.0, 0.0]
    assert set(table["Trend p-value"]) == {"≤ 0.001"}
    assert len(build_cell_table(figures_of(["new"] * (MOST_CELLS + 5)))) == MOST_CELLS


def test_every_symbol_of_the_map_has_its_character() -> None:
    assert {style.shape for style in STYLES.classes} <= set(GLYPHS)
