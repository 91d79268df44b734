"""The dataset of uploaded layers: a row each, so that a declaration follows the version.

It changes in the same catalogue transaction as the features: a layer is never half published, and
at an earlier version it has the title, style and state that it had then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from cachetools import LRUCache

from cop.errors import LayerMissingError, StoreError
from cop.model.uploaded import PREFIX, UploadedLayer
from cop.store.catalogue.metadata import FileEntry, list_files
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.catalogue.version import DATASET_FOLDER
from cop.store.dataset.schema import LAYER_COLUMNS, LAYERS
from cop.store.engine import Cursor, DatabaseError, fetch

_CACHED = 8


@dataclass(frozen=True, kw_only=True)
class LayerRevision:
    """A stored revision of a layer, its file of features, and the version since when."""

    layer: UploadedLayer
    features: Path | None
    version: int


def read_layers(cursor: Cursor, files: Sequence[str]) -> dict[str, UploadedLayer]:
    """Read the layers of a version by their id on the map; none if there is no file."""
    if not files:
        return {}
    rows = fetch(
        cursor, "SELECT declared FROM read_parquet($files) ORDER BY id", {"files": list(files)}
    )
    found = (UploadedLayer.model_validate_json(text) for (text,) in rows)
    return {layer.name: layer for layer in found}


class Layers:
    """Reads the layers of versions; those of the same files are read once."""

    def __init__(self) -> None:
        """Cache those of the last few."""
        self._cache: LRUCache[tuple[str, ...], dict[str, UploadedLayer]] = LRUCache(_CACHED)

    def read(self, cursor: Cursor, files: Sequence[str]) -> dict[str, UploadedLayer]:
        """Read the layers as ``read_layers`` does."""
        key = tuple(files)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = read_layers(cursor, files)
        return found


def stored_layers(transaction: WriteTransaction) -> dict[str, UploadedLayer]:
    """Read the layers of a transaction by their id on the map."""
    path = transaction.intact(LAYERS)
    return read_layers(transaction.cursor, [path] if path else [])


def find_layer(stored: Mapping[str, UploadedLayer], layer_id: str) -> UploadedLayer:
    """Return the layer of an id, written with the prefix of the map or without it."""
    name = layer_id if layer_id.startswith(PREFIX) else f"{PREFIX}{layer_id}"
    if name not in stored:
        known = ", ".join(layer.id for layer in stored.values()) or "none"
        raise LayerMissingError(f"no layer {layer_id[:40]!r} was uploaded; there are: {known}")
    return stored[name]


def store_layer(transaction: WriteTransaction, layer: UploadedLayer) -> None:
    """Add a layer to the dataset, or put a revision in the place of the one before."""
    layers = {**stored_layers(transaction), layer.name: layer}
    transaction.cursor.register("layer_rows", build_layer_rows(layers.values()))
    columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in LAYER_COLUMNS.items())
    transaction.replace_by(LAYERS, f"SELECT {columns} FROM layer_rows ORDER BY id")
    transaction.cursor.unregister("layer_rows")


def build_layer_rows(layers: Iterable[UploadedLayer]) -> pd.DataFrame:
    """Return layers as the rows of the dataset."""
    rows = [
        {
            "id": stored.id,
            "revision": stored.revision,
            "state": stored.state,
            "dataset": stored.name,
            "n": stored.content.n,
            "oldest": stored.content.oldest,
            "newest": stored.content.newest,
            "raster": stored.content.raster,
            "declared": stored.model_dump_json(),
        }
        for stored in layers
    ]
    return pd.DataFrame(rows, columns=list(LAYER_COLUMNS))


def list_revisions(cursor: Cursor, folder: Path, layer_id: str) -> list[LayerRevision]:
    """Return every revision of a layer that the stored versions have, the newest first.

    ``layer_id`` is without prefix; the cursor has the catalogue attached.
    """
    root, found = folder / DATASET_FOLDER, dict[int, LayerRevision]()
    entries = [entry for entry in list_files(cursor) if (root / entry.path).is_file()]
    features = [entry for entry in entries if entry.dataset == f"{PREFIX}{layer_id}"]
    for entry in sorted(entries, key=lambda entry: entry.since):
        layer = _layer_of(cursor, root, entry, layer_id) if entry.dataset == LAYERS else None
        if layer is not None and layer.revision not in found:
            path = next((root / f.path for f in features if f.is_shown_at(entry.since)), None)
            revision = LayerRevision(layer=layer, features=path, version=entry.since)
            found[layer.revision] = revision
    return [found[number] for number in sorted(found, reverse=True)]


def _layer_of(cursor: Cursor, root: Path, entry: FileEntry, layer_id: str) -> UploadedLayer | None:
    try:
        rows = fetch(
            cursor,
            "SELECT declared FROM read_parquet($file) WHERE id = $id",
            {"file": str(root / entry.path), "id": layer_id},
        )
    except DatabaseError as fault:
        raise StoreError(f"{entry.path}: cannot be read ({fault}); run `cop doctor`") from fault
    return UploadedLayer.model_validate_json(rows[0][0]) if rows else None
