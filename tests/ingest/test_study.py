"""Tests of reading files for a backtest."""

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cop.errors import FilterError, InputFileError, ProfileError
from cop.ingest.profile.file import read_profile
from cop.ingest.profile.kind import EventProfile, StatisticProfile
from cop.ingest.study import (
    CellStudy,
    StudyArea,
    parse_area,
    parse_where,
    read_cells,
    read_covariate,
    read_months,
)
from tests.support.record import iom_row, write_iom

pytestmark = pytest.mark.forecast


SECTORS = read_profile("ohss_sectors")
INCIDENTS = read_profile("iom_mmp")
assert isinstance(SECTORS, StatisticProfile)
assert isinstance(INCIDENTS, EventProfile)


def write_months(folder: Path, *rows: str) -> Path:
    path = folder / "months.csv"
    path.write_text("\n".join(["month,sector,quantity", *rows, ""]))
    return path


TUCSON, YUMA = '"Tucson, AZ"', '"Yuma, AZ"'


def test_months_are_a_table_by_place(tmp_path: Path) -> None:
    path = write_months(
        tmp_path, f"2020-02,{TUCSON},30", f"2020-01,{TUCSON},20", f"2020-01,{YUMA},5",
        f"2020-02,{YUMA},6",
    )  # fmt: skip
    wide = read_months(path, SECTORS)
    assert wide.index.tolist() == ["2020-01", "2020-02"]
    assert wide["TCA"].tolist() == [20.0, 30.0]
    assert wide["YUM"].tolist() == [5.0, 6.0]


def test_a_gap_is_named_unless_it_is_a_zero(tmp_path: Path) -> None:
    path = write_months(tmp_path, f"2020-01,{TUCSON},20", f"2020-03,{TUCSON},30")
    with pytest.raises(InputFileError, match=r"no figure of TCA for 2020-02.*--gaps-are-zero"):
        read_months(path, SECTORS)
    assert read_months(path, SECTORS, gaps_are_zero=True)["TCA"].tolist() == [20.0, 0.0, 30.0]


def test_a_measure_that_is_not_there_and_a_file_without_rows_are_named(tmp_path: Path) -> None:
    path = write_months(tmp_path, f"2020-01,{TUCSON},20")
    with pytest.raises(FilterError, match=r"--measure deaths: months\.csv has encounters"):
        read_months(path, SECTORS, measure="deaths")
    with pytest.raises(InputFileError, match="no row can be used"):
        read_months(write_months(tmp_path, f"2020-13,{TUCSON},20"), SECTORS)


def test_figures_by_year_are_no_months(tmp_path: Path) -> None:
    time = SECTORS.time.model_copy(update={"precision": "year"})
    yearly = SECTORS.model_copy(update={"time": time})
    with pytest.raises(ProfileError, match="profile ohss_sectors: figures by year, not month"):
        read_months(tmp_path / "a.csv", yearly)


def test_a_covariate_is_summed_and_unknown_where_it_ends(tmp_path: Path) -> None:
    path = write_months(tmp_path, f"2020-01,{TUCSON},20", f"2020-01,{YUMA},5")
    months = pd.Index(["2019-12", "2020-01"])
    values = read_covariate(path, SECTORS, measure=None, months=months)
    assert np.isnan(values[0])
    assert values[1] == 25.0


def read(folder: Path, *rows: dict[str, str], **options: Any) -> CellStudy:
    given: dict[str, Any] = {
        "cell_m": 5_000.0, "period": "day", "area": StudyArea(region="sw_border"), "where": {},
    }  # fmt: skip
    return read_cells(write_iom(folder / "a.csv", list(rows)), INCIDENTS, **given | options)


DAYS = [iom_row(t=f"2020-05-0{day}", lat="31.0", lon="-110.0") for day in (1, 2, 3, 5)]


def test_records_lie_on_a_grid_that_is_known_before_the_first_forecast(tmp_path: Path) -> None:
    far = iom_row(t="2020-05-05", lat="31.9", lon="-110.0")
    study = read(tmp_path, *DAYS, far, iom_row(lat="x"))
    assert study.periods.astype(str).tolist() == [f"2020-05-0{day}" for day in range(1, 6)]
    assert study.first == 2
    assert study.records.truth.sum(axis=1).tolist() == [1, 1, 1, 0, 1]
    assert (study.lost, study.rejected) == (1, 1)
    assert study.grid.cells == 5
    lon, lat = study.centers()
    assert np.abs(lon + 110.0).max() < 0.12
    assert np.abs(lat - 31.0).max() < 0.12


def test_the_forecast_part_can_be_chosen_within_the_records(tmp_path: Path) -> None:
    study = read(
        tmp_path, *DAYS, train_from=datetime(2020, 5, 2), test_from=datetime(2020, 5, 3),
        test_to=datetime(2020, 5, 4),
    )  # fmt: skip
    assert study.periods.astype(str).tolist() == ["2020-05-02", "2020-05-03", "2020-05-04"]
    assert study.first == 1
    with pytest.raises(FilterError, match="--test-from 2021-01-01: the records are counted from"):
        read(tmp_path, *DAYS, test_from=datetime(2021, 1, 1))


def test_rows_are_chosen_by_their_cells(tmp_path: Path) -> None:
    rows = [*DAYS, iom_row(t="2020-05-05", type="Cumulative", lat="31.0", lon="-110.0")]
    assert read(tmp_path, *rows, where={"type": "Incident"}).records.truth.sum() == 4
    with pytest.raises(FilterError, match=r"--where absent=x: a\.csv has t, m, type"):
        read(tmp_path, *rows, where={"absent": "x"})
    with pytest.raises(FilterError, match="no usable row with"):
        read(tmp_path, *rows, where={"type": "none"})


def test_cells_of_less_than_a_meter_are_refused(tmp_path: Path) -> None:
    for cell_m in (0.5, float("nan")):
        with pytest.raises(FilterError, match=r"--cell .*: use meters, at least 1"):
            read(tmp_path, *DAYS, cell_m=cell_m)


def test_an_area_is_read() -> None:
    assert parse_area("history", region="a") == StudyArea(region="a")
    dated = parse_area("history:2020-05-01", region="a")
    assert dated.before == datetime(2020, 5, 1)
    assert parse_area("line:12.5", region="a").within_km == 12.5
    for text in ("line:0", "line:x", "line:inf", "box:1", ""):
        with pytest.raises(FilterError, match="write history, history:YYYY-MM-DD or line:KM"):
            parse_area(text, region="a")


def test_conditions_are_read() -> None:
    assert parse_where(["a=1", "b=x=y", "c="]) == {"a": "1", "b": "x=y", "c": ""}
    for text in ("a", "=1"):
        with pytest.raises(FilterError, match=f"--where {text!r}: write column=value"):
            parse_where([text])
