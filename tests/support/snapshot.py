"""Generated text kept beside the tests; `make bless` rewrites it, a difference fails."""

import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "snapshots"


def check_snapshot(name: str, text: str) -> None:
    """Compare ``text`` with the file ``name``, or write it where COP_BLESS is set."""
    path = FOLDER / name
    if os.environ.get("COP_BLESS"):
        path.write_text(text)
    assert path.is_file(), f"{path} is missing: run `make bless` and read what it wrote"
    assert text == path.read_text(), f"{path.name} changed: run `make bless` if it is meant"
