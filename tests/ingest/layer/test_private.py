"""A dropped file: no question, no store, found by its token alone, gone when it is closed."""

import gc
import json
from pathlib import Path
from typing import Any

import pytest

from cop.errors import InputFileError
from cop.ingest.layer import private
from cop.ingest.layer.private import PrivateFile, open_private, read_first_problem
from cop.ingest.layer.shelf import DraftShelf
from cop.settings import UploadSettings
from tests.support.placemark import FOLDERS, folder, kml, point

pytestmark = [pytest.mark.layers, pytest.mark.glance]

AREA = (-117.2, 25.8, -97.1, 32.8)
POSTS = "name,lat,lon\na,31.4,-110.9\nb,x,-110.8\n"


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the drafts lie."""
    found = tmp_path / "scratch"
    found.mkdir()
    monkeypatch.setattr(private.tempfile, "tempdir", str(found))
    return found


def drop(folder: Path, name: str, text: str, **limits: Any) -> PrivateFile:
    path = folder / "incoming"
    path.write_text(text)
    return open_private(path, name, UploadSettings(**limits), near=AREA)


def test_a_plain_file_asks_nothing_and_names_the_row_that_is_left_out(tmp_path: Path) -> None:
    found = drop(tmp_path, "Border_posts.csv", POSTS)
    (layer,) = found.layers
    assert (found.name, layer.title, layer.report.accepted) == (
        "Border_posts.csv",
        "Border posts",
        1,
    )
    (feature,) = json.loads(layer.features.content)["features"]
    assert feature["geometry"]["coordinates"] == [-110.9, 31.4]
    assert feature["properties"] == {"name": "a"}
    assert layer.warnings == (
        "1 of 2 rows left out: Positions cannot be read. First: row 3, lat 'x': no readable "
        "position.",
    )
    assert layer.features.columns == ("name",), "no row has a time"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.geojson", '{"type":"Feature","properties":{"n":1},"geometry":'
         '{"type":"Point","coordinates":[-110.9,31.4]}}'),
        ("a.kml", kml(point("P"))),
        ("a.gpx", '<?xml version="1.0"?><gpx version="1.1" creator="x" '
         'xmlns="http://www.topografix.com/GPX/1/1"><wpt lat="31.4" lon="-110.9"/></gpx>'),
    ],
)  # fmt: skip
def test_other_plain_formats_ask_nothing(tmp_path: Path, name: str, text: str) -> None:
    (layer,) = drop(tmp_path, name, text).layers
    (feature,) = json.loads(layer.features.content)["features"]
    assert feature["geometry"]["type"] == "Point"


def test_all_layers_of_a_file_are_shown_and_those_skipped_say_why(tmp_path: Path) -> None:
    found = drop(tmp_path, "Camps.kml", FOLDERS)
    assert [layer.title for layer in found.layers] == ["Roads", "Posts", "Areas"]
    assert [one.words for one in found.skipped] == ["Nothing: empty"]
    assert len({layer.token for layer in found.layers}) == 3


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "name,city\na,Nogales\n", r"a\.csv: No column looks like a position: .*"
         r"First values: name 'a', city 'Nogales'\."),
        ("a.csv", "name,lat,lon\na,310.4,-110.9\n", r"a\.csv: The coordinates do not fit .*"
         r"lat '310\.4'"),
        ("a.csv", "", r"a\.csv: the file is empty"),
        ("a.geojson", '{"type":"FeatureColl', r"a\.geojson: not readable as GeoJSON"),
        ("a.kml", kml(folder("One"), folder("Two")), r"a\.kml: layer 'One' holds no row"),
        ("a.exe", "MZ", r"a\.exe: "),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_shown_says_what_is_wrong_and_leaves_nothing(
    tmp_path: Path, scratch: Path, name: str, text: str, words: str
) -> None:
    with pytest.raises(InputFileError, match=words):
        drop(tmp_path, name, text)
    assert list(scratch.iterdir()) == []


def test_limits_are_those_of_uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputFileError, match=r"COP_UPLOAD_ROWS"):
        drop(tmp_path, "a.csv", POSTS, upload_rows=1)
    monkeypatch.setattr(private, "MOST_FEATURES", 1)
    with pytest.raises(InputFileError, match=r"2 rows; at most 1 are shown as a private draft"):
        drop(tmp_path, "a.csv", POSTS)


def test_a_draft_is_found_by_its_token_while_its_session_holds_it(
    tmp_path: Path, scratch: Path
) -> None:
    shelf, found = DraftShelf(), drop(tmp_path, "a.csv", POSTS)
    (layer,) = found.layers
    shelf.put(layer)
    token = layer.token
    assert shelf.find(token) == layer.features.content
    assert len(token) >= 43
    assert token not in repr(layer)
    assert [shelf.find(other) for other in ("", token[:-1], f"{token}x")] == [None] * 3
    assert len(list(scratch.glob("cop-private-*"))) == 1
    del found, layer
    gc.collect()
    assert shelf.find(token) is None
    assert list(scratch.glob("cop-private-*")) == []


def test_what_is_discarded_is_gone_at_once(tmp_path: Path, scratch: Path) -> None:
    shelf, found = DraftShelf(), drop(tmp_path, "a.csv", POSTS)
    shelf.put(found.layers[0])
    shelf.drop(found.layers[0])
    found.close()
    assert shelf.find(found.layers[0].token) is None
    assert list(scratch.glob("cop-private-*")) == []


def test_the_first_problem_is_the_first_row_of_the_list(tmp_path: Path) -> None:
    assert read_first_problem(tmp_path) is None
    problems = tmp_path / "problems.csv"
    problems.write_text("\ufeffrow,column,value,reason\n", encoding="utf-8")
    assert read_first_problem(tmp_path) is None
    long = "v" * 99
    problems.write_text(f"\ufeffrow,column,value,reason\n7,lat,{long},bad\n", encoding="utf-8")
    assert read_first_problem(tmp_path) == f"row 7, lat {long[:60]!r}: bad"
