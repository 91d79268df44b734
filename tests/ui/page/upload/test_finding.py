"""What is shown of a file: its facts and columns, as text."""

import pytest

from cop.model.upload import Choices, ColumnSeen, Inspection, RasterSeen
from cop.ui.page.upload.finding import build_column_table, build_facts, count

pytestmark = pytest.mark.layers

EVIL = "<img src=x onerror=alert(1)>"
SEEN = Inspection(
    format="csv",
    kind="table",
    encoding="utf-8",
    rows=1,
    columns=(ColumnSeen(name=EVIL, kind="VARCHAR", filled=1, looks=("time",), time_form="dtg"),),
    suggested=Choices(encoding="utf-8", roles={EVIL: "time"}, columns=(EVIL,)),
)


def test_what_a_file_says_is_text() -> None:
    words = build_facts(SEEN, 1_400)
    assert "&lt;img" in words
    assert "<img" not in words
    assert "csv, 1 kB" in words
    chosen = SEEN.model_copy(update={"crs": "EPSG:4326", "suggested": Choices(crs="EPSG:3857")})
    assert "EPSG:4326; read as EPSG:3857" in build_facts(chosen, 1_400)
    assert build_column_table(SEEN).iloc[0].to_list() == [EVIL, "varchar", 1, "time", ""]
    assert (count(1, "row"), count(2_000, "row")) == ("1 row", "2,000 rows")


def test_a_raster_has_a_grid_and_no_rows() -> None:
    grid = RasterSeen(width=1_200, height=80, bands=2, dtype="int16", nodata=None)
    words = build_facts(Inspection(format="geotiff", kind="raster", raster=grid), 10)
    assert "1,200 x 80, 2 bands, int16" in words
    assert "Rows" not in words


def test_cells_about_persons_are_not_shown() -> None:
    column = ColumnSeen(
        name="phone", kind="VARCHAR", filled=2, looks=("person",), examples=("555", "556")
    )
    other = ColumnSeen(name="n", kind="BIGINT", filled=9, examples=("1", "2", "3", "4"))
    seen = Inspection(format="csv", kind="table", columns=(column, other))
    assert build_column_table(seen)["Examples"].to_list() == ["", "1; 2; 3"]
