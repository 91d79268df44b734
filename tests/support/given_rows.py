"""Rows of a package as a partner may write them, with or without this program."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cop.exchange.given_row import ARROW
from cop.store.dataset.received import GIVEN_COLUMNS
from tests.support.partner import Node, Office, packed

SCHEMA = pa.schema([(name, ARROW[kind]) for name, kind in GIVEN_COLUMNS.items()])
GOOD: dict[str, Any] = {
    "number": 7, "origin": "CBP", "record": "a" * 32, "origin_source": "own",
    "path": ["CBP", "DPS"], "hops_left": 1, "precision": "exact", "kind": "crossing", "count": 2,
    "unit": "people", "occurred_at": datetime(2026, 11, 1), "time_precision": "minute",
    "lon": -110.9, "lat": 31.4, "marking": "TLP:GREEN", "synthetic": False,
    "attributes": '{"cause": "heat"}',
}  # fmt: skip


def write_rows(folder: Path, *rows: dict[str, Any], schema: pa.Schema = SCHEMA) -> Path:
    path = folder / "events.parquet"
    filled = [{name: row.get(name) for name in schema.names} for row in rows]
    pq.write_table(pa.Table.from_pylist(filled, schema), path)
    return path


SOURCE = {
    "origin": "CBP", "id": "own", "title": "Own", "publisher": "us", "terms": "none",
    "marking": "TLP:GREEN", "synthetic": False,
}  # fmt: skip


def craft_package(
    folder: Path,
    sender: Office,
    receiver: Office,
    *rows: dict[str, Any],
    sources: tuple[dict[str, Any], ...] | str = (SOURCE,),
    number: int = 7,
    **stated: Any,
) -> Path:
    """Write a package with these rows, whatever they say."""
    stated_sources = sources if isinstance(sources, str) else json.dumps(sources)
    events = write_rows(folder, *rows).read_bytes()
    contents = {"events.parquet": events, "sources.json": stated_sources.encode()}
    return packed(
        folder / f"crafted-{number}.coppkg",
        Node(sender.node.keys, sender.card()),
        Node(receiver.node.keys, receiver.card()),
        contents,
        number=number,
        **stated,
    )
