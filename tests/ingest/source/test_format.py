"""Tests of what a file format is, where its module says no more than its name."""

from pathlib import Path

import pandas as pd
import pytest

from cop.ingest.source.format import FileFormat, MappedColumns, ProfileReader

pytestmark = pytest.mark.house

PLAIN = FileFormat(id="plain", title="Plain", kind="table")
TEXT = FileFormat(id="text", title="Text", kind="table", magic=(b"{", b"["), text=True)


def test_a_plain_reader_gives_positions_in_columns_and_tells_no_number_of_rows() -> None:
    plain = ProfileReader(read_batches=lambda _path, _profile: iter([pd.DataFrame()]))
    assert plain.has_position_columns
    assert not (plain.has_geometry or plain.has_types or plain.uses_gdal)
    assert plain.count_rows(Path("a.plain")) is None


def test_a_format_without_magic_fits_any_content() -> None:
    assert PLAIN.fits(b"anything")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b" \r\n\t"])
def test_a_text_may_begin_with_a_mark_and_blanks(mark: bytes) -> None:
    assert TEXT.fits(mark + b"{}")
    assert TEXT.fits("\ufeff[1]".encode("utf-16-le"))
    assert not TEXT.fits(mark + b"<a>")


def test_a_mapping_of_nothing_asks_for_no_column() -> None:
    assert (MappedColumns(reader="a").columns, MappedColumns(reader="a").file_columns) == ({}, ())
