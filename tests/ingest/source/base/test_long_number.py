"""Tests of numbers that GDAL would round: quoted in JSON, made text in a DBF."""

import json
import struct
from pathlib import Path

import pytest

from cop.ingest.source.base.long_number import keep_long_numbers, quote_long_numbers
from tests.support.job import list_codes, write_job

pytestmark = [pytest.mark.trust, pytest.mark.layers]

LONG, IDS = "9007199254740993", "12345678901234567890123"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f'{{"a":{IDS}}}', f'{{"a":"{IDS}"}}'),
        (f'{{"a": {LONG}, "b": {LONG}, "b": 1.5}}', f'{{"a": {LONG}, "b": "{LONG}", "b": "1.5"}}'),
        (f'{{"a":[1, {IDS} ,2]}}', f'{{"a":[1, "{IDS}" ,2]}}'),
        (
            f'{{"t":"x\\": {IDS}, [{IDS}]","a":-{IDS}}}',
            f'{{"t":"x\\": {IDS}, [{IDS}]","a":"-{IDS}"}}',
        ),
        ('{"a":0.12345678901234567890}', '{"a":"0.12345678901234567890"}'),
        ('{"a":1e400}', '{"a":"1e400"}'),
    ],
)  # fmt: skip
def test_a_number_that_gdal_rounds_is_quoted(tmp_path: Path, content: str, expected: str) -> None:
    job = write_job(tmp_path, "a.geojson", content, "geojson")
    path = quote_long_numbers(job)
    assert path.read_text() == expected
    json.loads(expected)
    assert list_codes(job) == {"numbers_as_text"}


@pytest.mark.parametrize(
    "content",
    [
        f'{{"a":{LONG},"b":1,"coordinates":[-111.12345678901234567,31.00000000000000001]}}',
        f'{{"t":"{IDS}","a":0.1,"b":1e3,"c":1234567.8901234567}}',
        '{"a":',
    ],
)
def test_what_gdal_holds_stays_as_it_is(tmp_path: Path, content: str) -> None:
    job = write_job(tmp_path, "a.geojson", content, "geojson")
    assert quote_long_numbers(job) == job.path
    assert list_codes(job) == set()


def write_table(path: Path, kind: bytes, decimals: int, cells: list[str]) -> Path:
    head = struct.pack("<BBBBIHH20x", 3, 126, 1, 1, len(cells), 65, 25)
    field = struct.pack("<11sc4xBB14x", b"n", kind, 24, decimals)
    rows = b"".join(b" " + cell.rjust(24).encode() for cell in cells)
    path.write_bytes(head + field + b"\r" + rows + b"\x1a")
    return path


@pytest.mark.parametrize(
    ("cells", "decimals", "kind"),
    [
        ([LONG, "1"], 0, "C"), ([IDS], 0, "C"), (["0.123456789012345", ""], 15, "N"),
        (["1", "*" * 24], 0, "N"), (["0.12345678901234567890"], 20, "C"), ([], 0, "N"),
    ],
)  # fmt: skip
def test_a_column_of_a_table_is_text_where_doubles_do_not_hold_it(
    tmp_path: Path, cells: list[str], decimals: int, kind: str
) -> None:
    table = write_table(tmp_path / "a.dbf", b"N", decimals, cells)
    job = write_job(tmp_path, "a.zip", b"PK\x03\x04", "shapefile")
    keep_long_numbers(job, table)
    assert chr(table.read_bytes()[32 + 11]) == kind
    assert list_codes(job) == ({"numbers_as_text"} if kind == "C" else set())


def test_all_numbers_of_a_column_that_becomes_text_keep_their_digits(tmp_path: Path) -> None:
    """A column with one long id had its fractions rounded, as texts."""
    content = '{"a": 0.490382639140289344, "b": 0.5}, {"a": 123456789012345678901234, "b": 2}'
    job = write_job(tmp_path, "a.geojson", content, "geojson")
    quoted = quote_long_numbers(job).read_text()
    assert '"a": "0.490382639140289344", "b": 0.5' in quoted
    assert '"a": "123456789012345678901234", "b": 2' in quoted
