"""Who acts in a browser: at this machine its operator, elsewhere somebody with the room key."""

from typing import Final

from cop.model.audit import Actor
from cop.settings import is_local

ROOM: Final = "room"
ROOM_KEY: Final = "room key"


def name_visitor(name: str, address: str | None) -> Actor:
    """Return the actor of a browser by the name typed there, which nobody checked."""
    if not address or is_local(address):
        return Actor(name=name, address=address or "")
    return Actor(who=ROOM, name=name, roles=(), origin=ROOM_KEY, address=address)
