"""Tests of a KML's styles as the style of a layer: what maps, and what is said not to."""

from pathlib import Path

import pytest

from cop.ingest.source.base.opened import Job, OpenedFile
from cop.ingest.source.kml import open_kml
from cop.model.styling import MOST_CLASSES, FillWords
from cop.model.upload import Choices
from tests.support.job import build_job, read_rows
from tests.support.placemark import FOLDERS, area, drawn, folder, kml, line, point, shared, url

pytestmark = pytest.mark.layers


def opened(folder: Path, text: str, layer: str | None = None) -> tuple[OpenedFile, Job]:
    path = folder / "a.kml"
    path.write_text(text)
    job = build_job(path, "kml", choices=Choices(layer=layer))
    return open_kml(job), job


def said(job: Job) -> dict[str, str]:
    found = {finding.code: finding.words for finding in job.notes.list()}
    return {code: words for code, words in found.items() if code.startswith("styles")}


def test_one_style_for_all_is_the_layers_own(tmp_path: Path) -> None:
    found, job = opened(tmp_path, FOLDERS, "Posts")
    assert found.style is not None
    assert found.style.model_dump(exclude_defaults=True) == {
        "fill": "#00ff00", "point_radius_px": 9.0,
    }  # fmt: skip
    assert "style" not in found.names
    assert said(job) == {"styles_kept": "The styles of the file are kept: one for all features."}
    found, _ = opened(tmp_path, FOLDERS, "Areas")
    assert found.style is not None
    assert found.style.model_dump(exclude_defaults=True) == {
        "fill": "#00ff007f", "line": "#ff0000", "line_width_px": 2.0,
    }  # fmt: skip


def test_several_styles_are_classes_of_a_column(tmp_path: Path) -> None:
    found, job = opened(tmp_path, FOLDERS, "Roads")
    assert found.style is not None
    fill = found.style.fill
    assert isinstance(fill, FillWords)
    assert (fill.property, found.names[-1], found.style.line_width_px) == ("style", "style", 4.0)
    assert [(one.value, one.paint) for one in fill.classes] == [
        ("main", "#ff0000"), ("track", "#0000ff"),
    ]  # fmt: skip
    assert [row[-1] for row in read_rows(found).values()] == ["main", "track", "main"]
    assert "by the column style" in said(job)["styles_kept"]


def test_a_label_that_reads_as_a_number_gets_a_word(tmp_path: Path) -> None:
    styles = [shared(str(n), drawn("LineStyle", f"ff00000{n}")) for n in range(2)]
    lines = [line("a", url("0")), line("b", url("1")), line("c")]
    found, _ = opened(tmp_path, kml(*styles, folder("A", *lines)))
    assert found.style is not None
    assert isinstance(found.style.fill, FillWords)
    assert [one.value for one in found.style.fill.classes] == ["style 0", "style 1"]
    assert found.style.fill.other_label == "No style"
    assert [row[-1] for row in read_rows(found).values()] == ["style 0", "style 1", None]


def test_what_does_not_map_is_said(tmp_path: Path) -> None:
    icon = "<Style><IconStyle><Icon><href>a.png</href></Icon></IconStyle></Style>"
    found, job = opened(tmp_path, kml(folder("A", point("a", style=icon))))
    assert (found.style, said(job)) == (
        None,
        {"styles_lost": "Of the styles of the file these are not kept: icons, drawn as circles."},
    )
    many = [line(str(n), f"<Style>{drawn('LineStyle', f'ff0000{n:02x}')}</Style>")
            for n in range(MOST_CLASSES + 1)]  # fmt: skip
    found, job = opened(tmp_path, kml(folder("A", *many)))
    assert found.style is None
    assert "25 different colors; at most 24 are drawn" in said(job)["styles_lost"]
    mixed = [
        line("a", f"<Style>{drawn('LineStyle', 'ff0000ff', '<width>2</width>')}</Style>"),
        line("b", f"<Style>{drawn('LineStyle', 'ff0000ff', '<width>3</width>')}</Style>"),
        line("c", "<styleUrl>other.kml#x</styleUrl>"),
    ]
    found, job = opened(tmp_path, kml(folder("A", *mixed)))
    assert "1 styles of other files" in said(job)["styles_lost"]
    assert "line widths, which differ: the most frequent is drawn" in said(job)["styles_lost"]


def test_a_file_without_styles_says_nothing_of_them(tmp_path: Path) -> None:
    found, job = opened(tmp_path, kml(folder("A", point("a"))))
    assert (found.style, said(job)) == (None, {})


def test_an_area_that_is_not_filled_shows_its_outline_alone(tmp_path: Path) -> None:
    inner = drawn("LineStyle", "ff0000ff") + drawn("PolyStyle", "ff00ff00", "<fill>0</fill>")
    found, _ = opened(tmp_path, kml(folder("A", area("a", f"<Style>{inner}</Style>"))))
    assert found.style is not None
    assert (found.style.fill, found.style.line) == ("#00ff0000", "#ff0000")
    inner = drawn("LineStyle", "ff0000ff") + "<PolyStyle><outline>0</outline></PolyStyle>"
    found, _ = opened(tmp_path, kml(folder("A", area("a", f"<Style>{inner}</Style>"))))
    assert found.style is not None
    assert (found.style.fill, found.style.line) == ("#ff0000", "#00000000")
