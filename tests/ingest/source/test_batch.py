"""Tests that a CSV read in plain blocks is the table that pandas reads, whatever it holds."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cop.errors import InputFileError
from cop.ingest.source import csv as module
from cop.ingest.source.csv import read_csv, read_csv_batches
from cop.model.source import ROW

pytestmark = pytest.mark.house

CELLS = st.text(st.sampled_from('ab 1,"é\n.'), max_size=4)


def read_with_pandas(path: Path) -> pd.DataFrame:
    table = pd.read_csv(
        path, dtype=str, index_col=False, keep_default_na=False, na_values=[""],
        skip_blank_lines=False, encoding="utf-8-sig",
    )  # fmt: skip
    table[ROW] = range(2, 2 + len(table))
    return table[~table.drop(columns=ROW).isna().all(axis=1)].reset_index(drop=True)


@pytest.mark.parametrize("block", [7, 64, 8 * 2**20])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12), quoted=st.booleans())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_blocks_are_read_as_pandas_reads_the_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    block: int,
    end: str,
    rows: list[list[str]],
    quoted: bool,
) -> None:
    monkeypatch.setattr(module, "_BLOCK_BYTES", block)
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator=end, quoting=quoting).writerows([["a", "b", "c"], *rows])
    path = tmp_path / "a.csv"
    path.write_bytes(text.getvalue().encode())
    pd.testing.assert_frame_equal(read_csv(path), read_with_pandas(path), check_dtype=False)


@pytest.mark.parametrize(
    "text", ["a,b\n1\n2,3\n", "a,b\n1,2\n\n3,4", "a,a\n1,2\n", "a\n1\n\n2\n", "a,b\n1,2\r3,4\n"]
)
def test_odd_lines_are_read_as_pandas_reads_them(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    pd.testing.assert_frame_equal(read_csv(path), read_with_pandas(path), check_dtype=False)


def test_batches_are_bounded_and_number_their_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_ROWS", 4)
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "".join(f"{n},x\n" for n in range(10)) + '10,"x"\n' * 5)
    batches = list(read_csv_batches(path))
    assert max(map(len, batches)) == 4
    assert [row for batch in batches for row in batch[ROW]] == list(range(2, 17))


def test_a_fault_after_plain_blocks_names_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BLOCK_BYTES", 16)
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "1,2\n" * 50 + "1,2,3\n")
    with pytest.raises(InputFileError, match=r"a\.csv: .*line 52"):
        read_csv(path)
