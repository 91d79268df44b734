"""Mappings as YAML, and as a profile that `cop ingest --profile` reads."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from cop.errors import MappingError
from cop.ingest.event import check_events
from cop.ingest.mapping.export import (
    describe_written,
    export_mapping,
    export_profile,
    find_format,
    import_mapping,
    make_mapping,
)
from cop.ingest.mapping.field import FIELDS, find_candidates, find_precision, match_word
from cop.ingest.mapping.keep import delete_mapping, fitting_mappings, get_mapping, save_mapping
from cop.ingest.profile import EventProfile, build_profile
from cop.ingest.source.csv import read_csv
from cop.model.event import KINDS
from cop.model.mapping import key_of
from cop.model.moment import utc_now
from cop.model.upload import ColumnSeen, Inspection
from cop.settings import StoreSettings
from tests.support.mapping import MAPPING

pytestmark = pytest.mark.layers

PLAIN: dict[str, Any] = {
    **MAPPING,
    "columns": ["case", "when", "lat", "lon", "what", "people"],
    "choices": {
        "roles": {"when": "time", "lat": "latitude", "lon": "longitude"},
        "time_zone": "America/Phoenix",
    },
    "written": {"reader": "csv", "time_format": "%d/%m/%Y %H:%M", "plain": True},
}
CSV = """case,when,lat,lon,what,people
R-1,02/03/2026 14:30,31.412,-110.941,heat,3
"""


def mapping(said: dict[str, Any], **changes: Any) -> Any:
    told = {**said, **changes, "author": "Ana", "saved_at": utc_now()}
    return make_mapping(told, file="m.yaml")


def column(name: str, *examples: str, **said: Any) -> ColumnSeen:
    told = {"kind": "VARCHAR", "filled": len(examples), "examples": examples, **said}
    return ColumnSeen(name=name, **told)


def test_a_mapping_goes_through_yaml_unchanged() -> None:
    one = mapping(PLAIN)
    back = import_mapping(export_mapping(one), file="m.yaml", author="Ben")
    assert back.model_dump(exclude={"author", "saved_at"}) == one.model_dump(
        exclude={"author", "saved_at"}
    )
    with pytest.raises(MappingError, match=r"m.yaml: choices.time_zone: 'Mars'"):
        import_mapping(
            yaml.safe_dump({**PLAIN, "choices": {"time_zone": "Mars"}}), file="m.yaml", author="A"
        )
    with pytest.raises(MappingError, match="not a mapping in YAML"):
        import_mapping("[1", file="m.yaml", author="A")


def test_a_plain_mapping_is_a_profile_that_reads_the_file(tmp_path: Path) -> None:
    profile = build_profile("county", yaml.safe_load(export_profile(mapping(PLAIN))))
    assert isinstance(profile, EventProfile)
    (tmp_path / "r.csv").write_text(CSV)
    checked = check_events(read_csv(tmp_path / "r.csv"), profile, file="r.csv", now=utc_now())
    (row,) = checked.rows.to_dict("records")
    assert (row["kind"], row["count"], row["lon"]) == ("rescue", 3, -110.941)
    assert row["occurred_at"].isoformat() == "2026-03-02T21:30:00"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"written": {"reader": "csv", "plain": True}}, "no single format"),
        ({"written": {"reader": "csv", "time_format": "%Y"}}, "not numbers in two columns"),
        ({"written": {}}, "neither CSV"),
    ],
)
def test_what_no_profile_can_say_is_told(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(MappingError, match=why):
        export_profile(mapping(PLAIN, **changes))


@pytest.mark.parametrize(
    ("examples", "day_first", "expected"),
    [
        (["2026-03-02 14:30"], None, "%Y-%m-%d %H:%M"),
        (["2026-03-02T14:30:00Z"], None, "%Y-%m-%dT%H:%M:%S%z"),
        (["02/03/2026", "13/03/2026"], True, "%d/%m/%Y"),
        (["02/03/2026", "03/13/2026"], False, "%m/%d/%Y"),
        (["02/03/2026"], None, None),
        (["021430ZMAR26"], None, None),
        ([], None, None),
    ],
)
def test_the_one_format_of_times(
    examples: list[str], day_first: bool | None, expected: str | None
) -> None:
    assert find_format(examples, day_first=day_first) == expected


def test_how_a_file_is_written_is_seen_by_its_columns() -> None:
    seen = Inspection(
        format="csv",
        kind="table",
        encoding="utf-8",
        columns=(
            column("when", "2026-03-02", time_form="iso"),
            column("lat", "31.4", kind="DOUBLE"),
            column("lon", "-110", kind="BIGINT"),
        ),
    )
    roles = {"when": "time", "lat": "latitude", "lon": "longitude"}
    found = describe_written(seen, roles=roles, day_first=None)
    assert (found.reader, found.time_format, found.plain) == ("csv", "%Y-%m-%d", True)
    other = describe_written(seen, roles={"when": "position"}, day_first=None)
    assert not other.plain


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


def test_mappings_are_found_by_their_columns_in_any_order(own_warehouse: Path) -> None:
    store = StoreSettings(data=own_warehouse)
    assert not save_mapping(store, mapping(PLAIN, name="first"))
    assert not save_mapping(store, mapping(PLAIN, name="second"))
    assert save_mapping(store, mapping(PLAIN, name="second"))
    names = [one.name for one in fitting_mappings(store, list(reversed(PLAIN["columns"])))]
    assert set(names) == {"first", "second"}
    assert not fitting_mappings(store, [*PLAIN["columns"], "more"])
    assert key_of(["a", "b"]) != key_of(["ab"])
    assert delete_mapping(store, "first", by="Ben").name == "first"
    with pytest.raises(MappingError, match="no mapping 'first' is saved here; there are: 'second'"):
        get_mapping(store, "first")
