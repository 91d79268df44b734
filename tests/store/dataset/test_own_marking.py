"""A source that is raised and lowered again leaves records as they were marked on their own."""

from dataclasses import replace
from pathlib import Path

import pytest

from cop.ingest.marking import change_marking
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.own_marking import OWN, fill_own
from cop.store.engine import fetch
from tests.support.released import draw_events, load_events, load_places

pytestmark = pytest.mark.access

STEPS = ("TLP:AMBER", "TLP:RED")


@pytest.mark.parametrize("dataset", ["events", "facilities"])
def test_a_source_that_is_lowered_again_leaves_records_as_they_were_marked_on_their_own(
    settings: StoreSettings, tmp_path: Path, dataset: str
) -> None:
    own = {"a": "TLP:GREEN", "b": "TLP:AMBER", "c": "TLP:RED//REL TO DPS", "d": "TLP:RED"}
    source = load_marked(settings, tmp_path, dataset, own)
    for marking in STEPS:
        change_marking(settings, source, marking, by="Avery")
    assert marked_now(settings, dataset) == {
        "a": "TLP:RED", "b": "TLP:RED", "c": "TLP:RED//REL TO DPS", "d": "TLP:RED",
    }  # fmt: skip
    load_marked(settings, tmp_path, dataset, {"e": "TLP:CLEAR"})
    change_marking(settings, source, "TLP:GREEN", by="Avery", reason="agreed")
    assert marked_now(settings, dataset) == own | {"e": "TLP:GREEN"}


def test_a_record_that_was_lowered_since_is_not_raised_with_its_source(
    settings: StoreSettings, tmp_path: Path
) -> None:
    source = load_marked(settings, tmp_path, "events", {"a": "TLP:RED", "b": "TLP:GREEN"})
    change_marking(settings, source, "TLP:RED", by="Avery")
    change_marking(settings, source, "TLP:GREEN", by="Avery", reason="agreed")
    assert marked_now(settings, "events") == {"a": "TLP:RED", "b": "TLP:GREEN"}
    change_marking(settings, source, "TLP:GREEN", record="a", by="Avery", reason="agreed")
    change_marking(settings, source, "TLP:AMBER", by="Avery")
    change_marking(settings, source, "TLP:GREEN", by="Avery", reason="agreed")
    assert marked_now(settings, "events") == {"a": "TLP:GREEN", "b": "TLP:GREEN"}


def load_marked(
    settings: StoreSettings, folder: Path, dataset: str, markings: dict[str, str]
) -> str:
    """Load records by name, each with its marking, of a source that is TLP:GREEN at first."""
    if dataset == "events":
        drawn = draw_events(len(markings), seed=1)
        events = [
            replace(event, source_id=name, marking=marking)
            for event, (name, marking) in zip(drawn, markings.items(), strict=True)
        ]
        load_events(settings, folder, events, marking="TLP:GREEN")
        return "table"
    rows = [(name, -112.8, 32.3, marking) for name, marking in markings.items()]
    load_places(settings, folder, rows)
    if len(markings) > 1:
        change_marking(settings, "places", "TLP:GREEN", by="Avery")
    return "places"


def marked_now(settings: StoreSettings, dataset: str) -> dict[str, str]:
    with open_transaction(settings) as transaction:
        path = None if dataset == "events" else transaction.path_of(dataset)
        files = [str(path)] if path else transaction.event_files()
        name = "source_id" if dataset == "events" else "name"
        sql = f"SELECT {name}, marking FROM read_parquet($files) ORDER BY 1"
        return dict(fetch(transaction.cursor, sql, {"files": files}))


def test_a_version_that_is_damaged_or_gone_says_nothing(
    settings: StoreSettings, tmp_path: Path
) -> None:
    source = load_marked(settings, tmp_path, "events", {"a": "TLP:RED", "b": "TLP:GREEN"})
    with open_transaction(settings) as transaction:
        earlier = [Path(path) for path in transaction.event_files()]
    change_marking(settings, source, "TLP:RED", by="Avery")

    def count_own() -> int:
        with open_transaction(settings) as transaction:
            fill_own(transaction, "events", source, "TLP:RED")
            return len(fetch(transaction.cursor, f"FROM {OWN}"))

    assert count_own() == 1
    for path in earlier:
        path.write_bytes(b"damaged")
    assert count_own() == 0
    for path in earlier:
        path.unlink()
    assert count_own() == 0
