"""Tests of what each version says of itself."""

from datetime import datetime

import pytest

from cop.store.catalogue.version_note import LoadNote, Quarantined, VersionExtra, read_note

pytestmark = pytest.mark.store


LOAD = LoadNote(source="iom", profile="iom_mmp", file="a.csv", kind="events",
                accepted=3, rejected=1, duplicate=0, superseded=0)  # fmt: skip
LOST = Quarantined(dataset="events", sha256="0" * 64, found_at=datetime(2026, 11, 25), n_missing=2)


def test_what_is_written_is_read() -> None:
    extra = VersionExtra(listing="abc", load=LOAD, quarantine=(LOST,))
    assert read_note(extra.model_dump_json(exclude_none=True)) == extra


@pytest.mark.parametrize("text", [None, "", "no json", "[]", '{"load": {"source": "iom"}}'])
def test_what_another_program_wrote_is_nothing(text: str | None) -> None:
    assert read_note(text) == VersionExtra()


def test_a_field_of_a_later_program_is_ignored() -> None:
    assert read_note('{"listing": "abc", "weather": 1}') == VersionExtra(listing="abc")
