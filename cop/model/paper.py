"""The papers that hand-outs are printed on."""

from dataclasses import dataclass
from typing import Final, Literal

from cop.errors import HandoutError

PaperName = Literal["letter", "a4"]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A paper in landscape."""

    title: str
    width_mm: float
    height_mm: float


PAPERS: Final[dict[PaperName, Paper]] = {
    "letter": Paper(title="Letter", width_mm=279.4, height_mm=215.9),
    "a4": Paper(title="A4", width_mm=297.0, height_mm=210.0),
}


def find_paper(name: str) -> Paper:
    """Return the paper of a name; raise HandoutError for an unknown one."""
    for known, paper in PAPERS.items():
        if known == name.lower():
            return paper
    raise HandoutError(f"paper {name[:20]!r}: use one of {', '.join(PAPERS)}")
