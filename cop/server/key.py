"""The room key: read from a file that nobody else on the machine can read."""

import stat
from pathlib import Path

from cop.errors import SettingsError

SHORTEST, LONG = 16, 32
"""Characters of a room key: the fewest, and those of one that no rate of tries can guess."""
_LONGEST_FILE = 4_096
_OTHERS = 0o077


def read_room_key(path: Path) -> bytes:
    """Read the key: the first line of a UTF-8 file, stripped.

    The SettingsError names the file and the remedy, never the key.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LONGEST_FILE:
            raise SettingsError(f"{path}: not a room key file; see docs/room.md")
        if found.st_mode & _OTHERS:
            raise SettingsError(
                f"{path}: others on this machine can read or write the room key; "
                f"run `chmod 600 {path}`"
            )
        key = path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except OSError as fault:
        raise SettingsError(
            f"{path}: cannot read the room key: {fault.strerror}; see docs/room.md"
        ) from fault
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: the room key is not UTF-8; see docs/room.md") from None
    if len(key) < SHORTEST:
        raise SettingsError(
            f"{path}: the room key has {len(key)} characters; use at least {SHORTEST} "
            "(docs/room.md)"
        )
    return key.encode()
