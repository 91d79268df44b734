"""Tiles: a layer's tile under a view, its version name, address and caveats."""

import hashlib
from collections.abc import Collection, Hashable, Sequence
from typing import Any, get_args
from urllib.parse import urlencode

from cop.errors import FilterError
from cop.layerkind.registry import kind_of
from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.tile_data import name_data
from cop.model.layer import Layer
from cop.model.moment import format_instant
from cop.model.style import Theme
from cop.model.tile import Tile
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.schema import QUARANTINE, SOURCES
from cop.store.integrity.quarantine import Caveat
from cop.tiles.answer import TileAnswer, TileWay, folded

FORMAT = "3"
"""Increase it when a tile of the same data becomes different, so that browsers fetch it again."""


def find_tile(
    service: QueryService, view: View, layer: Layer, tile: Tile, *, known: Collection[str] = ()
) -> TileAnswer | None:
    """Return a layer's tile if it is at hand, or its version name is ``known`` to who asks."""
    key, etag = _name_tile(service, view, layer, tile)
    if etag not in known and key not in service.tiles:
        return None
    if etag in known:
        return TileAnswer(mvt=b"", etag=etag, way="known", caveats=_caveats(view, layer))
    return read_tile(service, view, layer, tile)


def read_tile(service: QueryService, view: View, layer: Layer, tile: Tile) -> TileAnswer:
    """Return a layer's tile, its version name, and its caveats."""
    key, etag = _name_tile(service, view, layer, tile)
    drawn = kind_of(layer).drawn_as(layer)
    made = list[bytes]()

    def make() -> bytes:
        made.append(_render(service, view, drawn, tile))
        return made[0]

    mvt = service.tiles.once(key, make)
    way: TileWay = "made" if made else "found"
    return TileAnswer(mvt=mvt, etag=etag, way=way, caveats=_caveats(view, layer))


def _name_tile(service: QueryService, view: View, layer: Layer, tile: Tile) -> tuple[Hashable, str]:
    key = (name_content(service, view, layer), tile)
    return key, f'"{hashlib.sha256(repr(key).encode()).hexdigest()[:20]}"'


def _caveats(view: View, layer: Layer) -> tuple[str, ...]:
    return tuple(caveat.text for caveat in read_caveats(view, layer))


def _render(service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
    if not layer.min_zoom <= tile.z <= layer.max_zoom:
        return b""
    content = kind_of(layer).render_tile(service, view, layer, tile)
    return folded(content) if layer.tile_format == "mvt" else content


def read_caveats(view: View, layer: Layer) -> tuple[Caveat, ...]:
    """Return the caveats of a layer; usually none."""
    snapshot = view.snapshot
    if not snapshot.quarantine:
        return ()
    kind = kind_of(layer)
    found = {
        caveat
        for window in kind.caveat_windows(view)
        for caveat in snapshot.caveats((*kind.datasets(layer), SOURCES), view.filter.within(window))
    }
    return tuple(sorted(found, key=lambda caveat: caveat.text))


def name_content(service: QueryService, view: View, layer: Layer) -> tuple[Hashable, ...]:
    """Return what names a layer's content: it changes only with its data, filter or format."""
    kind = kind_of(layer)
    part = view.content(
        *kind.datasets(layer), QUARANTINE, relevant=kind.relevant_filter(layer, view.filter)
    )
    moment = view.snapshot.known_at
    return (FORMAT, repr(kind.drawn_as(layer)), part, moment, *kind.key_parts(service, view))


def build_address(service: QueryService, view: View, layer: Layer) -> str:
    """Return the template of a layer's tiles, its filter and version in the query.

    With the version of its content in the address, browsers may keep a tile. Its beginning names
    the data, so that what plays an address in other windows asks for the same data.
    """
    kind = kind_of(layer)
    content = repr(name_content(service, view, layer))
    pairs = kind.relevant_filter(layer, view.filter).to_pairs() + kind.address_pairs(view)
    if view.snapshot.known_at is not None:
        pairs.append(("known_at", format_instant(view.snapshot.known_at)))
    pairs.append(("v", name_data(view, layer) + hashlib.sha256(content.encode()).hexdigest()[:12]))
    return f"/tiles/{layer.id}/{{z}}/{{x}}/{{y}}.{layer.tile_format}?{urlencode(pairs)}"


def build_addresses(service: QueryService, view: View) -> dict[str, str]:
    """Return the templates of all layers by id."""
    layers = read_layers(service, view).values()
    return {layer.id: build_address(service, view, layer) for layer in layers}


def build_tilejson(service: QueryService, layer: Layer, address: str) -> dict[str, Any]:
    """Return the TileJSON 3.0.0 of a layer whose tiles have an address."""
    return {
        "tilejson": "3.0.0",
        "name": layer.title,
        "description": layer.note,
        "scheme": "xyz",
        "tiles": [address],
        "minzoom": layer.min_zoom,
        "maxzoom": layer.max_zoom,
        **kind_of(layer).describe_tiles(service, layer),
    }


def read_style(view: View, layer: Layer, styles: Sequence[str]) -> Layer:
    """Return a layer as the one style that an address asks for draws it, else FilterError."""
    if len(styles) > 1:
        raise FilterError(f"style: layer {layer.id} accepts one only if it is a raster")
    return kind_of(layer).restyled(view, layer, styles[0])


def read_theme(layer: Layer, themes: Sequence[str]) -> Layer:
    """Return a layer in the one theme that an address asks for, else FilterError."""
    kind = kind_of(layer)
    if not kind.drawing.themed or len(themes) > 1 or themes[0] not in get_args(Theme):
        raise FilterError(
            f"theme={', '.join(themes)[:40]!r}: use {' or '.join(get_args(Theme))} once, "
            "for a surface"
        )
    return kind.in_theme(layer, "light" if themes[0] == "light" else "dark")
