"""Tests of columns of times by their names."""

import pytest

from cop.ingest.upload.time_name import choose_time, is_serial, is_time_name, rank_time

pytestmark = pytest.mark.trust


@pytest.mark.parametrize(
    ("names", "first"),
    [
        (["updated", "reported_at", "occurred_at"], "occurred_at"),
        (["Date reported", "Event date"], "Event date"),
        (["created", "date"], "date"),
        (["Fecha de reporte", "Fecha del evento"], "Fecha del evento"),
        (["Bejelentés ideje", "Esemény ideje"], "Esemény ideje"),
        (["Датум пријаве", "Датум догађаја"], "Датум догађаја"),
        (["end", "start"], "start"),
        (["start", "time", "stale"], "time"),
        (["a", "b"], "a"),
    ],
)
def test_when_it_happened_comes_before_when_it_was_reported(names: list[str], first: str) -> None:
    assert choose_time(names) == first
    assert choose_time([]) is None
    assert rank_time(first) <= min(map(rank_time, names))


def test_days_of_a_spreadsheet_need_the_name_of_a_time() -> None:
    assert is_serial("date", ["45992", "46010.5", "45001"])
    assert not is_serial("count", ["45992", "46010.5", "45001"])
    assert not is_serial("date", ["1", "2"])
    assert is_time_name("FechaHora")
    assert not is_time_name("place")
