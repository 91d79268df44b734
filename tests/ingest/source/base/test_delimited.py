"""Tests of texts of rows: encoding and separator are found, broken rows are numbered."""

from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.ingest.source.base.delimited import open_delimited
from cop.model.upload import Choices
from tests.support.job import build_job, list_codes, read_batches_of, read_rows, write_job

pytestmark = pytest.mark.layers


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_that_of_the_header(tmp_path: Path, separator: str) -> None:
    text = f'"a,;b"{separator}b\n1{separator}2\n'
    opened = open_delimited(write_job(tmp_path, "a.csv", text, "csv"))
    assert opened.separator == separator
    assert read_rows(opened) == {2: ["1", "2"]}


def test_a_separator_that_is_given_is_taken(tmp_path: Path) -> None:
    opened = open_delimited(write_job(tmp_path, "a.tsv", "a,b\tc\n1\t2\n", "tsv"), separator="\t")
    assert opened.names == ("a,b", "c")


@pytest.mark.parametrize(
    ("encoding", "found"), [("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("cp1252", "cp1252")]
)
def test_the_encoding_is_found_and_a_guess_is_noted(
    tmp_path: Path, encoding: str, found: str
) -> None:
    job = write_job(tmp_path, "a.csv", "a\né\n".encode(encoding), "csv")
    opened = open_delimited(job)
    assert opened.encoding == found
    assert read_rows(opened) == {2: ["é"]}
    assert ("encoding_guessed" in list_codes(job)) == (found == "cp1252")


def test_rows_of_another_width_are_problems_and_blank_ones_are_left_out(tmp_path: Path) -> None:
    opened = open_delimited(write_job(tmp_path, "a.csv", "a,b\n1,2\n3\n,\n4,5\n6,7,8\n", "csv"))
    assert read_rows(opened) == {2: ["1", "2"], 5: ["4", "5"]}
    problems = [problem for batch in read_batches_of(opened) for problem in batch.problems]
    assert [one.row for one in problems][:1] == [3]
    assert problems[0].reason == "1 cells where the header has 2"


def test_a_header_alone_has_no_row(tmp_path: Path) -> None:
    assert read_rows(open_delimited(write_job(tmp_path, "a.csv", "a,b\n", "csv"))) == {}


@pytest.mark.parametrize(
    ("content", "why"), [(b"a\0" * 99, "NUL bytes"), (b"\n1\n", "no header row")]
)
def test_what_is_no_table_of_text_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(InputFileError, match=rf"a\.csv: .*{why}"):
        open_delimited(write_job(tmp_path, "a.csv", content, "csv"))


def test_an_encoding_that_was_chosen_wrongly_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n\xff\n")
    job = build_job(path, "csv", choices=Choices(encoding="utf-8"))
    with pytest.raises(InputFileError, match="no text in utf-8; choose another"):
        open_delimited(job)
