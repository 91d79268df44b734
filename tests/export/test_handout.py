"""Hand-outs by the real command: what each page and table says, and what is refused."""

import csv
import io
import re
import shutil
import subprocess
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from PIL import Image
from pptx import Presentation

from cop.errors import HandoutError
from cop.export.brief import HandoutScene
from cop.export.handout import FORMATS, build_handout
from cop.model.moment import utc_now
from cop.query.figure import read_figures
from cop.query.summary import read_summary
from cop.query.text import describe_forecast
from tests.export.conftest import FORMULA, HOSTILE, Kept
from tests.support.command import run_cop

pytestmark = pytest.mark.table

DTG = re.compile(r"DTG \d{6}Z [A-Z]{3} \d{2}")


def hand_out(kept: Kept, out: Path, *pictures: str) -> Path:
    chosen = [part for picture in pictures for part in ("--picture", picture)]
    ended = run_cop("handout", *chosen, "--data", kept.folder, out)
    assert ended.returncode == 0, ended.stderr
    return out


def read_pages(pdf: Path) -> list[str]:
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True)
    return text.stdout.decode().split("\f")[:-1]


def assert_marked(page: str) -> None:
    assert page.count("TLP:CLEAR") >= 2
    assert len(re.findall(r"^.*\bSYNTHETIC\s*$", page, re.MULTILINE)) >= 2
    assert DTG.search(page)


def assert_said(pages: list[str], kept: Kept) -> None:
    """Each page has marking and SYNTHETIC twice, DTG, sources, and its Picture's id."""
    for page in pages:
        assert_marked(page)
        assert "Sources: SYNTHETIC demo; SYNTHETIC demo sensors" in page
    everything = "\n".join(pages)
    for picture in (kept.hostile, kept.plain):
        assert f"Picture {picture} revision 1" in everything
    for word in ("MGRS 12R", "Events", "Border segments: Events", " old", "as known at"):
        assert word in everything
    assert "Evening Ωmega" in everything
    assert HOSTILE in everything


def test_shown_the_pdf_says_marking_dtg_and_sources_on_each_page(
    kept: Kept, tmp_path: Path
) -> None:
    pdf = hand_out(kept, tmp_path / "brief.pdf", kept.hostile, kept.plain)
    pages = read_pages(pdf)
    assert len(pages) == 2
    assert_said(pages, kept)
    subprocess.run(["pdftoppm", "-r", "50", "-png", pdf, tmp_path / "page"], check=True)
    for image in sorted(tmp_path.glob("page*.png")):
        with Image.open(image) as page:
            assert page.width > page.height
            assert len(page.convert("RGB").getcolors(10**6) or []) > 500


def test_shown_the_pptx_is_slides_with_their_sources_in_the_notes(
    kept: Kept, tmp_path: Path
) -> None:
    file = hand_out(kept, tmp_path / "brief.pptx", kept.hostile, kept.plain)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, file]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    pages = read_pages(tmp_path / "brief.pdf")
    slides = Presentation(str(file)).slides
    assert len(pages) == len(slides) == 2
    for page, slide, picture in zip(pages, slides, (kept.hostile, kept.plain), strict=True):
        assert_marked(page)
        assert f"Picture {picture}" in page
        (points,) = [shape for shape in slide.shapes if shape.name == "Points"]
        assert 0 < len(points.text_frame.paragraphs) <= 5
        sizes = [run.font.size.pt for p in points.text_frame.paragraphs for run in p.runs]
        assert min(sizes) >= 18
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        assert len(" ".join(texts).split()) <= 140
        assert len(points.text_frame.text.split()) <= 60
        said = re.split(r"[\s-]+", points.text_frame.text)
        assert [word for word in said if word not in page] == [], "a range may break at its hyphen"
        notes = slide.notes_slide.notes_text_frame.text
        for word in ("SYNTHETIC demo (cop demo generator)", "MGRS 12R" if picture == kept.hostile
                     else "MGRS", "as known at", f"Picture {picture} revision 1"):  # fmt: skip
            assert word in notes
    assert HOSTILE in pages[0]
    assert "Evening Ωmega" in pages[1]


