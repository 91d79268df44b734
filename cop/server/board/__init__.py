"""The board's web socket: it takes the presenter's moves and sends every revision to all viewers.

``hub`` has the connections, ``message`` and ``session`` what one of them says and hears, ``act``
what people do, ``move`` what may be put on the board, ``release`` what a viewer may know of it.
"""

from cop.server.board.hub import Hub

__all__ = ["Hub"]
