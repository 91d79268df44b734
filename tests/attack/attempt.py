"""An attack by a file: how it is made, what it is called, and how it may end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from cop.model.upload import Choices


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A file that was written to be brought, and what is expected of it.

    One that is ``refused`` must end with words of that pattern; any other may be read or refused,
    but must hold ``rows`` and ``cells`` where they are given, or say by a finding of ``found`` what
    it lacks. ``secret`` is what must not appear in anything that is made of it, ``personal`` the
    columns that must not be kept.
    """

    way: str
    path: Path
    name: str
    refused: str | None = None
    secret: bytes | None = None
    rows: int | None = None
    found: tuple[str, ...] = ()
    cells: tuple[tuple[str, ...], ...] = ()
    personal: tuple[str, ...] = ()
    choices: Choices = field(default_factory=Choices)


Draw = Callable[[Random, Path], Iterator[Attempt]]
"""Draws files of one class into a folder; equal seeds give equal files."""


def draw_word(random: Random, size: int = 12) -> str:
    """Return a word that stands nowhere else."""
    return "".join(random.choice("abcdefghijkmnpqrstuvwxyz") for _ in range(size))
