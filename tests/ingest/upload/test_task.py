"""Inspecting a file and making a draft of it, in this process."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from cop.errors import InputFileError
from cop.ingest.upload.task import convert_source, inspect_source
from cop.model.upload import FEATURES, PROBLEMS, Choices, FileScan
from tests.support.job import build_job, write_job

pytestmark = pytest.mark.layers
TEXT = "case,lat,lon,when,n\nR-1,31.5,-110.5,24/04/2026,3\nR-2,95,-110.5,03/04/2026,x\n"


def ignore(_share: float) -> None: ...


def test_an_inspection_suggests_what_the_file_needs(tmp_path: Path) -> None:
    job = write_job(tmp_path, "a.csv", TEXT, "csv")
    seen = inspect_source(job, None, ignore)
    assert (seen.rows, seen.geometry_kinds) == (2, {"Point": 1})
    assert seen.suggested.roles == {"lat": "latitude", "lon": "longitude", "when": "time"}
    assert (seen.suggested.day_first, seen.asks) == (True, ())
    assert seen.suggested.columns == ("case", "n")
    assert seen.scan is not None
    assert seen.scan.rows == 2


@pytest.mark.parametrize("numbered", [False, True])
def test_a_draft_is_the_same_with_the_scan_of_the_inspection(
    tmp_path: Path, *, numbered: bool
) -> None:
    job = write_job(tmp_path, "a.csv", TEXT, "csv")
    seen = inspect_source(job, None, ignore)
    choices = seen.suggested.model_copy(update={"numbered": numbered})
    made: list[Any] = []
    for scan in (None, seen.scan):
        folder = tmp_path / f"draft-{scan is not None}"
        folder.mkdir()
        one = build_job(job.path, "csv", choices=choices)
        one.scan = scan
        report = convert_source(one, folder, None, ignore)
        table = pq.read_table(folder / FEATURES)
        made.append((report, table.to_pylist(), (folder / PROBLEMS).read_text()))
    assert made[0] == made[1]
    report, rows, _ = made[0]
    assert (report.rows, report.accepted, report.rejected) == (2, 1, 1)
    assert rows[0].get("cop_row") == (2 if numbered else None)
    assert rows[0]["feature_id"] == ("2" if numbered else rows[0]["feature_id"])


def test_the_share_grows_to_the_end_also_without_a_scan_to_do(tmp_path: Path) -> None:
    job = write_job(tmp_path, "a.csv", TEXT, "csv")
    shares: list[float] = []
    seen = inspect_source(job, None, shares.append)
    assert (shares, shares[-1]) == (sorted(shares), 1)
    later = build_job(job.path, "csv", choices=seen.suggested)
    later.scan, shares = seen.scan, []
    inspect_source(later, None, shares.append)
    assert len(shares) == 1


def test_a_scan_of_a_stranger_can_only_make_the_draft_wrong_not_break_it(tmp_path: Path) -> None:
    job = write_job(tmp_path, "a.csv", TEXT, "csv")
    seen = inspect_source(job, None, ignore)
    assert seen.scan is not None
    columns = [one.model_copy(update={"kind": "BIGINT"}) for one in seen.scan.columns]
    job.scan = seen.scan.model_copy(update={"columns": tuple(columns)})
    job.choices = Choices(roles=seen.suggested.roles, day_first=True)
    report = convert_source(job, tmp_path, None, ignore)
    assert [column.kind for column in report.columns] == ["BIGINT", "BIGINT"]


@pytest.mark.parametrize(
    ("text", "choices", "why"),
    [
        ("a,b\n1,2\n", Choices(), "No column looks like a position"),
        ("lat,lon\n", Choices(), "holds no row"),
        ("a,b\nx,y\n", Choices(roles={"a": "latitude", "b": "longitude"}), "none of its 1 rows"),
        ("lat,lon,d\n1,2,03/04/2026\n", Choices(), "Day or month may come first"),
        (TEXT, Choices(columns=("there",)), "no column 'there'"),
    ],
)
def test_a_draft_that_cannot_be_made_is_refused(
    tmp_path: Path, text: str, choices: Choices, why: str
) -> None:
    job = write_job(tmp_path, "a.csv", text, "csv")
    job.choices = choices
    with pytest.raises(InputFileError, match=why):
        convert_source(job, tmp_path, None, ignore)


def test_an_empty_scan_holds_for_nothing(tmp_path: Path) -> None:
    job = write_job(tmp_path, "a.csv", TEXT, "csv")
    job.scan = FileScan()
    assert inspect_source(job, None, ignore).rows == 2
