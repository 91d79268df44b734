"""A hostile file: its name, how it is made, and how it must end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cop.model.upload import Choices

Make = Callable[[Path, "Lure"], None]


@dataclass(frozen=True)
class Lure:
    """What hostile files reach for: an address that counts connections, a file that is watched."""

    address: str
    canary: Path


@dataclass(frozen=True, kw_only=True)
class Case:
    """A file that must be refused with words of ``refused``, or show the findings ``flagged``.

    With ``asked`` no draft is made before a choice; of others ``kept`` rows are in the draft.
    """

    name: str
    make: Make
    refused: str | None = None
    flagged: tuple[str, ...] = ()
    asked: bool = False
    kept: int | None = None
    draft_refused: str | None = None
    choices: Choices = field(default_factory=Choices)


def text(content: str, encoding: str = "utf-8") -> Make:
    """Make a file of a text, in which ADDRESS and CANARY stand for what it reaches for."""
    return lambda path, lure: path.write_bytes(lured(content, lure).encode(encoding)) and None


def lured(content: str, lure: Lure) -> str:
    """Fill in what a text reaches for."""
    return content.replace("ADDRESS", lure.address).replace("CANARY", str(lure.canary))


def raw(content: bytes) -> Make:
    """Make a file of bytes."""
    return lambda path, _lure: path.write_bytes(content) and None
