"""The colors of a resolved style for the still map's surface."""

from cop.model.style import read_rgba

Channels = tuple[float, float, float, float]
"""Red, green, blue and alpha, 0-1."""


def tint(color: str, share: float = 1.0) -> Channels:
    """Return the channels of ``#rrggbb`` or ``#rrggbbaa``, with ``share`` of its alpha."""
    red, green, blue, alpha = (channel / 255 for channel in read_rgba(color))
    return red, green, blue, alpha * share
