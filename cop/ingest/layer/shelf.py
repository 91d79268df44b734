"""The private drafts of open sessions, each found by its secret token alone."""

from weakref import WeakValueDictionary

from cop.ingest.layer.private import PrivateLayer

DRAFT_URL = "/api/draft"
DRAFT_HEADER = "X-Cop-Draft"
"""What carries the token: not the address, which logs and histories keep."""


class DraftShelf:
    """Finds a draft by the token that only its own session was given; holds none alive."""

    def __init__(self) -> None:
        """Begin with none."""
        self._layers: WeakValueDictionary[str, PrivateLayer] = WeakValueDictionary()

    def put(self, layer: PrivateLayer) -> None:
        """Let a draft be fetched by its token until nothing else refers to it."""
        self._layers[layer.token] = layer

    def find(self, token: str) -> bytes | None:
        """Return the features of the draft of a token as GeoJSON; None where there is none."""
        layer = self._layers.get(token)
        return None if layer is None else layer.features.content

    def drop(self, layer: PrivateLayer) -> None:
        """Let a draft be found no longer."""
        self._layers.pop(layer.token, None)
