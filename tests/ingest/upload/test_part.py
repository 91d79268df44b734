"""Tests of the layers of one file: inspected and converted together, each skip with its reason."""

from pathlib import Path

import openpyxl
import pytest

from cop.errors import InputFileError
from cop.ingest.upload.part import (
    EMPTY,
    MOST_PARTS,
    FilePart,
    convert_parts,
    describe_records,
    describe_rejected,
    find_skip,
    inspect_parts,
    join_problems,
    list_others,
    list_parts,
    list_style_notes,
)
from cop.ingest.upload.read import inspect_file
from cop.model.upload import (
    PROBLEMS,
    Choices,
    DraftReport,
    Inspection,
    LayerSeen,
    UploadFinding,
)
from cop.settings import UploadSettings
from tests.support.placemark import FOLDERS
from tests.support.upload import need_gdal, ogr2ogr, zip_folder

pytestmark = pytest.mark.layers

GPX = """<?xml version="1.0"?><gpx version="1.1" creator="x"
 xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="31.4" lon="-110.9"><name>a</name></wpt>
<trk><name>t</name><trkseg><trkpt lat="31.4" lon="-110.9"/><trkpt lat="31.5" lon="-110.8"/>
</trkseg></trk></gpx>"""


def read_parts(path: Path) -> dict[str, tuple[LayerSeen, Inspection | InputFileError]]:
    settings = UploadSettings()
    seen = inspect_file(path, path.name, settings)
    names, _ = list_parts(seen)
    found = inspect_parts(path, path.name, [Choices(layer=n) for n in names], settings)
    return dict(zip(names, zip(seen.layers, found, strict=True), strict=True))


def kinds_of(path: Path) -> dict[str, dict[str, int]]:
    """Return the shapes of each layer that has any."""
    found = {name: part for name, (_, part) in read_parts(path).items()}
    return {n: dict(p.geometry_kinds) for n, p in found.items() if isinstance(p, Inspection)}


@pytest.mark.full
def test_every_layer_of_a_gpx_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "a.gpx"
    path.write_text(GPX)
    assert kinds_of(path) == {
        "waypoints": {"Point": 1},
        "tracks": {"MultiLineString": 1},
        "track_points": {"Point": 2},
    }


@pytest.mark.full
def test_every_layer_of_a_geopackage_and_of_zipped_shapefiles_is_listed(tmp_path: Path) -> None:
    need_gdal()
    (tmp_path / "in").mkdir()
    for name, place in (("roads", "[[-110.9,31.4],[-110.8,31.5]]"), ("posts", "[-110.9,31.4]")):
        kind = "Point" if name == "posts" else "LineString"
        source = tmp_path / f"{name}.geojson"
        shape = f'{{"type":"{kind}","coordinates":{place}}}'
        feature = f'{{"type":"Feature","properties":{{"a":1}},"geometry":{shape}}}'
        source.write_text(f'{{"type":"FeatureCollection","features":[{feature}]}}')
        update = ("-update",) if name == "posts" else ()
        ogr2ogr("GPKG", tmp_path / "a.gpkg", source, "-nln", name, *update)
        ogr2ogr("ESRI Shapefile", tmp_path / "in" / f"{name}.shp", source)
    both = {"roads": {"LineString": 1}, "posts": {"Point": 1}}
    assert kinds_of(tmp_path / "a.gpkg") == both
    assert kinds_of(zip_folder(tmp_path / "in", tmp_path / "a.zip")) == both


