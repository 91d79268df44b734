"""Secrets: read from files that nobody else on the machine can read."""

import stat
from pathlib import Path
from typing import Final

from cop.errors import SettingsError

_LONGEST_FILE: Final = 4_096
_OTHERS: Final = 0o077


def read_secret(path: Path, *, what: str, remedy: str) -> str:
    """Read a secret: the first line of a UTF-8 file, stripped.

    ``what`` names it in errors and ``remedy`` ends them. The SettingsError never holds the secret.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LONGEST_FILE:
            raise SettingsError(f"{path}: not a {what} file; {remedy}")
        if found.st_mode & _OTHERS:
            raise SettingsError(
                f"{path}: others on this machine can read or write the {what}; "
                f"run `chmod 600 {path}`"
            )
        return path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except OSError as fault:
        raise SettingsError(
            f"{path}: cannot read the {what}: {fault.strerror}; {remedy}"
        ) from fault
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: the {what} is not UTF-8; {remedy}") from None
