"""What is answered to who asks for a tile."""

from dataclasses import dataclass

from cop.tiles.basemap import is_gzip, unfolded


@dataclass(frozen=True, kw_only=True)
class TileAnswer:
    """A tile's bytes (empty where nothing is there), the name of their version, its caveats.

    ``mvt`` is an image if the layer's ``tile_format`` is one; a basemap's may be gzip.
    """

    mvt: bytes
    etag: str
    caveats: tuple[str, ...] = ()

    @property
    def is_gzip(self) -> bool:
        """Whether the bytes are gzip around the tile."""
        return is_gzip(self.mvt)

    def unfolded(self) -> bytes:
        """Return the tile without gzip."""
        return unfolded(self.mvt, file="basemap")
