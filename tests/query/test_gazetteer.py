"""Tests of the table behind the place search: what it knows, and that it is made once."""

import pytest

from cop.query.gazetteer import FOLDED, ensure_gazetteer
from cop.query.service import QueryService
from tests.query.conftest import OpenService
from tests.support.record import make_frame

pytestmark = pytest.mark.house


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Doña  Ana", "dona ana"),
        ("Bács-Kiskun", "bacs kiskun"),
        ("Øresund/Łódź", "oresund lodz"),
        ("TCA-0050", "tca 0050"),
        (" - ", ""),
    ],
)
def test_names_are_folded_as_they_are_typed(service: QueryService, text: str, folded: str) -> None:
    ((found,),) = service.warehouse.query(f"SELECT {FOLDED.format('$text')}", {"text": text})
    assert found == folded


def test_it_knows_what_the_region_has(service: QueryService) -> None:
    snapshot = service.view().snapshot
    table = ensure_gazetteer(service.warehouse, snapshot)
    rows = service.warehouse.query(f"SELECT kind, count(*) FROM {table} GROUP BY 1")
    found = dict(rows)
    ((segments,),) = service.warehouse.query(
        "SELECT count(*) FROM read_parquet($files)",
        {"files": list(snapshot.catalogue.files_of("segments"))},
    )
    assert (found["segment"], found["sector"]) == (segments, len(snapshot.sectors))
    assert {"town", "county"} <= set(found)
    assert ensure_gazetteer(service.warehouse, snapshot) == table
    assert (
        dict(service.warehouse.query(f"SELECT kind, count(*) FROM {table} GROUP BY 1")) == found
    ), "it was made once"


def test_every_row_has_a_name_a_place_and_a_zoom(service: QueryService) -> None:
    table = ensure_gazetteer(service.warehouse, service.view().snapshot)
    ((wrong,),) = service.warehouse.query(
        f"SELECT count(*) FROM {table} WHERE title = '' OR name = '' OR words NOT LIKE ' %' "
        "OR lon NOT BETWEEN -180 AND 180 OR lat NOT BETWEEN -90 AND 90 "
        "OR zoom NOT BETWEEN 5 AND 13 OR weight IS NULL"
    )
    assert wrong == 0


def test_without_a_region_it_is_empty(small: OpenService) -> None:
    service = small(make_frame(1))
    table = ensure_gazetteer(service.warehouse, service.view().snapshot)
    assert service.warehouse.query(f"SELECT * FROM {table}") == []
