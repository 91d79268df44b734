"""The second reading of a file: which columns are kept, and what becomes of each row."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cop.errors import InputFileError
from cop.ingest.source.base.plain import open_source
from cop.ingest.upload.scan import scan_source
from cop.ingest.upload.system import settle_system
from cop.ingest.upload.work import Work, default_columns, plan_columns
from cop.model.upload import FEATURES, PROBLEMS, Choices
from tests.support.job import list_codes, write_job

pytestmark = pytest.mark.layers


def work_on(folder: Path, text: str, choices: Choices) -> Work:
    job = write_job(folder, "a.csv", text, "csv")
    job.choices = choices
    opened = open_source(job)
    scan = scan_source(job, opened, lambda _share: None)
    columns = plan_columns(job, opened, scan)
    work = Work(job, opened, scan, settle_system(job, opened, scan, None), columns, folder)
    work.run(lambda _share: None)
    return work


def test_columns_that_give_place_and_time_and_those_about_persons_are_left_out(
    tmp_path: Path,
) -> None:
    work = work_on(tmp_path, "lat,lon,when,last_name,n\n31,-110,2026-01-01,Doe,1\n", Choices())
    assert default_columns(work.opened, work.scan) == ["n"]
    assert [column.name for column in work.columns] == ["n"]


def test_a_reserved_name_is_changed_and_noted(tmp_path: Path) -> None:
    text = "lat,lon,geometry,Feature_Id\n31,-110,x,y\n"
    choices = Choices(columns=("geometry", "Feature_Id", "geometry"), numbered=True)
    work = work_on(tmp_path, text, choices)
    assert [(one.name, one.source) for one in work.columns] == [
        ("geometry_2", "geometry"), ("Feature_Id_2", "Feature_Id"), ("cop_row", ""),
    ]  # fmt: skip
    assert "columns_renamed" in list_codes(work.job)
    with pytest.raises(InputFileError, match="no column 'there'"):
        work_on(tmp_path, text, Choices(columns=("there",)))


def test_each_row_is_kept_or_explained(tmp_path: Path) -> None:
    text = "lat,lon,when,n\n" + "\n".join(
        ["31,-110,2026-01-01,1", "95,-110,2026-01-01,2", "31,-110,1850-01-01,3", "31,-110,soon,4"]
        + ["31,-110,2026-01-01,5"] * 30
    )
    work = work_on(tmp_path, text + "\n", Choices())
    assert (work.accepted, work.rejected) == (33, 1)
    assert list_codes(work.job) >= {"out_of_bounds", "dates_absurd", "time_unreadable"}
    lines = (tmp_path / PROBLEMS).read_text("utf-8-sig").splitlines()[1:]
    assert [line.partition(",")[0] for line in lines] == ["3", "5", "4"]
    rows = pq.read_table(tmp_path / FEATURES).to_pylist()
    assert [row["occurred_at"] is None for row in rows[:4]] == [False, True, True, False]
    assert len({row["feature_id"] for row in rows}) == 33


def test_cells_unlike_the_rest_of_a_typed_column_are_blank_and_counted(tmp_path: Path) -> None:
    text = "lat,lon,t\n31,-110,2026-01-01\n31,-110,2026-01-32\n"
    work = work_on(tmp_path, text, Choices(roles={"lat": "latitude", "lon": "longitude"}))
    assert [column.kind for column in work.columns] == ["TIMESTAMP"]
    rows = pq.read_table(tmp_path / FEATURES).to_pylist()
    assert [row["t"] is None for row in rows] == [False, True]
    assert "cells_unlike" in list_codes(work.job)


def test_numbered_rows_are_named_by_their_number(tmp_path: Path) -> None:
    text = "id,lat,lon\na,31,-110\na,95,-110\nb,31,-110\n"
    work_on(tmp_path, text, Choices(numbered=True))
    rows = pq.read_table(tmp_path / FEATURES).to_pylist()
    assert [(row["feature_id"], row["cop_row"]) for row in rows] == [("2", 2), ("4", 4)]