@pytest.mark.full
def test_sheets_without_a_position_or_a_row_are_skipped_with_the_reason(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, rows in (
        ("Posts", [["lat", "lon"], [31.4, -110.9]]),
        ("Notes", [["word"], ["text"]]),
        ("Bare", [["lat", "lon"]]),
    ):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    reasons = {
        name: find_skip(None, str(part))
        if isinstance(part, InputFileError)
        else find_skip(part, "")
        for name, (_, part) in read_parts(tmp_path / "a.xlsx").items()
    }
    assert reasons["Posts"] is None
    assert reasons["Notes"] == "no geometry: no column gives a position"
    assert "layer 'Bare' holds no row" in str(reasons["Bare"])
    assert "holds no" in str(reasons["Sheet"]) or "no header row" in str(reasons["Sheet"])


@pytest.mark.full
def test_drafts_are_made_together_with_their_styles_and_problems(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    path.write_text(FOLDERS)
    parts = [
        FilePart(name=name, choices=Choices(layer=name), folder=tmp_path / name)
        for name in ("Roads", "Posts")
    ]
    roads, posts = convert_parts(path, path.name, parts, UploadSettings())
    assert (roads.accepted, posts.accepted, posts.rejected) == (3, 2, 1)
    assert roads.style is not None
    assert roads.style.class_column == "style"
    assert describe_rejected(roads) is None
    assert describe_rejected(posts) == "1 of 3 rows left out: Rows have no position"
    assert list_style_notes(posts.findings) == [
        "The styles of the file are kept: one for all features."
    ]
    problems = join_problems({part.name: part.folder for part in parts}).decode("utf-8-sig")
    assert problems.splitlines()[1:] == ["Posts,3,geometry,,no position"]
    bad = FilePart(name="Nothing", choices=Choices(layer="Nothing"), folder=tmp_path / "x")
    with pytest.raises(InputFileError, match=r"layer 'Nothing': .* no layer was published"):
        convert_parts(path, path.name, [bad], UploadSettings())


def test_a_file_of_too_many_layers_says_which_are_left(tmp_path: Path) -> None:
    layers = tuple(LayerSeen(name=f"n{n}") for n in range(MOST_PARTS + 2))
    names, beyond = list_parts(Inspection(format="gpkg", kind="vector", layers=layers))
    assert (len(names), [one.name for one in beyond]) == (MOST_PARTS, ["n40", "n41"])
    assert beyond[0].words == "n40: one of 42 layers; at most 40 are read together"


def test_the_layers_beside_the_one_that_was_read_are_named() -> None:
    layers = (LayerSeen(name="a"), LayerSeen(name="b"))
    seen = Inspection(format="gpkg", kind="vector", layers=layers, layer="b")
    assert [one.words for one in list_others(seen, "not chosen")] == ["a: not chosen"]


def test_why_a_layer_is_skipped() -> None:
    plain = Inspection(format="kml", kind="vector", rows=2)
    assert find_skip(plain, "") is None
    assert find_skip(None, "damaged") == "damaged"
    assert find_skip(plain.model_copy(update={"rows": 0}), "") == EMPTY
    empty = UploadFinding(code="empty", severity="fault", words="No row can be used.")
    unusable = plain.model_copy(update={"findings": (empty,)})
    assert find_skip(unusable, "") == "no geometry: none of its 2 rows can be used"
    grid = Inspection(format="netcdf", kind="raster")
    assert find_skip(grid, "") is None


def test_problems_of_no_draft_are_none(tmp_path: Path) -> None:
    (tmp_path / PROBLEMS).write_text("row,column,value,reason\n", "utf-8-sig")
    assert join_problems({"a": tmp_path, "b": tmp_path / "none"}) == b""
    assert describe_rejected(DraftReport(format="kml", kind="vector", rows=1, accepted=1)) is None


@pytest.mark.trust
def test_rows_are_said_beside_the_records_of_the_file() -> None:
    assert describe_records(1_000, 1_000) == "1,000 read, as many as the file holds"
    assert describe_records(9, 10) == "9 read of 10 that the file holds"
    assert "no other count" in describe_records(9, None)
    report = DraftReport(format="csv", kind="table", rows=9, records=10, accepted=9)
    assert describe_rejected(report) == "9 read of 10 that the file holds"
