"""A draft as a table: typed where a number or moment is wanted, else as the texts that identify."""

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from cop.errors import InputFileError, MappingError
from cop.ingest.check.cell import parse_numbers
from cop.ingest.mapping.load import build_mapped_profile, check_mapped
from cop.ingest.mapping.table import MappedTable, read_mapped, render_texts
from cop.model.mapping import LAT, LON, TIME
from cop.model.upload import FEATURES, PROBLEMS, Choices, DraftColumn, DraftReport, Kind
from cop.store.dataset.record import ROW

pytestmark = pytest.mark.layers

TEXTS: list[tuple[pa.DataType, str, list[tuple[Any, str | None]]]] = [
    (
        pa.int64(),
        "n",
        [(0, "0"), (-7, "-7"), (2**53 + 1, "9007199254740993"), (None, None)],
    ),
    (
        pa.float64(),
        "n",
        [
            (1.0, "1"), (-0.0, "0"), (2.5, "2.5"), (0.1 + 0.2, "0.30000000000000004"),
            (2.0**53 - 1, "9007199254740991"), (2.0**53, "9007199254740992.0"),
            (1e300, "1e+300"), (1e-7, "1e-07"), (float("inf"), "inf"), (None, None),
        ],
    ),
    (
        pa.float64(),
        LON,
        [(-110.0, "-110.0"), (-0.0, "-0.0"), (179.99999999999997, "179.99999999999997")],
    ),
    (pa.bool_(), "b", [(True, "true"), (False, "false"), (None, None)]),
    (pa.string(), "s", [("heat", "heat"), (" ", " "), ("", None), ("=1+1", "=1+1"), (None, None)]),
    (
        pa.timestamp("us"),
        "t",
        [
            (datetime(2026, 3, 2, 14, 30), "2026-03-02T14:30:00.000000"),
            (datetime(1899, 12, 31, 23, 59, 59, 120), "1899-12-31T23:59:59.000120"),
            (None, None),
        ],
    ),
]  # fmt: skip
"""What identifies records that are loaded already: these texts stay as they are."""


@pytest.mark.parametrize(("kind", "name", "cells"), TEXTS, ids=lambda part: str(part)[:12])
def test_the_text_of_a_cell_never_changes(
    kind: pa.DataType, name: str, cells: list[tuple[Any, str | None]]
) -> None:
    column = pa.chunked_array([pa.array([value for value, _ in cells], kind)])
    texts = render_texts(name, column)
    expected = pd.Series([text for _, text in cells], dtype="str")
    pd.testing.assert_series_equal(texts, expected, check_names=False)


def table_of(draft: dict[str, Any], **changes: Any) -> MappedTable:
    rows = len(next(iter(draft.values())))
    for name in (LON, LAT):
        draft.setdefault(name, pa.array([31.0] * rows, pa.float64()))
    draft.setdefault(TIME, pa.array([datetime(2026, 3, 2)] * rows, pa.timestamp("us")))
    about: dict[str, Any] = {"file": "f.csv", "left": pd.DataFrame(columns=[ROW, "reason"])}
    numbers = np.arange(2, rows + 2)
    return MappedTable(draft=pa.table(draft), rows=numbers, **about | changes)


DECLARED: dict[str, Any] = {
    "kind": "events",
    "source": {"id": "s", "title": "T", "publisher": "P", "terms": "none"},
    "columns": {"count": "n"},
    "values": {"kind": "rescue", "unit": "people", "detection": "record", "confidence": "low"},
    "time": {"precision": "minute"},
}


def profile_of(**columns: str) -> Any:
    words = {**DECLARED, "columns": {**DECLARED["columns"], **columns}}
    return build_mapped_profile("m", words)


NUMBERS = st.one_of(st.none(), st.floats(allow_nan=False), st.integers(-(2**63), 2**63 - 1))


@given(cells=st.lists(NUMBERS, min_size=1, max_size=20), whole=st.booleans())
def test_a_typed_number_is_what_its_text_is_read_as(cells: list[Any], whole: bool) -> None:
    kind = pa.int64() if whole else pa.float64()
    kept = [None if v is None or (whole and isinstance(v, float)) else v for v in cells]
    column = pa.chunked_array(
        [pa.array([v if whole or v is None else float(v) for v in kept], kind)]
    )
    table = table_of({"n": column})
    typed = table.build_cells(profile_of())["n"]
    assert typed.dtype == "float64"
    read = parse_numbers(render_texts("n", column)).to_numpy()
    np.testing.assert_array_equal(typed.to_numpy(), read)
    assert (np.signbit(typed.to_numpy()) == np.signbit(read)).all()


@pytest.mark.parametrize(
    ("cells", "columns", "dtype"),
    [
        (pa.array([1.5, float("nan")]), {}, "str"),
        (pa.array([True, None]), {}, "str"),
        (pa.array([1, 2]), {"source_id": "n"}, "str"),
        (pa.array([1, None]), {}, "float64"),
        (pa.array([1, None]), {"uncertainty_m": "n"}, "float64"),
    ],
)
def test_what_its_text_alone_shows_stays_text(
    cells: pa.Array, columns: dict[str, str], dtype: str
) -> None:
    found = table_of({"n": cells}).build_cells(profile_of(**columns))["n"]
    assert found.dtype == dtype


