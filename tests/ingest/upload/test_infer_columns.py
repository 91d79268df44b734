"""What a column looks like, by its name and its first cells."""

import pytest

from cop.ingest.upload.infer_columns import look_at, plain_name

pytestmark = pytest.mark.layers


@pytest.mark.parametrize(
    ("name", "sample", "look"),
    [
        ("Latitude", ["31.5"], "latitude"),
        ("POINT_X", ["505960.2"], "easting"),
        ("x", ["-110.5"], "longitude"),
        ("geom", ["POINT (1 2)"], "wkt"),
        ("whatever", ["12R WV 05960 66850"], "position"),
        ("note", ["12 34"], None),
        ("n", ["7"], None),
        ("OBJECTID", ["7"], "id"),
        ("licensePlate", ["ABC123"], "person"),
        ("contact", ["somebody@example.org"], "person"),
        ("value", ["(520) 555-0100"], "person"),
    ],
)
def test_looks_of_columns(name: str, sample: list[str], look: str | None) -> None:
    looks, _ = look_at(name, sample)
    assert (looks[0] if looks else None) == look


@pytest.mark.parametrize(
    ("name", "plain"),
    [("Event Date", "event_date"), ("eventDate", "event_date"), ("  GPS-Lat. ", "gps_lat"),
     ("X", "x"), ("---", "")],
)  # fmt: skip
def test_a_name_is_split_into_words(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_a_column_of_times_has_their_form() -> None:
    assert look_at("when", ["2026-11-24"]) == (["time"], "iso")
    assert look_at("when", [], is_typed_time=True) == (["time"], "typed")
    assert look_at("id", ["2026-11-24"]) == (["time", "id"], "iso")


def test_a_few_odd_cells_change_nothing_and_many_do() -> None:
    pairs = ["31.5, -110.5"] * 19
    assert look_at("place", [*pairs, "unknown"])[0] == ["position"]
    assert look_at("place", [*pairs[:9], *["unknown"] * 9])[0] == []
