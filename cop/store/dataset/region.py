"""One warehouse holds one region: its events are placed in that one's sectors and segments."""

from pathlib import Path

from cop.errors import StoreError


def check_region(folder: Path, *, stored: str, requested: str | None) -> None:
    """Refuse to use a warehouse of one region for another; None takes the one that is there."""
    if requested not in {None, stored}:
        raise StoreError(
            f"{folder} is a warehouse of region {stored!r}, not of {requested!r}: use "
            f"--region {stored} or another folder with --data (or COP_REGION, COP_DATA)"
        )
