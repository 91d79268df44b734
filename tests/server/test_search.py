"""Place search through the real server: towns, MGRS, segments, nonsense, and what is refused."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from mgrs import MGRS
from starlette.testclient import TestClient

from tests.support.http import Caller
from tests.support.published import read_published
from tests.support.town import km_between, town_position

pytestmark = pytest.mark.sources

TOWNS = {
    "nogales sonora": ("Nogales", "MX", "26"),
    "Nogales, AZ": ("Nogales", "US", "AZ"),
    "Nogales, Arizona": ("Nogales", "US", "AZ"),
    "tijuana": ("Tijuana", "MX", "02"),
    "San Diego": ("San Diego", "US", "CA"),
    "El Paso": ("El Paso", "US", "TX"),
    "ciudad juarez": ("Ciudad Juárez", "MX", "06"),
    "Juarez": ("Ciudad Juárez", "MX", "06"),
    "MEXICALI": ("Mexicali", "MX", "02"),
    "yuma": ("Yuma", "US", "AZ"),
    "tucson": ("Tucson", "US", "AZ"),
    "agua prieta": ("Agua Prieta", "MX", "26"),
    "Douglas": ("Douglas", "US", "AZ"),
    "columbus": ("Columbus", "US", "NM"),
    "presidio": ("Presidio", "US", "TX"),
    "ojinaga": ("Ojinaga", "MX", "06"),
    "del rio": ("Del Rio", "US", "TX"),
    "ciudad acuna": ("Ciudad Acuña", "MX", "07"),
    "Piedras Negras": ("Piedras Negras", "MX", "07"),
    "Eagle Pass": ("Eagle Pass", "US", "TX"),
    "laredo": ("Laredo", "US", "TX"),
    "reynosa": ("Reynosa", "MX", "28"),
    "McAllen": ("McAllen", "US", "TX"),
    "brownsville": ("Brownsville", "US", "TX"),
}
GRIDS = ("12R VV 12345 67890", "13RCR 591 146", "11smr9979696119", "14R MR 49 42", "12SWA06906500")
SEGMENTS = ("TCA-0031", "tca 31", "RGV0012", "ELC-1", "bbt_0100")


@pytest.fixture(scope="module")
def caller(server: str) -> Iterator[Caller]:
    opened = Caller(server)
    yield opened
    opened.close()


def found_first(caller: Caller, text: str) -> tuple[float, float]:
    answer = caller.ask("/api/search", [("q", text)])
    assert answer.status == 200, answer.body
    results = answer.json()["results"]
    assert results, f"{text}: {answer.json()['message']}"
    return results[0]["lon"], results[0]["lat"]


def test_shown_place_search_finds_towns_within_1_km(caller: Caller) -> None:
    assert len(TOWNS) >= 20
    away = {
        text: km_between(found_first(caller, text), town_position(*town))
        for text, town in TOWNS.items()
    }
    assert {text: km for text, km in away.items() if km > 1} == {}


def test_shown_place_search_finds_mgrs_within_1_km(caller: Caller) -> None:
    for text in GRIDS:
        lat, lon = MGRS().toLatLon(text.replace(" ", "").upper())
        assert km_between(found_first(caller, text), (lon, lat)) < 1, text


def test_shown_place_search_finds_segments_within_1_km(caller: Caller, warehouse_dir: Path) -> None:
    segments: gpd.GeoDataFrame = read_published(warehouse_dir, "segments")
    for text in SEGMENTS:
        code, number = text[:3].upper(), int(text.strip("-_ ")[3:].strip("-_ "))
        (line,) = segments.loc[
            (segments["sector"] == code) & (segments["number"] == number), "geometry"
        ]
        found = found_first(caller, text)
        nearest = shapely.ops.nearest_points(line, shapely.Point(found))[0]
        middle = line.interpolate(0.5, normalized=True)
        assert km_between(found, (nearest.x, nearest.y)) < 0.05, text
        assert km_between(found, (middle.x, middle.y)) < 1, text


def test_shown_place_search_answers_nonsense_clearly(caller: Caller) -> None:
    for text in ("xyzzy", "!!!", "qwrtzk plmn", "<script>alert(1)</script>"):
        answer = caller.ask("/api/search", [("q", text)])
        assert answer.status == 200
        assert answer.json() == {
            "results": [],
            "message": f"No match for '{text}'. Try a town, a segment such as TCA-0031, "
            "MGRS or lat, lon",
        }
    swapped = caller.ask("/api/search", [("q", "-110.93, 31.34")]).json()
    assert "is beyond 90: did you mean 31.34000 N 110.93000 W?" in swapped["message"]
    assert (swapped["results"][0]["lat"], swapped["results"][0]["lon"]) == (31.34, -110.93)
    assert "TCA has TCA-0001 to" in caller.ask("/api/search", [("q", "TCA-9999")]).json()["message"]


def test_how_long_an_answer_takes_is_told(
    caller: Caller, record_property: Callable[[str, object], None]
) -> None:
    taken = []
    for text in ("nogales", "san", "tca 31", "12R VV 1 6", "laredo", "el paso", "agua"):
        started = time.perf_counter()
        assert caller.ask("/api/search", [("q", text)]).status == 200
        taken.append(time.perf_counter() - started)
    median_ms = 1000 * sorted(taken)[len(taken) // 2]
    record_property("figure", f"a search takes {median_ms:.0f} ms, 10 ms on a machine at rest")


@pytest.mark.parametrize(
    "pairs",
    [
        [], [("q", "")], [("q", "  ")], [("q", "x" * 101)], [("q", "a\nb")], [("q", "a\x00")],
        [("q", "a"), ("q", "b")], [("q", "a"), ("limit", "9")], [("Q", "a")],
    ],
)  # fmt: skip
def test_what_is_not_one_short_text_is_refused(
    client: TestClient, pairs: list[tuple[str, str]]
) -> None:
    answer = client.get("/api/search", params=pairs)
    assert answer.status_code == 400
    assert "q=" in answer.json()["error"] or "is unknown: use q" in answer.json()["error"]
