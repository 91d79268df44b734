"""The room key: read from a file that nobody else on the machine can read."""

from pathlib import Path

from cop.access.secret import read_secret
from cop.errors import SettingsError

SHORTEST, LONG = 16, 32
"""Characters of a room key: the fewest, and those of one that no rate of tries can guess."""


def read_room_key(path: Path) -> bytes:
    """Read the key: the first line of a UTF-8 file, stripped.

    The SettingsError names the file and the remedy, never the key.
    """
    key = read_secret(path, what="room key", remedy="see docs/room.md")
    if len(key) < SHORTEST:
        raise SettingsError(
            f"{path}: the room key has {len(key)} characters; use at least {SHORTEST} "
            "(docs/room.md)"
        )
    return key.encode()
