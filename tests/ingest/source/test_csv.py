"""Tests of reading tables of text: strict, and faults named truly."""

import gzip
from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.ingest.source.csv import ROW, estimate_rows, read_csv

pytestmark = pytest.mark.picture


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_cells_stay_as_they_were_written(tmp_path: Path) -> None:
    text = '\ufeffa,b\n007,NA\n1e3,"x, ""y"""\n,null\n'
    table = read_csv(write(tmp_path / "a.csv", text))
    assert table["a"].tolist()[:2] == ["007", "1e3"]
    assert table["b"].tolist() == ["NA", 'x, "y"', "null"]
    assert table["a"].isna().tolist() == [False, False, True]
    assert table[ROW].tolist() == [2, 3, 4]


def test_blank_lines_do_not_shift_the_numbers(tmp_path: Path) -> None:
    table = read_csv(write(tmp_path / "a.csv", "a,b\n1,2\n\n,\n3,4\n\n"))
    assert table["a"].tolist() == ["1", "3"]
    assert table[ROW].tolist() == [2, 5]


def test_gzip_is_read(tmp_path: Path) -> None:
    table = read_csv(write(tmp_path / "a.csv.gz", gzip.compress(b"a\n1\n")))
    assert table["a"].tolist() == ["1"]


def test_a_header_alone_is_an_empty_table(tmp_path: Path) -> None:
    table = read_csv(write(tmp_path / "a.csv", "a,b\n"))
    assert table.empty
    assert list(table) == ["a", "b", ROW]


LONG = gzip.compress(("a,b\n" + "".join(f"{i},{i * i}\n" for i in range(9_000))).encode())


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "file is empty"),
        ("blank.csv", b"\n\n", "file is empty"),
        ("long.csv", b"a,b\n1,2\n1,2,3\n", "line 3"),
        ("shifted.csv", b"a,b\n1,2,3\n4,5,6\n", "not a readable CSV"),
        ("latin.csv", "a,b\nmüll,2\n".encode("latin-1"), "0xfc.*UTF-8"),
        ("utf16.csv", "a,b\n1,2\n".encode("utf-16"), "UTF-8"),
        ("quote.csv", b'a,b\n"1,2\n3,4\n', "not a readable CSV"),
        ("short.csv.gz", LONG[:-40], "not a readable CSV"),
        ("damaged.csv.gz", LONG[:300] + b"\x00" * 200 + LONG[500:], "not a readable CSV"),
        ("fake.csv.gz", b"a,b\n1,2\n", "not a readable CSV"),
        ("none.csv.gz", b"", "file is empty"),
    ],
)
def test_faults_name_the_file_and_the_reason(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = write(tmp_path / name, content)
    with pytest.raises(InputFileError, match=f"{name}: .*{said}"):
        read_csv(path)


@pytest.mark.parametrize("suffix", [".zip", ".bz2", ".xz", ".zst", ".tar", ".dat"])
def test_other_packings_are_not_guessed(tmp_path: Path, suffix: str) -> None:
    table = read_csv(write(tmp_path / f"a{suffix}", "a\n1\n"))
    assert table["a"].tolist() == ["1"]


def test_missing_files_and_folders(tmp_path: Path) -> None:
    for path in (tmp_path / "no.csv", tmp_path, tmp_path / "no" / "no.csv"):
        with pytest.raises(InputFileError, match="no such file"):
            read_csv(path)


def test_rows_are_estimated_by_the_first_lines(tmp_path: Path) -> None:
    lines = [b"%016x,%d\n" % (pow(7, number, 2**61 - 1), number) for number in range(200_000)]
    text = b"".join(lines)
    plain = estimate_rows(write(tmp_path / "a.csv", text))
    packed = estimate_rows(write(tmp_path / "a.csv.gz", gzip.compress(text)))
    assert plain == pytest.approx(200_000, rel=0.1)
    assert packed == pytest.approx(200_000, rel=0.1)
    assert estimate_rows(write(tmp_path / "b.csv", "")) is None
    assert estimate_rows(write(tmp_path / "b.csv.gz", "no gzip")) is None


@pytest.mark.trust
@pytest.mark.parametrize("closing", ['3,-111,c"\n', '3,-111,c\n4,-112,"d"\n'])
def test_a_quote_that_only_a_later_row_closes_is_refused(tmp_path: Path, closing: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'lat,lon,a\n1,-109,a\n2,-110,"b\n{closing}')
    with pytest.raises(InputFileError, match=r"a\.csv: not a readable CSV: .*(row 3|quot|line)"):
        read_csv(path)


@pytest.mark.trust
def test_lines_of_text_within_quotes_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('lat,lon,a\n1,-109,"first,\nthen, and, so on"\n2,-110,"at\n2, or so"\n')
    assert read_csv(path)["a"].to_list() == ["first,\nthen, and, so on", "at\n2, or so"]
