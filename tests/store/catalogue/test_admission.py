"""The condition by which records are read: by marking always, by source where one is withheld."""

import duckdb
import pytest

from cop.model.release import Release
from cop.store.catalogue.admission import Admission, bind_admission

pytestmark = pytest.mark.access

ROWS = (
    "(VALUES ('a', 'TLP:CLEAR'), ('a', 'TLP:RED'), ('b', 'TLP:CLEAR'), ('a', NULL), "
    "(NULL, 'TLP:CLEAR')) AS t(source, marking)"
)


def read(markings: tuple[str, ...], sources: tuple[str, ...] | None) -> list[tuple[str, str]]:
    """What a viewer reads of the rows."""
    admission = Admission(release=Release(agency="DPS"), markings=markings, sources=sources)
    condition, values = bind_admission(admission)
    with duckdb.connect() as opened:
        return opened.execute(f"FROM {ROWS} WHERE {condition}", values).fetchall()


def test_records_are_read_by_marking_and_source() -> None:
    assert read(("TLP:CLEAR",), ("a",)) == [("a", "TLP:CLEAR")]
    assert read(("TLP:CLEAR", "TLP:RED"), ("a",)) == [("a", "TLP:CLEAR"), ("a", "TLP:RED")]
    assert read((), ("a", "b")) == []
    assert read(("TLP:CLEAR",), ()) == []


def test_what_has_no_marking_is_read_by_nobody() -> None:
    found = read(("TLP:CLEAR", "TLP:RED"), None)
    assert len(found) == 4
    assert all(marking is not None for _, marking in found)


def test_without_an_admission_everything_is_read() -> None:
    assert bind_admission(None) == ("true", {})


def test_two_conditions_of_one_query_bind_values_of_their_own() -> None:
    admission = Admission(release=Release(agency="DPS"), markings=("TLP:CLEAR",), sources=("a",))
    (one, first), (other, second) = (bind_admission(admission, side=side) for side in ("", "_then"))
    assert not first.keys() & second.keys()
    assert one != other
