"""The difference between two revisions of an uploaded layer, feature by feature."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from cop.errors import StoreError
from cop.model.uploaded import FEATURE_ID, OWN_PREFIX
from cop.store.engine import Cursor, DatabaseError, fetch, quote


class FeatureDifference(BaseModel):
    """The features that the later of two revisions has more, less or other, by feature_id.

    The lists name the first of them; ``columns`` counts the changed features by what changed.
    """

    model_config = ConfigDict(frozen=True)

    older: int
    newer: int
    added: int
    removed: int
    changed: int
    same: int
    columns: dict[str, int]
    first_added: tuple[str, ...]
    first_removed: tuple[str, ...]
    first_changed: tuple[str, ...]


def compare_features(
    cursor: Cursor, older: Path | None, newer: Path | None, *, most: int = 20
) -> dict[str, Any]:
    """Compare the features of two files by feature_id; None has no features.

    What publishing adds to a feature is left out. Return the fields of FeatureDifference.
    """
    try:
        names = sorted({*_columns(cursor, older), *_columns(cursor, newer)})
        for side, file in (("old_side", older), ("new_side", newer)):
            _stage(cursor, side, file, names)
        return _compare(cursor, names, most)
    except DatabaseError as fault:
        raise StoreError(f"the features cannot be compared: {fault}; run `cop doctor`") from fault


def _columns(cursor: Cursor, file: Path | None) -> list[str]:
    if file is None:
        return []
    rows = fetch(cursor, "DESCRIBE SELECT * FROM read_parquet($file)", {"file": str(file)})
    names = [row[0] for row in rows]
    return [name for name in names if not name.startswith(OWN_PREFIX) and name != FEATURE_ID]


def _stage(cursor: Cursor, side: str, file: Path | None, names: Sequence[str]) -> None:
    """Create a table of feature_id and a hash of each column."""
    stored = set(_columns(cursor, file))
    own = f"{FEATURE_ID} AS id"
    columns = [
        f"{_hash(name) if name in stored else 'hash(NULL)'} AS c{i}" for i, name in enumerate(names)
    ]
    source = "read_parquet($file)" if file is not None else "(SELECT '' AS feature_id WHERE false)"
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE {side} AS SELECT {', '.join([own, *columns])} FROM {source}",
        {"file": str(file)} if file is not None else {},
    )


def _hash(name: str) -> str:
    value = "ST_AsWKB(geometry)" if name == "geometry" else f"{quote(name)}::VARCHAR"
    return f"hash({value})"


def _compare(cursor: Cursor, names: Sequence[str], most: int) -> dict[str, Any]:
    differs = [f"old_side.c{i} <> new_side.c{i}" for i in range(len(names))]
    changed = " OR ".join(differs) or "false"
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE matched AS SELECT coalesce(new_side.id, old_side.id) AS id, "
        "CASE WHEN old_side.id IS NULL THEN 'added' WHEN new_side.id IS NULL THEN 'removed' "
        f"WHEN {changed} THEN 'changed' ELSE 'same' END AS what"
        + "".join(f", {test} AS c{i}" for i, test in enumerate(differs))
        + " FROM old_side FULL JOIN new_side ON old_side.id = new_side.id"
    )
    counts = dict(fetch(cursor, "SELECT what, count(*) FROM matched GROUP BY 1"))
    by_column: Mapping[str, int] = {}
    if names:
        sums = ", ".join(f"count(*) FILTER (c{i})" for i in range(len(names)))
        row = fetch(cursor, f"SELECT {sums} FROM matched WHERE what = 'changed'")[0]
        by_column = {name: n for name, n in zip(names, row, strict=True) if n}
    firsts = {
        f"first_{what}": tuple(
            found
            for (found,) in fetch(
                cursor,
                "SELECT id FROM matched WHERE what = $what ORDER BY id LIMIT $most",
                {"what": what, "most": most},
            )
        )
        for what in ("added", "removed", "changed")
    }
    kinds = ("added", "removed", "changed", "same")
    return {**{w: counts.get(w, 0) for w in kinds}, "columns": dict(by_column), **firsts}
