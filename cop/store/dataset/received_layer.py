"""The layers that partners gave: a row each, with the features of each way that it came.

Each partner's layers are a dataset of their own, with what it withdrew. The layer on the map is a
copy of the way over the fewest servers.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd
from pydantic import BaseModel, ConfigDict

from cop.model.given_layer import GivenLayer
from cop.model.uploaded import PREFIX, Content, UploadedLayer
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.layer import stored_layers
from cop.store.dataset.schema import GIVEN_FEATURES, GIVEN_LAYERS
from cop.store.engine import fetch

LayerKey = tuple[str, str]
"""The origin of a layer and its record."""
_ID_LENGTH: Final = 10


class ReceivedLayer(BaseModel):
    """A layer of a partner as it is stored: ``given`` and its content are None once it is gone.

    ``number`` is the package in which it changed last.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    origin: str
    record: str
    given: GivenLayer | None = None
    content: Content | None = None

    @property
    def key(self) -> LayerKey:
        """What it is known by between servers."""
        return self.origin, self.record


def local_layer(key: LayerKey) -> str:
    """Return the id that a layer of another agency has here, without prefix."""
    digest = hashlib.sha256("\x1flayer\x1f".join(key).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:_ID_LENGTH]


def layers_name(partner: str) -> str:
    """Return the name of the dataset with the layers that a partner gave."""
    return f"{GIVEN_LAYERS}{_plain(partner)}"


def features_name(partner: str, key: LayerKey) -> str:
    """Return the name of the dataset with the features of a layer as a partner gave it."""
    return f"{GIVEN_FEATURES}{_plain(partner)}_{local_layer(key)}"


def read_received_layers(
    transaction: WriteTransaction, dataset: str
) -> dict[LayerKey, ReceivedLayer]:
    """Read the layers of a partner, what it withdrew among them."""
    path = transaction.intact(dataset)
    if path is None:
        return {}
    rows = fetch(
        transaction.cursor, "SELECT stated FROM read_parquet($file) ORDER BY ALL", {"file": path}
    )
    found = (ReceivedLayer.model_validate_json(text) for (text,) in rows)
    return {layer.key: layer for layer in found}


def store_received_layers(
    transaction: WriteTransaction, dataset: str, layers: Iterable[ReceivedLayer]
) -> None:
    """Set the layers of a partner."""
    rows = [{"stated": layer.model_dump_json()} for layer in layers]
    transaction.replace(dataset, pd.DataFrame(rows, columns=["stated"]), {"stated": "VARCHAR"})


def list_ways(
    transaction: WriteTransaction,
    layers: Mapping[str, Mapping[LayerKey, ReceivedLayer]],
    key: LayerKey,
) -> list[tuple[str, GivenLayer, Content]]:
    """Return the ways that a layer came and is still given: that over the fewest servers first.

    ``layers`` are those of all partners by their datasets. Each way is the dataset of its features,
    the layer, and its content; one whose features were lost is left out.
    """
    found = []
    for dataset, own in layers.items():
        layer = own.get(key)
        features = f"{dataset.replace(GIVEN_LAYERS, GIVEN_FEATURES, 1)}_{local_layer(key)}"
        if (
            layer is not None
            and layer.given is not None
            and layer.content is not None
            and transaction.has(features)
        ):
            found.append((features, layer.given, layer.content))
    return sorted(found, key=lambda way: (len(way[1].path), way[0]))


def read_all_received_layers(
    transaction: WriteTransaction,
) -> dict[str, dict[LayerKey, ReceivedLayer]]:
    """Read the layers of all partners, by the names of their datasets."""
    names = transaction.names(GIVEN_LAYERS)
    return {name: read_received_layers(transaction, name) for name in names}


def layers_shown_of(transaction: WriteTransaction, partner: str) -> dict[LayerKey, UploadedLayer]:
    """Return the layers on the map, or once there, that came from a partner's server."""
    return {
        (layer.received.origin, layer.received.record): layer
        for layer in stored_layers(transaction).values()
        if layer.received is not None and layer.received.path[-1] == partner
    }


def is_received_layer(transaction: WriteTransaction, source: str) -> bool:
    """Return whether a source is a layer that a partner gave."""
    layer = stored_layers(transaction).get(source) if source.startswith(PREFIX) else None
    return layer is not None and layer.received is not None


def _plain(partner: str) -> str:
    return partner.lower().replace("-", "_")