def test_shown_the_geopackage_holds_each_layer_and_what_it_is_of(
    kept: Kept, scenes: tuple[HandoutScene, HandoutScene], tmp_path: Path
) -> None:
    path = hand_out(kept, tmp_path / "brief.gpkg", kept.plain)
    scene = scenes[1]
    tables = set(gpd.list_layers(path)["name"])
    assert tables >= {"handout", "events", "segments", "risk", "coverage", "sectors"}
    events = gpd.read_file(path, layer="events")
    total = read_summary(scene.service, scene.service.view(scene.picture.filter), "kind").total
    assert len(events) == total
    assert set(events["picture"]) == {kept.plain}
    assert set(events["revision"]) == {1}
    assert set(events["handout_marking"]) == {"TLP:CLEAR · SYNTHETIC"}
    assert events.crs == "EPSG:4326"
    figures = read_figures(scene.service, scene.service.view(scene.picture.filter))
    assert figures is not None
    segments = gpd.read_file(path, layer="segments")
    assert segments["n"].sum() == figures.table["n"].sum()
    said = gpd.read_file(path, layer="handout")["said"].str.cat(sep="\n")
    for word in (f"Picture {kept.plain} revision 1", "MGRS", "SYNTHETIC demo", "Window"):
        assert word in said


def test_shown_the_csv_runs_no_formula_and_says_where_it_is_from(
    kept: Kept, scenes: tuple[HandoutScene, HandoutScene], tmp_path: Path
) -> None:
    path = hand_out(kept, tmp_path / "brief.csv", kept.plain)
    text = path.read_text("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    texts = [c for c in cells if not re.fullmatch(r"-?[\d.]+(e-?\d+)?", c)]
    assert not [cell for cell in texts if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert f"'{FORMULA}" in cells
    table = pd.read_csv(path)
    assert list(table.columns[:3]) == ["layer", "lat", "lon"]
    scene = scenes[1]
    events = table[table["layer"] == "events"]
    assert (
        len(events)
        == read_summary(scene.service, scene.service.view(scene.picture.filter), "kind").total
    )
    assert events["lat"].notna().all()
    for column in ("layer_marking", "layer_source", "handout_known", "handout_made", "picture"):
        assert table[column].notna().all()
    assert set(table["records"]) == {"SYNTHETIC"}
    said = table.groupby("layer")["handout_forecast"].unique()
    forecast = describe_forecast(scene.service, scene.service.view(scene.picture.filter))
    assert forecast is not None
    assert list(said["risk"]) == [forecast.line]
    assert said["events"][0] != said["events"][0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--picture", "{plain}", "brief.doc"), "format 'doc': use one of html, pdf"),
        (("--picture", "{plain}", "--picture", "{hostile}", "brief.html"), "holds one Picture"),
        (("--picture", "aaaaaaaaaa", "brief.pdf"), "no picture 'aaaaaaaaaa' is saved here"),
        (("--picture", "{plain}:7", "brief.pdf"), "has no revision 7"),
        (("--picture", "{plain}:x", "brief.pdf"), "use ID or ID:REVISION"),
        (("--picture", "{plain}", "absent/brief.pdf"), "does not exist"),
    ],
)
def test_what_cannot_be_made_is_said_in_one_line(
    kept: Kept, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    *options, name = [a.format(plain=kept.plain, hostile=kept.hostile) for a in arguments]
    ended = run_cop("handout", *options, "--data", kept.folder, tmp_path / name)
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert said in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_names_its_file_by_marking_picture_and_time(
    scenes: tuple[HandoutScene, HandoutScene], form: str
) -> None:
    made = build_handout(scenes[1:], form, created_at=utc_now())
    picture = scenes[1].picture_id
    assert re.fullmatch(rf"TLP-CLEAR-SYNTHETIC-{picture}-r1-\d{{8}}T\d{{4}}Z\.{form}", made.name)
    assert made.content


def test_a_handout_of_nothing_is_refused() -> None:
    with pytest.raises(HandoutError, match="choose at least one"):
        build_handout([], "pdf", created_at=utc_now())


def test_programs_that_open_hand_outs_are_there() -> None:
    assert all(shutil.which(name) for name in ("pdftotext", "pdftoppm", "soffice"))
