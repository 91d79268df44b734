"""The sources of the rows that a layer shows, and how new they are."""

from dataclasses import dataclass
from datetime import datetime

from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.catalogue.grain import DAYS
from cop.store.dataset.schema import FACILITIES, LINES
from cop.store.engine import quote
from cop.store.warehouse import Warehouse

RECORDS = (FACILITIES, LINES)
"""Datasets shown as features whose rows are real or synthetic."""


@dataclass(frozen=True, kw_only=True)
class Presence:
    """The sources with rows for a layer, and the newest moment in them or of them."""

    sources: tuple[str, ...]
    newest: datetime | None
    synthetic: bool


def read_presence(service: QueryService, view: View, layer: Layer) -> Presence | None:
    """Return the sources with rows for a layer of events, facilities or lines.

    They are of the view's records; its window and places do not narrow them. None if there are no
    rows at all. Real facilities and lines stand in where synthetic ones are asked for and none are
    there.
    """
    return service.answer(
        "presence",
        view.part(Filter(records=view.records)),
        lambda: _find(service.warehouse, view, layer),
        about=(layer.dataset, layer.where),
    )


def _find(warehouse: Warehouse, view: View, layer: Layer) -> Presence | None:
    snapshot = view.snapshot
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
    is_synthetic = view.records == "synthetic"
    own = [row for row in rows if row[1] == is_synthetic]
    if not own and places and is_synthetic:
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