def test_moments_go_to_the_checks_as_they_are_and_early_ones_as_text() -> None:
    moments = pa.array([datetime(2026, 3, 2, 14, 30), None], pa.timestamp("us"))
    table = table_of({"n": pa.array([1, 2]), "t": moments})
    cells = table.build_cells(profile_of(reported_at="t"))
    assert cells["t"].dtype == "datetime64[us]"
    assert cells[TIME].dtype == "datetime64[us]"
    assert cells[ROW].to_list() == [2, 3]
    early = pa.array([datetime(999, 1, 1), None], pa.timestamp("us"))
    table = table_of({"n": pa.array([1, 2]), "t": early})
    assert table.build_cells(profile_of(reported_at="t"))["t"].dtype == "str"


def test_only_the_columns_of_the_profile_are_built() -> None:
    table = table_of({"n": pa.array([1]), "note": pa.array(["x"])})
    assert {*table.build_cells(profile_of())} == {"n", LON, LAT, TIME, ROW}
    assert table.columns == ("n", "note")


def test_a_reason_quotes_the_text_of_a_typed_cell() -> None:
    draft = {
        "n": pa.array([9e9, 2.5, None, 1.0]),
        "note": pa.array(["a", None, "c", "d"]),
        TIME: pa.array([datetime(2026, 3, 2)] * 3 + [None], pa.timestamp("us")),
    }
    table = table_of(draft, why={5: "when='soon': not ISO 8601; no time is kept"})
    found = check_mapped(table, profile_of())
    assert (found.accepted, found.rows) == (0, 4)
    assert found.rejects["reason"].to_list() == [
        "n='9000000000': a count lies within 0 and 2147483647",
        "n='2.5': a count is a whole number",
        "n=(blank): no count",
        "when='soon': not ISO 8601; no time is kept",
    ]
    rows = list(csv.DictReader(found.to_csv().decode("utf-8-sig").splitlines()))
    assert [(row["n"], row["note"]) for row in rows] == [
        ("9000000000", "a"), ("2.5", ""), ("", "c"), ("1", "d"),
    ]  # fmt: skip


def draft_of(folder: Path, kinds: dict[str, Kind], **columns: pa.Array) -> DraftReport:
    shapes = np.array([shapely.Point(-110.5, 31), None, shapely.LineString([(0, 0), (1, 1)])])
    table = {
        "feature_id": pa.array(["a", "b", "c"]),
        "geometry": pa.array(shapely.to_wkb(shapes), pa.binary()),
        "occurred_at": pa.array([datetime(2026, 3, 2), None, None], pa.timestamp("us")),
        **columns,
        "cop_row": pa.array([2, 4, 5]),
    }
    pq.write_table(pa.table(table), folder / FEATURES)
    lines = ["row,column,value,reason", "3,,,too short", "4,when,'=soon,no time is kept", ""]
    (folder / PROBLEMS).write_text("\r\n".join(lines), encoding="utf-8-sig")
    kept = [DraftColumn(name=n, source=n.removesuffix("_2"), kind=k) for n, k in kinds.items()]
    kept.append(DraftColumn(name="cop_row", source="", kind="BIGINT"))
    return DraftReport(format="csv", kind="table", rows=4, accepted=3, columns=tuple(kept))


def test_a_draft_is_read_with_what_it_says_of_its_rows(tmp_path: Path) -> None:
    report = draft_of(tmp_path, {"geometry_2": "BIGINT"}, geometry_2=pa.array([1, 2, 3]))
    choices = Choices(numbered=True, roles={"when": "time", "lat": "latitude"})
    table = read_mapped(tmp_path, report, choices, file="f.csv")
    assert table.columns == ("geometry",)
    assert table.rows.tolist() == [2, 4, 5]
    assert table.draft.column(LON).to_pylist() == [-110.5, None, None]
    assert table.left.to_dict("records") == [{ROW: 3, "reason": "too short"}]
    assert table.why == {
        4: "when='=soon': no time is kept",
        5: "geometry='LineString': is no point; a place needs one",
    }
    assert table.given == {TIME: "when", LAT: "lat"}
    assert table.texts("geometry").to_list() == ["1", "2", "3"]
    assert table.texts("geometry") is table.texts("geometry")


def test_what_cannot_be_mapped_is_refused(tmp_path: Path) -> None:
    report = draft_of(tmp_path, {TIME: "BIGINT"}, **{TIME: pa.array([1, 2, 3])})
    with pytest.raises(MappingError, match=r"f\.csv: column '\(time\)' has the name of one of"):
        read_mapped(tmp_path, report, Choices(), file="f.csv")
    with pytest.raises(InputFileError, match="3 rows; at most 2 are mapped here"):
        read_mapped(tmp_path, report, Choices(), file="f.csv", most=2)
