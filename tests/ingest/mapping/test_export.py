"""Mappings as YAML: every one is a profile, and those that 0.1.0 exported are read."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from cop.errors import MappingError
from cop.ingest.mapping.export import export_mapping, import_mapping, make_mapping
from cop.ingest.mapping.load import build_mapped_profile
from cop.ingest.profile.file import find_profile
from cop.ingest.profile.kind import EventProfile
from cop.model.mapping import LAT, LON, TIME, UPLOAD, SavedMapping
from cop.model.moment import utc_now
from cop.model.upload import Choices
from tests.support.mapping import HEADER, MAPPING

pytestmark = pytest.mark.layers

EARLIER: dict[str, Any] = {
    **MAPPING,
    "choices": {
        **MAPPING["choices"],
        "day_first": True,
        "swap_axes": False,
        "crs": "EPSG:32612",
        "time_zone": "America/Phoenix",
    },
    "written": {"reader": "csv", "time_format": "%d/%m/%Y %H:%M", "plain": True},
}
"""As the program exported mappings until 0.2.0."""


def mapping(words: dict[str, Any], **changes: Any) -> SavedMapping:
    return make_mapping({**words, **changes, "author": "Ana", "saved_at": utc_now()}, file="m.yaml")


def test_a_mapping_goes_through_yaml_unchanged() -> None:
    one = mapping(EARLIER)
    back = import_mapping(export_mapping(one), file="m.yaml", author="Ben")
    assert (back.name, back.declared, back.author) == (one.name, one.declared, "Ben")
    assert back.columns == tuple(HEADER.split(","))
    assert back.reading.choices == Choices.model_validate(EARLIER["choices"])


def test_what_an_earlier_build_exported_is_the_same_mapping() -> None:
    back = import_mapping(yaml.safe_dump(EARLIER), file="m.yaml", author="Ana")
    assert back.declared == mapping(EARLIER).declared


@pytest.mark.parametrize("write", [export_mapping, lambda _one: yaml.safe_dump(EARLIER)])
def test_an_exported_mapping_is_a_profile(tmp_path: Path, write: Any) -> None:
    one = mapping(EARLIER)
    path = tmp_path / "county.yaml"
    path.write_text(write(one))
    profile = find_profile(str(path))
    assert isinstance(profile, EventProfile)
    assert profile == build_mapped_profile(one.name, one.declared)
    assert (profile.name, profile.reader) == ("county rescues", UPLOAD)
    assert profile.reading == one.reading
    position = {"lon": LON, "lat": LAT, "occurred_at": TIME}
    assert {name: profile.columns[name] for name in position} == position


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (yaml.safe_dump({**EARLIER, "choices": {"time_zone": "Mars"}}), "time_zone.*'Mars'"),
        ("[1", "m.yaml: not a mapping in YAML"),
        ("just words", "`cop mapping export` writes one"),
        (yaml.safe_dump({**EARLIER, "name": "a\nb"}), "one line"),
        (yaml.safe_dump({**EARLIER, "columns": []}), "name the columns of the file"),
        (yaml.safe_dump({**MAPPING["declared"], "name": "x"}), "a mapping has reader: upload"),
    ],
)
def test_what_is_no_mapping_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(MappingError, match=words):
        import_mapping(text, file="m.yaml", author="Ana")
