"""Tests of workbooks: a sheet is a layer, cells are text, formulas are their saved values."""

from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cop.errors import InputFileError
from cop.ingest.source.xlsx import as_cell, open_sheet
from cop.model.upload import Choices
from tests.hostile.archive import packed
from tests.hostile.case import Lure
from tests.support.job import build_job, list_codes, read_rows

pytestmark = pytest.mark.layers


@pytest.fixture(autouse=True)
def _closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the workbooks, which in the sandbox end with its process."""
    books: list[Any] = []
    load = openpyxl.load_workbook

    def keep(*args: Any, **options: Any) -> Any:
        books.append(load(*args, **options))
        return books[-1]

    monkeypatch.setattr(openpyxl, "load_workbook", keep)
    yield
    for book in books:
        book.close()


def write_book(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "First"
    for row in (["name", "n", None], ["a", 1.0], [None, None], ["b", 2.5]):
        sheet.append(row)
    hidden = book.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    other = book.create_sheet("Other")
    for row in (["x"], ["=1+1"]):
        other.append(row)
    book.save(path)
    return path


def test_the_first_visible_sheet_is_read_blank_rows_left_out(tmp_path: Path) -> None:
    job = build_job(write_book(tmp_path / "a.xlsx"), "xlsx")
    opened = open_sheet(job)
    assert opened.names == ("name", "n")
    assert [layer.name for layer in opened.layers] == ["First", "Other"]
    assert read_rows(opened) == {2: ["a", "1"], 4: ["b", "2.5"]}


def test_formulas_are_counted_and_a_sheet_can_be_chosen(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx")
    job = build_job(path, "xlsx", choices=Choices(layer="Other"))
    opened = open_sheet(job)
    assert (opened.layer, opened.names) == ("Other", ("x",))
    assert {"formula_values", "layers_other", "sheets_hidden"} == list_codes(job)


def test_a_first_sheet_without_a_header_is_passed_over(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Posts").append(["name", "n"])
    book.save(tmp_path / "a.xlsx")
    opened = open_sheet(build_job(tmp_path / "a.xlsx", "xlsx"))
    assert (opened.layer, [layer.rows for layer in opened.layers]) == ("Posts", [0, None])


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    packed([("a.xml", b"<a/>")])(path, Lure("", path))
    with pytest.raises(InputFileError, match=r"no workbook inside"):
        open_sheet(build_job(path, "xlsx"))
    packed([("xl/workbook.xml", b"<a/>")])(path, Lure("", path))
    with pytest.raises(InputFileError, match=r"a\.xlsx: not a readable workbook"):
        open_sheet(build_job(path, "xlsx"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("", None),
        (True, "true"),
        (3.0, "3"),
        (0.1, "0.1"),
        (float("inf"), "inf"),
        (datetime(2026, 1, 2, 3), "2026-01-02T03:00:00"),
        (time(3, 4), "03:04:00"),
        ("a\ud800", "a?"),
    ],
)
def test_cells_are_written_as_text(value: object, text: str | None) -> None:
    assert as_cell(value) == text
