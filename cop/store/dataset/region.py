"""One warehouse holds one region: its events are placed in that one's sectors and segments."""

from pathlib import Path

from cop.errors import StoreError


def check_region(folder: Path, *, held: str, wanted: str | None) -> None:
    """Refuse to use a warehouse of one region for another; None takes the one that is there."""
    if wanted not in {None, held}:
        raise StoreError(
            f"{folder} is a warehouse of region {held!r}, not of {wanted!r}: use --region {held} "
            "or another folder with --data (or COP_REGION, COP_DATA)"
        )
