"""Secrets: read from files that nobody else on the machine can read."""

import stat
from pathlib import Path
from typing import Final

from cop.errors import SettingsError

LONGEST_SECRET: Final = 4_096
_OTHERS: Final = 0o077


def read_secret(path: Path, *, what: str, remedy: str) -> str:
    """Read a secret: the first line of a UTF-8 file, stripped.

    ``what`` names it in errors and ``remedy`` ends them. The SettingsError never holds the secret.
    """
    check_secret_file(path, what=what, remedy=remedy)
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except OSError as fault:
        raise _unreadable(path, what, remedy, fault) from fault
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: the {what} is not UTF-8; {remedy}") from None


def check_secret_file(path: Path, *, what: str, remedy: str, longest: int = LONGEST_SECRET) -> None:
    """Check that a file of a secret is one, and that nobody else can read or write it.

    ``what`` names it in errors and ``remedy`` ends them; ``longest`` is in bytes.
    """
    try:
        found = path.stat()
    except OSError as fault:
        raise _unreadable(path, what, remedy, fault) from fault
    if not stat.S_ISREG(found.st_mode) or found.st_size > longest:
        raise SettingsError(f"{path}: not a {what} file; {remedy}")
    if found.st_mode & _OTHERS:
        raise SettingsError(
            f"{path}: others on this machine can read or write the {what}; run `chmod 600 {path}`"
        )


def _unreadable(path: Path, what: str, remedy: str, fault: OSError) -> SettingsError:
    return SettingsError(f"{path}: cannot read the {what}: {fault.strerror}; {remedy}")
