"""The features of a draft as GeoJSON, for the one browser that shows them unpublished."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import shapely

from cop.errors import InputFileError
from cop.ingest.layer.draft import LayerDraft
from cop.model.uploaded import MOST_CARRIED, OCCURRED_AT

MOST_FEATURES = 20_000
MOST_MB = 16
_MOST_UNPACKED_MB = 64
_LONGEST_TEXT = 300
_MB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class FeatureText:
    """A FeatureCollection in degrees as bytes of JSON, and the ``columns`` of its features."""

    content: bytes
    columns: tuple[str, ...]


def render_features(draft: LayerDraft) -> FeatureText:
    """Return the features with their first columns, and their time where any has one.

    InputFileError where they are too many or too large for a browser.
    """
    if draft.features is None:
        raise InputFileError(f"{draft.name}: a raster has no features")
    _check_size(draft)
    names = [one.name for one in draft.attributes][: MOST_CARRIED - 1]
    names += [OCCURRED_AT] if draft.dated else []
    table = pq.read_table(draft.features, columns=[draft.geometry, *names])
    if draft.dated and table.column(OCCURRED_AT).null_count == len(table):
        names.remove(OCCURRED_AT)
    places = np.asarray(table.column(draft.geometry).to_pylist(), dtype=object)
    shapes = shapely.to_geojson(shapely.from_wkb(places)) if len(places) else []
    columns = [[_plain(cell) for cell in table.column(name).to_pylist()] for name in names]
    content = _join(shapes, names, columns)
    if len(content) > MOST_MB * _MB:
        raise InputFileError(_too_large(draft, f"{len(content) / _MB:,.1f} MB", f"{MOST_MB} MB"))
    return FeatureText(content=content, columns=tuple(names))


def _join(shapes: Sequence[str], names: Sequence[str], columns: Sequence[Sequence[Any]]) -> bytes:
    rows = zip(*columns, strict=True) if columns else ((),) * len(shapes)
    features = (
        f'{{"type":"Feature","geometry":{shape},'
        f'"properties":{json.dumps(dict(zip(names, row, strict=True)), allow_nan=False)}}}'
        for shape, row in zip(shapes, rows, strict=True)
    )
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()


def _check_size(draft: LayerDraft) -> None:
    """Refuse before it is read what would be too much; a packed column can be small on disk."""
    footer = pq.read_metadata(draft.features)
    if footer.num_rows > MOST_FEATURES:
        raise InputFileError(
            _too_large(draft, f"{footer.num_rows:,} features", f"{MOST_FEATURES:,}")
        )
    unpacked = sum(footer.row_group(n).total_byte_size for n in range(footer.num_row_groups))
    if unpacked > _MOST_UNPACKED_MB * _MB:
        raise InputFileError(
            _too_large(draft, f"{unpacked / _MB:,.0f} MB", f"{_MOST_UNPACKED_MB} MB")
        )


def _too_large(draft: LayerDraft, size: str, most: str) -> str:
    return f"{draft.name}: {size}; at most {most} are shown as a private draft: use Upload"


def _plain(cell: Any) -> Any:
    """Return a cell as JSON has it; a number that is none is unknown."""
    if isinstance(cell, datetime):
        return f"{cell.replace(tzinfo=UTC):%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and not isfinite(cell):
        return None
    return cell[:_LONGEST_TEXT] if isinstance(cell, str) else cell
