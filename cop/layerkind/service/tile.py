"""Tiles: a layer's tile under a view, its version name, address and caveats."""

import hashlib
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class NamedTile:
    """A layer's tile under a view: its key in the cache and the name of its version, an ETag."""

    service: QueryService
    view: View
    layer: Layer
    tile: Tile
    key: Hashable
    etag: str

    def find(self, known: Collection[str] = ()) -> TileAnswer | None:
        """Return the tile if it is at hand, or its version name is ``known`` to who asks."""
        if self.etag in known:
            return self._answer(b"", "known")
        mvt = self.service.tiles.get(self.key)
        return None if mvt is None else self._answer(mvt, "found")

    def read(self) -> TileAnswer:
        """Return the tile, which is made if it is not at hand."""
        drawn = kind_of(self.layer).drawn_as(self.layer)
        made = list[bytes]()

        def make() -> bytes:
            made.append(_render(self.service, self.view, drawn, self.tile))
            return made[0]

        mvt = self.service.tiles.once(self.key, make)
        return self._answer(mvt, "made" if made else "found")

    def _answer(self, mvt: bytes, way: TileWay) -> TileAnswer:
        caveats = tuple(caveat.text for caveat in read_caveats(self.view, self.layer))
        return TileAnswer(mvt=mvt, etag=self.etag, way=way, caveats=caveats)


def name_tile(service: QueryService, view: View, layer: Layer, tile: Tile) -> NamedTile:
    """Return a layer's tile by name; nothing of it is made."""
    key = (name_content(service, view, layer), tile)
    etag = f'"{hashlib.sha256(repr(key).encode()).hexdigest()[:20]}"'
    return NamedTile(service=service, view=view, layer=layer, tile=tile, key=key, etag=etag)


def is_found_at_once(view: View, layer: Layer) -> bool:
    """Return whether to name a layer's tile, and to find one at hand, needs no query."""
    return not (kind_of(layer).key_reads or view.snapshot.quarantine)


def read_tile(service: QueryService, view: View, layer: Layer, tile: Tile) -> TileAnswer:
    """Return a layer's tile, its version name, and its caveats."""
    return name_tile(service, view, layer, tile).read()


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
