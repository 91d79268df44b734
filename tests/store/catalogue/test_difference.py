"""Tests of the difference of two versions."""

from datetime import datetime

import pytest

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.difference import EventDifference, VersionDifference, build_difference
from cop.store.catalogue.reader import CatalogueReader
from tests.support.published import published_files
from tests.support.record import make_frame
from tests.support.store import publish_events, publish_table

pytestmark = pytest.mark.store


def compare(settings: StoreSettings, older: int, newer: int) -> VersionDifference:
    reader = CatalogueReader(settings)
    try:
        return build_difference(
            settings, reader.catalogue(version=older), reader.catalogue(version=newer)
        )
    finally:
        reader.close()


def rows(difference: VersionDifference, dataset: str) -> tuple[int, int, int]:
    (part,) = (part for part in difference.datasets if part.dataset == dataset)
    return part.rows_added, part.rows_removed, part.rows_corrected


@pytest.fixture
def held(settings: StoreSettings) -> StoreSettings:
    """Twenty events; one corrected; one more of another sector, late; a table; a demo event."""
    ids = [f"i{n}" for n in range(20)]
    publish_events(settings, make_frame(20, source_id=ids))
    publish_events(settings, make_frame(20, source_id=ids, count=[7, *[2] * 19]))
    late = make_frame(1, source_id="late", sector="RGV", kind="rescue", count=3)
    publish_events(settings, late.assign(occurred_at=datetime(2026, 2, 3)))
    publish_table(settings, 1)
    demo = make_frame(1, synthetic=True, source="demo", count=4)
    publish_events(settings, demo, source="demo", synthetic=True)
    return settings


def test_a_correction_and_an_addition_are_told_apart(held: StoreSettings) -> None:
    corrected = compare(held, 1, 2)
    assert rows(corrected, "events") == (0, 0, 1)
    assert corrected.events == (_line(n=0, count=5),)
    added = compare(held, 2, 3)
    assert rows(added, "events") == (1, 0, 0)
    (part,) = (part for part in added.datasets if part.dataset == "events")
    assert (part.files_added, part.files_removed) == (1, 0)
    assert added.events == (_line(sector="RGV", kind="rescue", n=1, count=3),)


def test_over_several_versions_and_back(held: StoreSettings) -> None:
    forth, back = compare(held, 1, 5), compare(held, 5, 1)
    assert rows(forth, "events") == (2, 0, 1)
    assert rows(back, "events") == (0, 2, 1)
    assert forth.events == (
        _line(sector="RGV", kind="rescue", n=1, count=3),
        _line(n=0, count=5),
        _line(records="synthetic", n=1, count=4),
    )
    assert {(e.sector, e.kind, -e.n, -e.count) for e in back.events} == {
        (e.sector, e.kind, e.n, e.count) for e in forth.events
    }
    assert rows(forth, "thing") == (1, 0, 0)
    assert rows(forth, "sources")[:2] == (1, 0)


def test_a_whole_table_is_compared_row_by_row(settings: StoreSettings) -> None:
    publish_table(settings, 1)
    publish_table(settings, 2)
    assert rows(compare(settings, 1, 2), "thing") == (1, 1, 0)


def test_equal_versions_have_no_difference(held: StoreSettings) -> None:
    difference = compare(held, 4, 4)
    assert (difference.datasets, difference.events) == ((), ())


def test_a_damaged_file_is_named_and_not_counted(held: StoreSettings) -> None:
    (path, *_) = published_files(held.data, "events")
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 4
    path.write_bytes(content)
    with pytest.raises(StoreError, match=rf"{path.name}: damaged"):
        compare(held, 1, 5)
    path.unlink()
    with pytest.raises(StoreError, match=rf"{path.name}: cannot be read"):
        compare(held, 1, 5)


def _line(**given: object) -> EventDifference:
    said = {"records": "real", "sector": "TCA", "kind": "crossing", "unit": "people"}
    return EventDifference.model_validate(said | given)
