"""Tests of the reader of records in JSON."""

from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.ingest.source.json import parse_json, read_json, with_fields

pytestmark = pytest.mark.store


def test_an_array_and_lines_give_the_same_text_cells() -> None:
    array = parse_json(b'[{"a": 1, "b": "x"}, {"a": 1.50, "c": {"d": [null]}}]', file="f")
    lines = parse_json(
        b'\xef\xbb\xbf{"a": 1, "b": "x"}\r\n\n{"a": 1.50, "c": {"d": [null]}}\n', file="f"
    )
    assert array["__row__"].tolist() == [1, 2]
    assert lines["__row__"].tolist() == [1, 3]
    for table in (array, lines):
        assert table["a"].tolist() == ["1", "1.5"]
        assert table["b"].fillna("-").tolist() == ["x", "-"]
        assert table["c"].fillna("-").tolist() == ["-", '{"d": [null]}']


@pytest.mark.parametrize("content", [b"", b"\n \n", b"[]"])
def test_nothing_is_no_rows(content: bytes) -> None:
    table = with_fields(parse_json(content, file="f"), ["a"])
    assert (len(table), list(table)) == (0, ["__row__", "a"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff", "not UTF-8"),
        (b"[1]", "row 1: '1' is no object"),
        (b'{"a": 1}\n"x"', "row 2: 'x' is no object"),
        (b'{"a": 1}\n{"a": ', "line 2: not readable as JSON"),
        (b'[{"a": 1}', "not readable as JSON"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": 1, "a": 2}', "'a' stands twice"),
        (b'[{"a": "\\ud800"}]', "row 1: half of a surrogate"),
        (b'[{"\\ud800": 1}]', "row 1: half of a surrogate"),
        (b'{"__row__": 1}', "no field may be named __row__"),
        (b"[" * 100_000, "not readable as JSON"),
        (b'[{"a": ' + b"9" * 5_000 + b"}]", "not readable as JSON"),
    ],
)
def test_what_is_no_record_is_refused_by_row(content: bytes, said: str) -> None:
    with pytest.raises(InputFileError, match="f") as refused:
        parse_json(content, file="f")
    assert said in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"none.json: no such file"):
        read_json(tmp_path / "none.json")
