"""Refused rows as the warehouse keeps them, and files that somebody else put there."""

from pathlib import Path

import pandas as pd
import pytest

from cop.errors import StoreError
from cop.store.dataset.reject import group_reason, read_rejects

pytestmark = pytest.mark.sources


def keep(folder: Path, source: str, name: str, reasons: list[str]) -> Path:
    path = folder / "rejects" / source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = {"row": range(2, 2 + len(reasons)), "reason": reasons, "cell": "x", "file": "f.csv"}
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def test_rows_and_reasons_are_counted(tmp_path: Path) -> None:
    reasons = ["lat=91: no latitude", "lat=-95: no latitude", "t=soon: no time; a record needs one"]
    path = keep(tmp_path, "iom_mmp", "0123abcd.csv", reasons)
    (file,) = read_rejects(tmp_path)
    assert (file.source, file.name, file.path, file.n) == ("iom_mmp", "0123abcd.csv", path, 3)
    assert file.reasons == {"lat: no latitude": 2, "t: no time; a record needs one": 1}
    assert file.examples == tuple(f"row {i}: {r}" for i, r in enumerate(reasons, start=2))


def test_only_our_own_files_are_read(tmp_path: Path) -> None:
    keep(tmp_path, "iom_mmp", "0123abcd.csv", ["a=1: b"])
    keep(tmp_path, "iom_mmp", "notes.csv", ["a=1: b"])
    keep(tmp_path, "..odd", "0123abcd.csv", ["a=1: b"])
    secret = keep(tmp_path / "else", "other", "0123abcd.csv", ["a=1: b"])
    (tmp_path / "rejects" / "iom_mmp" / "feedbeef.csv").symlink_to(secret)
    (tmp_path / "rejects" / "linked").symlink_to(secret.parent)
    assert [file.name for file in read_rejects(tmp_path)] == ["0123abcd.csv"]


def test_nothing_refused(tmp_path: Path) -> None:
    assert read_rejects(tmp_path) == []


@pytest.mark.parametrize("text", ["", "row,cell\n1,2\n"])
def test_a_file_that_is_not_of_refused_rows_is_named(tmp_path: Path, text: str) -> None:
    path = keep(tmp_path, "iom_mmp", "0123abcd.csv", ["a=1: b"])
    path.write_text(text)
    with pytest.raises(StoreError, match=r"0123abcd\.csv"):
        read_rejects(tmp_path)


@pytest.mark.parametrize(
    ("reason", "group"),
    [
        ("lat=91: no latitude", "lat: no latitude"),
        ("lat='95': no latitude (EPSG:4326)", "lat: no latitude (EPSG:4326)"),
        ("t='it\\'s: 12': not a moment", "t: not a moment"),
        ("x=(blank): no figure for y", "x: no figure for y"),
        ("k=a=b\nc: unknown", "k: unknown"),
        ("no such shape", "no such shape"),
    ],
)
def test_a_reason_without_its_value(reason: str, group: str) -> None:
    assert group_reason(reason) == group
