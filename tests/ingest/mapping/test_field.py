"""Which field a column seems to be, and what its words mean."""

from typing import Any

import pytest

from cop.ingest.mapping.field import FIELDS, find_candidates, find_precision, match_word
from cop.model.event import KINDS
from cop.model.upload import ColumnSeen

pytestmark = pytest.mark.layers


def column(name: str, *examples: str, **changes: Any) -> ColumnSeen:
    seen = {"kind": "VARCHAR", "filled": len(examples), "examples": examples, **changes}
    return ColumnSeen(name=name, **seen)


def test_fields_are_suggested_by_name_and_asked_where_two_fit() -> None:
    fields = {field.name: field for field in FIELDS["events"]}
    columns = [
        column("People", "3"),
        column("Case Number", "R-1"),
        column("Ref", "7"),
        column("Reported", "yes"),
        column("Type", "x", looks=("person",)),
    ]
    assert find_candidates(fields["count"], columns) == ("People",)
    assert find_candidates(fields["source_id"], columns) == ("Case Number", "Ref")
    assert find_candidates(fields["reported_at"], columns) == ()
    assert find_candidates(fields["kind"], columns) == ()
    assert match_word("RESCUES", KINDS) == "rescue"
    assert match_word("Got-Away", KINDS) == "got-away"
    assert match_word("heat", KINDS) is None


def test_how_exact_times_are_is_asked_where_rows_differ() -> None:
    assert find_precision(column("a", "021430ZMAR26", time_form="dtg")) == "minute"
    assert find_precision(column("a", "2026-03-02", time_form="iso")) == "day"
    assert find_precision(column("a", "2026-03-02", "2026-03-02 10:00", time_form="iso")) is None
    assert find_precision(None) is None
