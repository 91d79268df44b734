"""Reading a file as a mapping states: its answers, and what it leaves open."""

from pathlib import Path
from typing import Any

import pytest

from cop.errors import InputFileError, MappingError
from cop.ingest.mapping import read
from cop.ingest.mapping.load import build_mapped_profile
from cop.ingest.mapping.read import check_columns, choices_of, read_by_mapping, used_by
from cop.model.mapping import restore_declared
from cop.model.upload import ColumnSeen, Inspection, UploadFinding
from cop.settings import UploadSettings
from tests.support.mapping import HEADER, MAPPING, PLACES, rescues

pytestmark = pytest.mark.layers
PROFILE = build_mapped_profile("county rescues", restore_declared(MAPPING))


def seen_of(columns: list[str], **more: Any) -> Inspection:
    found = tuple(ColumnSeen(name=name, kind="VARCHAR", filled=1) for name in columns)
    return Inspection(format="csv", kind="table", columns=found, rows=18, **more)


def test_only_the_columns_of_the_mapping_are_kept_and_rows_are_numbered() -> None:
    choices = choices_of(PROFILE)
    assert used_by(PROFILE) == choices.columns == ("case", "what", "people")
    assert choices.numbered
    assert choices.roles == {"grid": "position", "when": "time"}


def test_a_missing_column_is_named_with_those_that_are_there() -> None:
    check_columns(seen_of(HEADER.split(",")), PROFILE, "r.csv")
    with pytest.raises(MappingError, match=r"no column 'grid', 'case'.*the file has: 'when', 'wha"):
        check_columns(seen_of(["when", "what", "people"]), PROFILE, "r.csv")


def test_a_question_that_the_mapping_leaves_open_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "r.csv"
    file.write_text(rescues(*PLACES))
    asked = UploadFinding(code="crs_missing", severity="ask", words="Which system?")
    found = seen_of(HEADER.split(","), findings=(asked,))
    monkeypatch.setattr(read, "inspect_file", lambda *_a, **_k: found)
    with pytest.raises(MappingError, match=r"does not answer what this file asks: Which system\?"):
        read_by_mapping(file, PROFILE, UploadSettings())


def test_why_a_file_is_refused_is_said_in_the_words_of_the_mapping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "r.csv"
    file.write_text("case,what\n1,heat\n")

    def inspect(*_: Any, choices: Any, **_more: Any) -> Inspection:
        if choices.roles:
            raise InputFileError("r.csv: no column 'grid'; choose among those of the file")
        return seen_of(there)

    monkeypatch.setattr(read, "inspect_file", inspect)
    there = ["case", "what"]
    with pytest.raises(MappingError, match="which mapping 'county rescues' needs"):
        read_by_mapping(file, PROFILE, UploadSettings())
    there = HEADER.split(",")
    with pytest.raises(InputFileError, match="choose among those of the file"):
        read_by_mapping(file, PROFILE, UploadSettings())
    with pytest.raises(InputFileError, match="no such file; check the path"):
        read_by_mapping(tmp_path / "none.csv", PROFILE, UploadSettings())


def test_shown_a_file_is_read_once_for_what_it_is_and_once_for_its_rows(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text(rescues(*PLACES))
    steps: list[tuple[str, int, int | None]] = []
    table = read_by_mapping(
        file, PROFILE, UploadSettings(), progress=lambda *step: steps.append(step)
    )
    assert table.columns == ("case", "what", "people")
    assert len(table.rows) == len(PLACES)
    assert sum(rows for _, rows, _ in steps) == len(PLACES)
    assert {(step, total) for step, _, total in steps} == {("reading", len(PLACES))}
