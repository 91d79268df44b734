"""What the place search knows beside towns, and how it ranks; both regions, or none at all."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from cop.ingest.geography import read_region
from cop.ingest.region import publish_region
from cop.query.search import search_places
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.record import merge_records
from cop.store.dataset.schema import FACILITIES
from cop.store.warehouse import Warehouse
from tests.query.conftest import OpenService
from tests.support.record import make_frame
from tests.support.store import make_source
from tests.support.town import km_between, town_position
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.sources

PORTS = pd.DataFrame(
    {
        "facility_type": ["port", "station", "port"],
        "code": ["2604", None, "2406"],
        "name": ["Nogales", "Nogales", "Columbus"],
        "sector": ["TCA", "TCA", "EPT"],
        "county": ["Santa Cruz, AZ", "Santa Cruz, AZ", "Luna, NM"],
        "segment_id": ["TCA-0050", "TCA-0050", "EPT-0020"],
        "lon": [-110.9381, -110.9343, -107.6276],
        "lat": [31.3329, 31.3404, 31.7834],
        "uncertainty_m": [1_000.0, 5_000.0, 1_000.0],
    }
)


@pytest.fixture(scope="module")
def ported(
    bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[QueryService]:
    """The region with three facilities."""
    folder = copy_warehouse(bare_warehouse, tmp_path_factory.mktemp("search") / "warehouse")
    settings = StoreSettings(data=folder)
    with open_transaction(settings) as transaction:
        merge_records(transaction, FACILITIES, make_source(), PORTS)
        transaction.commit("facilities")
    warehouse = Warehouse(settings)
    yield QueryService(warehouse, tile_cache_mb=8)
    warehouse.close()


@pytest.fixture(scope="module")
def hungarian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryService]:
    """The region hu_rs alone."""
    settings = StoreSettings(data=tmp_path_factory.mktemp("hu") / "warehouse", region="hu_rs")
    with open_transaction(settings) as transaction:
        publish_region(transaction, read_region("hu_rs"))
        transaction.commit("region")
    warehouse = Warehouse(settings)
    yield QueryService(warehouse, tile_cache_mb=8)
    warehouse.close()


def titles(service: QueryService, text: str) -> list[tuple[str, str]]:
    return [
        (found.kind, found.title) for found in search_places(service, service.view(), text).results
    ]


def test_towns_come_before_facilities_of_their_name_and_words_narrow(
    ported: QueryService,
) -> None:
    found = search_places(ported, ported.view(), "nogales").results
    assert [r.kind for r in found[:2]] == ["town", "town"]
    assert found[0].detail.startswith("Sonora, Mexico; ")
    assert {r.kind for r in found} >= {"port", "station"}
    assert titles(ported, "nogales port")[0] == ("port", "Nogales")
    assert titles(ported, "Nogales station")[0] == ("station", "Nogales")
    assert titles(ported, "2406")[0] == ("port", "Columbus")
    port = search_places(ported, ported.view(), "nogales port of entry").results[0]
    assert (port.lon, port.lat) == (-110.9381, 31.3329)
    assert port.detail == "port of entry 2604, Santa Cruz, AZ"


def test_counties_and_sectors_are_found_by_name_and_code_and_fill_the_view(
    ported: QueryService,
) -> None:
    for text in ("TCA", "tucson sector", "sector tucson"):
        found = search_places(ported, ported.view(), text).results[0]
        assert (found.kind, found.title) == ("sector", "Tucson sector")
        assert 6 < found.zoom < 8
        assert (found.position, found.mgrs) == ("", "")
    assert titles(ported, "pima county")[0] == ("county", "Pima, AZ")
    assert ("sector", "El Paso sector") in titles(ported, "el paso")[:3]


def test_letters_one_off_are_forgiven_and_said(ported: QueryService) -> None:
    answer = search_places(ported, ported.view(), "tucsn")
    assert answer.results[0].title == "Tucson"
    assert answer.message == "No match for 'tucsn'; similar names:"
    assert titles(ported, "tijauna")[0] == ("town", "Tijuana")
    assert titles(ported, "brownvsil")[0] == ("town", "Brownsville")


def test_segments_are_listed_while_they_are_typed(ported: QueryService) -> None:
    assert [title for _, title in titles(ported, "tca-00")][:2] == ["TCA-0001", "TCA-0002"]
    segment = search_places(ported, ported.view(), "tca31").results[0]
    assert segment.title == "TCA-0031"
    assert segment.detail.startswith("segment, land, km ")


def test_a_position_says_its_other_form_and_whether_it_is_far_away(ported: QueryService) -> None:
    (found,) = search_places(ported, ported.view(), "31.34, -110.93").results
    assert (found.title, found.mgrs) == ("31.34000 N 110.93000 W", "12R WV 066 672")
    (square,) = search_places(ported, ported.view(), "12R VV 1 6").results
    assert square.detail.endswith("; middle of the square of 10 km")
    assert square.zoom < found.zoom
    (vienna,) = search_places(ported, ported.view(), "48.2 16.37").results
    assert vienna.detail.endswith("; outside the region")


def test_accents_are_not_needed_in_the_other_region(hungarian: QueryService) -> None:
    for text, town in {
        "Szeged": ("Szeged", "HU", "06"),
        "roszke": ("Röszke", "HU", "06"),
        "Röszke": ("Röszke", "HU", "06"),
        "morahalom": ("Mórahalom", "HU", "06"),
        "subotica": ("Subotica", "RS", "VO"),
    }.items():
        found = search_places(hungarian, hungarian.view(), text).results[0]
        assert km_between((found.lon, found.lat), town_position(*town)) < 1, text
    example = (
        search_places(hungarian, hungarian.view(), "xyzzy")
        .message.partition("such as ")[2]
        .partition(",")[0]
    )
    assert titles(hungarian, example)[0] == ("segment", example)
    assert titles(hungarian, "46,17 20,08")[0] == ("position", "46.17000 N 20.08000 E")


def test_without_any_region_positions_are_still_found(small: OpenService) -> None:
    service = small(make_frame())
    assert titles(service, "31.34 N 110.93 W") == [("position", "31.34000 N 110.93000 W")]
    assert search_places(service, service.view(), "Tucson").message == (
        "No match for 'Tucson'. Try a town, MGRS or lat, lon"
    )
