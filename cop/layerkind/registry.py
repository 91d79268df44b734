"""The kinds of layers, found by listing this folder: a kind is a module with a KIND."""

import importlib
from collections.abc import Iterable, Mapping
from pkgutil import iter_modules
from typing import Final

import cop.layerkind
from cop.errors import LayerError
from cop.layerkind.base.kind import LayerKind
from cop.model.layer import Layer


def find_kinds() -> list[LayerKind]:
    """Return the kinds that the modules of this folder declare."""
    found = [
        getattr(importlib.import_module(f"cop.layerkind.{module.name}"), "KIND", None)
        for module in sorted(iter_modules(cop.layerkind.__path__), key=lambda module: module.name)
        if not module.ispkg and module.name != "registry"
    ]
    return [kind for kind in found if isinstance(kind, LayerKind)]


def register(kinds: Iterable[LayerKind]) -> Mapping[str, LayerKind]:
    """Return kinds by name; LayerError if two have the same."""
    found: dict[str, LayerKind] = {}
    for kind in kinds:
        if kind.name in found:
            raise LayerError(f"layer kind {kind.name!r} exists already; choose another name")
        found[kind.name] = kind
    return found


LAYER_KINDS: Final[Mapping[str, LayerKind]] = register(find_kinds())


def kind_of(layer: Layer) -> LayerKind:
    """Return the kind that a layer names; LayerError names those there are."""
    if layer.tile not in LAYER_KINDS:
        raise LayerError(
            f"layer {layer.id}: tile={layer.tile!r} is not a kind of layer; "
            f"there are: {', '.join(LAYER_KINDS)}"
        )
    return LAYER_KINDS[layer.tile]
