"""Where the rows that a layer shows come from, and how new they are."""

from dataclasses import dataclass
from datetime import datetime

from cop.layerkind.feature_tile import RECORDS
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.store.dataset.rollup import DAYS
from cop.store.engine import quote
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse


@dataclass(frozen=True, kw_only=True)
class Presence:
    """The sources that hold rows for a layer, and the newest moment in them or that they are of."""

    sources: tuple[str, ...]
    newest: datetime | None
    synthetic: bool


def read_presence(
    warehouse: Warehouse, snapshot: Snapshot, layer: Layer, wanted: Filter
) -> Presence | None:
    """Find the rows for a layer of events, facilities or lines, of the records asked for.

    The window and places of the filter do not narrow them. None where there are no rows at all.
    Real facilities and lines stand in where synthetic records are asked for and none are there.
    """
    conditions, values = ["true"], dict[str, object]()
    for i, (column, allowed) in enumerate(layer.where):
        conditions.append(f"{quote(column)} IN (SELECT unnest($allowed{i}::VARCHAR[]))")
        values[f"allowed{i}"] = list(allowed)
    places = layer.dataset in RECORDS
    if places and layer.dataset not in snapshot.catalogue.files:
        return None
    table = warehouse.projected(snapshot, layer.dataset) if places else snapshot.rollup.select(DAYS)
    rows = warehouse.query(
        f"SELECT source, synthetic, {'NULL' if places else 'max(newest)'} FROM {table} "
        f"WHERE {' AND '.join(conditions)} GROUP BY 1, 2 ORDER BY 1",
        values,
    )
    wants_synthetic = wanted.records == "synthetic"
    own = [row for row in rows if row[1] == wants_synthetic]
    if not own and places and wants_synthetic:
        own = rows
    if not own:
        return None
    dated = [
        snapshot.sources[source].newest if places and source in snapshot.sources else newest
        for source, _, newest in own
    ]
    return Presence(
        sources=tuple(source for source, _, _ in own),
        newest=max((newest for newest in dated if newest is not None), default=None),
        synthetic=bool(own[0][1]),
    )
