"""Tests of what is known of a file that was brought: choices, readings, and its name as words."""

import pytest
from pydantic import ValidationError

from cop.model.upload import (
    ENCODINGS,
    PLACING,
    Choices,
    Inspection,
    Reading,
    UploadFinding,
    shown_name,
)

pytestmark = pytest.mark.house


def test_choices_leave_it_to_the_file_unless_made() -> None:
    safe = Choices()
    assert (safe.crs, safe.encoding, safe.columns, safe.roles) == (None, None, None, None)
    assert (safe.time_zone, safe.keep_photo, safe.numbered) == ("UTC", False, False)
    assert not {"time", "id"} & PLACING


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_each_encoding_that_may_be_chosen_is_one_of_python(encoding: str) -> None:
    chosen = Choices(encoding=encoding)
    assert "a".encode(str(chosen.encoding))


@pytest.mark.parametrize(
    "choice",
    [
        {"encoding": "utf-7"},
        {"crs": "4326"},
        {"crs": "EPSG:1"},
        {"time_zone": "America/Nowhere"},
        {"time_zone": "/etc/passwd"},
        {"roles": {"a": "height"}},
        {"anything": 1},
    ],
)
def test_a_choice_that_is_none_is_refused(choice: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(choice))):
        Choices.model_validate(choice)


def test_a_reading_is_called_by_its_system_and_title() -> None:
    assert Reading(crs="EPSG:4326", bounds=None).name == "EPSG:4326"
    assert Reading(crs="EPSG:4326", bounds=None, title="swapped").name == "EPSG:4326, swapped"


def test_an_inspection_asks_what_needs_a_choice() -> None:
    findings = tuple(
        UploadFinding(code=severity, severity=severity, words=severity)
        for severity in ("note", "ask", "warning", "fault", "ask")
    )
    seen = Inspection(format="csv", kind="table", findings=findings)
    assert seen.asks == (findings[1], findings[4])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("towers.csv", "towers.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\towers.csv", "towers.csv"),
        ("a\nb\x7f.csv", "a\ufffdb\ufffd.csv"),
        ("", "file"),
        ("/", "file"),
        ("x" * 200 + ".csv", "x" * 116 + ".csv"),
    ],
)
def test_a_name_is_its_last_part_without_control_characters(name: str, shown: str) -> None:
    assert shown_name(name) == shown
