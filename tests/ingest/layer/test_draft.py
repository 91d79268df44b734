"""Reading Drafts: what a folder or a GeoParquet file must be like, and what it is told else."""

from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cop.errors import InputFileError
from cop.ingest.layer.draft import read_draft
from tests.support.layer import make_features, write_draft

pytestmark = pytest.mark.layers


def written(path: Path, features: gpd.GeoDataFrame) -> Path:
    features.to_parquet(path)
    return path


def test_a_folder_is_read_with_its_report_and_the_kinds_of_its_columns(tmp_path: Path) -> None:
    features = make_features(
        yes=[True, None, False, True],
        n=[1, 2, 3, 4],
        part=[0.5, None, 1, 2],
        text=["a", None, "c", "d"],
        day=pd.to_datetime(["2026-01-01"] * 4),
        void=[None] * 4,
    )
    draft = read_draft(write_draft(tmp_path / "d", features))
    assert {a.name: a.kind for a in draft.attributes} == {
        "yes": "BOOLEAN",
        "n": "BIGINT",
        "part": "DOUBLE",
        "text": "VARCHAR",
        "day": "TIMESTAMP",
        "void": "VARCHAR",
    }
    assert (draft.identified, draft.dated, draft.report["rows"]) == (True, True, 4)


def test_a_file_alone_may_name_its_geometry_and_lack_ids(tmp_path: Path) -> None:
    features = make_features().drop(columns=["feature_id", "occurred_at"])
    draft = read_draft(written(tmp_path / "x.parquet", features.rename_geometry("Shape")))
    assert (draft.geometry, draft.identified, draft.dated, draft.attributes) == (
        "Shape",
        False,
        False,
        (),
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.to_crs(3857), "is in EPSG:3857: reproject it"),
        (lambda f: f.set_crs(None, allow_override=True), "coordinate system is not known"),
        (lambda f: f.assign(cop_mx=1), "column 'cop_mx': no name may begin with cop_"),
        (lambda f: f.assign(Name=1, name=2), "two columns are named 'name'"),
        (lambda f: f.assign(**{"a\nb": 1}), "empty, too long or not printable"),
        (lambda f: f.join(pd.DataFrame(1, f.index, [f"c{i}" for i in range(300)])), "303 columns"),
        (lambda f: f.assign(parts=[[1]] * 4), "column 'parts' has list"),
        (lambda f: f.assign(occurred_at="soon"), "occurred_at is"),
        (lambda f: f.assign(occurred_at=datetime(2026, 1, 1, tzinfo=UTC)), "not a time in UTC"),
    ],
)
def test_what_a_draft_cannot_be_is_said(tmp_path: Path, change: object, said: str) -> None:
    path = written(tmp_path / "x.parquet", change(make_features()))  # type: ignore[operator]
    with pytest.raises(InputFileError, match=said):
        read_draft(path)


def test_what_is_no_draft_at_all_is_said(tmp_path: Path) -> None:
    (tmp_path / "text.parquet").write_text("no parquet")
    pq.write_table(pa.table({"a": [1]}), tmp_path / "plain.parquet")
    (tmp_path / "empty").mkdir()
    bad = write_draft(tmp_path / "bad", make_features())
    (bad / "report.json").write_text("{")
    for name, said in (
        ("text.parquet", "cannot be read as GeoParquet"),
        ("plain.parquet", "is not GeoParquet"),
        ("empty", "has neither"),
        ("none.parquet", "no such file"),
        ("bad", r"report\.json: is not JSON"),
    ):
        with pytest.raises(InputFileError, match=said):
            read_draft(tmp_path / name)
