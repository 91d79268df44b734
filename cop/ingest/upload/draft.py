"""The draft folder: features as GeoParquet, and the rows that cannot be taken with the reason."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from cop.ingest.source.base.opened import Problem, Shapes
from cop.ingest.upload.cell import arrow_type
from cop.ingest.upload.system import WGS84
from cop.model.formula import defuse
from cop.model.upload import (
    FEATURE_ID,
    FEATURES,
    GEOMETRY,
    OCCURRED_AT,
    PROBLEMS,
    Bounds,
    DraftColumn,
)

ROW_GROUP = 16_384
MOST_PROBLEMS = 100_000
_MOST_CELL = 500


class DraftWriter:
    """Writes the two files of a draft, batch by batch."""

    def __init__(self, folder: Path, columns: Iterable[DraftColumn]) -> None:
        """Open both files for writing."""
        self.schema = pa.schema(
            [
                (FEATURE_ID, pa.string()),
                (GEOMETRY, pa.binary()),
                (OCCURRED_AT, pa.timestamp("us")),
                *((column.name, arrow_type(column.kind)) for column in columns),
            ]
        )
        self._features = pq.ParquetWriter(
            folder / FEATURES, self.schema, compression="zstd", write_page_checksum=True
        )
        self._words = (folder / PROBLEMS).open("w", encoding="utf-8-sig", newline="")
        self._problems = csv.writer(self._words)
        self._problems.writerow(("row", "column", "value", "reason"))
        self._written = 0

    def write(
        self, ids: pa.Array, shapes: Shapes, moments: pa.Array, cells: list[pa.Array]
    ) -> None:
        """Add features."""
        wkb = pa.array(shapely.to_wkb(shapes, byte_order=1), pa.binary())
        table = pa.Table.from_arrays([ids, wkb, moments, *cells], schema=self.schema)
        self._features.write_table(table, row_group_size=ROW_GROUP)

    def explain(self, problems: Iterable[Problem]) -> None:
        """Add problems; past MOST_PROBLEMS they are only counted."""
        for problem in problems:
            if self._written < MOST_PROBLEMS:
                texts = (problem.column, problem.value[:_MOST_CELL], problem.reason)
                self._problems.writerow((problem.row, *map(defuse, texts)))
            self._written += 1

    def close(self, *, bounds: Bounds | None, kinds: Iterable[str]) -> None:
        """Finish both files."""
        column: dict[str, Any] = {
            "encoding": "WKB",
            "geometry_types": sorted(kinds),
            "crs": WGS84.to_json_dict(),
        }
        if bounds is not None:
            column["bbox"] = list(bounds)
        geo = {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
        self._features.add_key_value_metadata({"geo": json.dumps(geo)})
        self._features.close()
        self._words.close()


def no_moments(count: int) -> pa.Array:
    """Return a column without any time."""
    return pa.array(np.full(count, np.datetime64("NaT"), dtype="datetime64[us]"), from_pandas=True)
