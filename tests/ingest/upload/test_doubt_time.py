"""What is probably wrong with a file is a finding with a code and rows, and asked until agreed."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from cop.errors import InputFileError
from cop.ingest.source.base.opened import Job
from cop.ingest.upload.parse_geometry import has_odd_minutes
from cop.ingest.upload.task import convert_source, inspect_source
from cop.model.upload import Choices, Inspection
from tests.support.job import build_job, write_job
from tests.support.raster import write_tiff

pytestmark = pytest.mark.trust

NEAR = (-117.2, 25.8, -97.1, 32.8)
GOOD = [(31.7 - i / 100, -106.4 + i / 10) for i in range(20)]
DAYS = [f"2026-05-{i + 1:02}T10:00:00Z" for i in range(20)]


def table(places: list[tuple[float, float]], *columns: tuple[str, list[str]]) -> str:
    lines = [",".join(["lat", "lon", "n", *(name for name, _ in columns)])]
    for row, (lat, lon) in enumerate(places):
        lines.append(",".join([f"{lat}", f"{lon}", "1", *(cells[row] for _, cells in columns)]))
    return "\n".join(lines)


def look(job: Job) -> Inspection:
    return inspect_source(job, NEAR, lambda _share: None)


def asked(seen: Inspection) -> dict[str, int]:
    return {one.code: one.rows for one in seen.asks}


def warned(seen: Inspection) -> dict[str, int]:
    return {one.code: one.rows for one in seen.findings if one.severity == "warning"}


def mixed() -> list[str]:
    return [str(1_764_000_000 * 1_000 ** (i % 3)) for i in range(20)]


CASES = {
    "longitude_sign": (table([(lat, -lon) for lat, lon in GOOD[:7]] + GOOD[7:]), 7),
    "axes_swapped": (table([(lat, -lon) for lat, lon in GOOD]).replace("lat,lon", "lon,lat"), None),
    "radians": (table([(math.radians(lat), math.radians(lon)) for lat, lon in GOOD]), 20),
    "null_island": (table([*GOOD[1:], (0.0, 0.0)]), 1),
    "time_future": (table(GOOD, ("time", [*DAYS[1:], "2031-01-01T00:00:00Z"])), 1),
    "time_early": (table(GOOD, ("time", [*DAYS[2:], *["1972-01-01T00:00:00Z"] * 2])), 2),
    "time_mostly_unreadable": (table(GOOD, ("date", [*DAYS[:14], *["some day"] * 6])), 20),
    "epochs_mixed": (table(GOOD, ("time", mixed())), 20),
    "excel_serial": (table(GOOD, ("date", [f"{45_000 + i}.5" for i in range(20)])), 20),
    "time_unclear": (table(GOOD, ("date", DAYS), ("time", DAYS)), 20),
}


@pytest.mark.parametrize("code", [code for code in CASES if code != "axes_swapped"])
def test_what_is_probably_wrong_is_asked_about_until_it_is_agreed(
    tmp_path: Path, code: str
) -> None:
    text, rows = CASES[code]
    job = write_job(tmp_path, "a.csv", text, "csv")
    seen = look(job)
    assert asked(seen) == {code: rows}
    (tmp_path / "draft").mkdir()
    choices = seen.suggested
    with pytest.raises(InputFileError):
        convert_source(build_job(job.path, "csv", choices=choices), tmp_path / "draft", NEAR, int)
    agreed = choices.model_copy(update={"agreed": (code,)})
    again = look(build_job(job.path, "csv", choices=Choices(agreed=(code,))))
    assert asked(again) == {}
    assert warned(again)[code] == rows
    (tmp_path / "kept").mkdir()
    report = convert_source(
        build_job(job.path, "csv", choices=agreed), tmp_path / "kept", NEAR, lambda _share: None
    )
    assert report.accepted == 20


def test_what_is_right_asks_nothing(tmp_path: Path) -> None:
    seen = look(write_job(tmp_path, "a.csv", table(GOOD, ("time", DAYS)), "csv"))
    assert asked(seen) == {}
    assert warned(seen) == {}


def test_some_rows_with_swapped_axes_are_asked_about(tmp_path: Path) -> None:
    near = (18.0, 45.0, 21.0, 46.5)
    places = [(46.1, 19.0 + i / 20) for i in range(15)] + [(19.5, 46.1)] * 5
    job = write_job(tmp_path, "a.csv", table(places), "csv")
    assert asked(inspect_source(job, near, lambda _share: None)) == {"axes_swapped": 5}


def test_a_layer_outside_the_region_warns_and_records_are_asked_about(tmp_path: Path) -> None:
    text = table([(46.0 + i / 10, 19.0) for i in range(20)])
    job = write_job(tmp_path, "a.csv", text, "csv")
    assert warned(look(job)) == {"outside_region": 20}
    numbered = build_job(job.path, "csv", choices=Choices(numbered=True))
    assert asked(look(numbered)) == {"outside_region": 20}


def test_of_several_times_the_one_when_it_happened_is_taken_and_said(tmp_path: Path) -> None:
    text = table(GOOD, ("updated", DAYS), ("reported_at", DAYS), ("occurred_at", DAYS))
    seen = look(write_job(tmp_path, "a.csv", text, "csv"))
    assert (seen.suggested.roles or {})["occurred_at"] == "time"
    (finding,) = [one for one in seen.findings if one.code == "time_choice"]
    assert "occurred_at is taken" in finding.words
    assert {fix.value for fix in finding.fixes} == {"updated", "reported_at"}


def test_times_without_a_zone_are_said(tmp_path: Path) -> None:
    plain = [one.removesuffix("Z") for one in DAYS]
    seen = look(write_job(tmp_path, "a.csv", table(GOOD, ("time", plain)), "csv"))
    assert {one.code: one.rows for one in seen.findings}["zone_missing"] == 20


def test_times_are_of_the_years_1900_to_2199(tmp_path: Path) -> None:
    odd = ["1899-12-31T00:00:00Z", "2200-01-01T00:00:00Z", "9999-12-31T00:00:00Z"]
    seen = look(write_job(tmp_path, "a.csv", table(GOOD, ("time", [*DAYS[3:], *odd])), "csv"))
    assert warned(seen)["dates_absurd"] == 3


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::999999", "EPSG:999999", "LOCAL:Grid"])
def test_a_system_that_nobody_knows_is_asked_for(tmp_path: Path, name: str) -> None:
    """The first two were taken for EPSG:4326 without a word."""
    content = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": name}},
        "features": [
            {
                "type": "Feature",
                "properties": {"n": 1},
                "geometry": {"type": "Point", "coordinates": [-106.5, 31.7]},
            }
        ],
    }
    job = write_job(tmp_path, "a.geojson", json.dumps(content), "geojson")
    seen = look(job)
    assert set(asked(seen)) == {"crs_unknown", "crs_missing"}
    assert any(name in one.words for one in seen.asks)
    assert look(build_job(job.path, "geojson", choices=Choices(crs="EPSG:4326"))).asks == ()


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("3199.5", True), ("3145.5", False), ("31°75'10\"N", True), ("31°45'10\"N", False),
        ("31 75.5 N", True), ("N 31 45 72", True), ("31:61:00", True), ("31.7654", False),
        ("31 110", False), ("95", False), ("", False),
    ],
)  # fmt: skip
def test_sixty_minutes_are_impossible(text: str, odd: bool) -> None:
    assert has_odd_minutes(text) == odd


def test_rows_with_impossible_minutes_are_asked_about(tmp_path: Path) -> None:
    lines = ["lat,lon", *["31 45.5 N,106 20.5 W"] * 9, "31 75.5 N,106 20.5 W"]
    seen = look(write_job(tmp_path, "a.csv", "\n".join(lines), "csv"))
    assert asked(seen) == {"minutes_impossible": 1}


def test_a_raster_beyond_the_pole_is_asked_about(tmp_path: Path) -> None:
    import rasterio

    path = write_tiff(
        tmp_path / "a.tif",
        np.ones((10, 10), dtype="float32"),
        crs="EPSG:4326",
        transform=rasterio.Affine(1, 0, -110, 0, -1, 95),
    )
    assert "beyond_pole" in asked(look(build_job(path, "geotiff")))


def test_a_photo_without_a_reference_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {ExifTags.GPS.GPSLatitude: (31.0, 45.0, 0.0), ExifTags.GPS.GPSLongitude: (106.0, 20.0, 0.0)}
    )
    Image.new("RGB", (8, 8)).save(path, exif=exif)
    assert "reference_missing" in asked(look(build_job(path, "photo")))
