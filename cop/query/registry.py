"""The layers of the picture, found by listing the folder layers/."""

import importlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import layers
from cop.errors import LayerError
from cop.model.layer import Layer


@cache
def load_layers() -> dict[str, Layer]:
    """Return every declared layer by id, bottom first; a duplicate id raises LayerError."""
    found: dict[str, Layer] = {}
    folder = Path(layers.__path__[0])
    for path in sorted(folder.glob("[!_]*.py")):
        layer = getattr(importlib.import_module(f"layers.{path.stem}"), "LAYER", None)
        if not isinstance(layer, Layer):
            raise LayerError(f"{path.name}: declare one LAYER = Layer(...)")
        if layer.id in found:
            raise LayerError(f"{path.name}: layer id {layer.id!r} is taken; choose another")
        found[layer.id] = layer
    return order_layers(found.values())


def order_layers(found: Iterable[Layer]) -> dict[str, Layer]:
    """Return layers by id, bottom first."""
    return {la.id: la for la in sorted(found, key=lambda layer: (layer.order, layer.id))}


def find_layer(layer_id: str) -> Layer:
    """Return one layer; LayerError names the ones there are."""
    known = load_layers()
    if layer_id not in known:
        raise LayerError(f"layer {layer_id[:40]!r} does not exist; there are: {', '.join(known)}")
    return known[layer_id]
