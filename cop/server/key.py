"""The room key: read from a file that nobody else on the machine can read."""

import stat
from pathlib import Path

from cop.errors import SettingsError

SHORTEST = 16
_LONGEST_FILE = 4_096
_OTHERS = 0o077


def read_room_key(path: Path) -> bytes:
    """Read the key, the first line of a file without the blanks around it, as UTF-8.

    Raises SettingsError naming the file and what to do, never the key.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LONGEST_FILE:
            raise SettingsError(f"{path}: no file of a room key; see docs/room.md")
        if found.st_mode & _OTHERS:
            raise SettingsError(
                f"{path}: others on this machine can read or write the room key; "
                f"run `chmod 600 {path}`"
            )
        key = path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except OSError as fault:
        raise SettingsError(
            f"{path}: no room key can be read: {fault.strerror}; see docs/room.md"
        ) from fault
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: the room key is not UTF-8; see docs/room.md") from None
    if len(key) < SHORTEST:
        raise SettingsError(
            f"{path}: the room key has {len(key)} characters, {SHORTEST} are needed; "
            "docs/room.md says how to make one"
        )
    return key.encode()
