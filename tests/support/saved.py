"""Drafts of Pictures for the tests of what is saved."""

from cop.model.picture import Picture
from cop.model.saved import Draft, SavedFigure

PAIRS = (
    ("from", "2026-10-01"),
    ("to", "2026-11-01"),
    ("records", "synthetic"),
    ("map", "31.34000,-110.94000,8.00"),
)


def make_draft(*, author: str = "Avery", version: int = 3, events: int = 12) -> Draft:
    """A draft of some Picture."""
    return Draft(
        picture=Picture.from_pairs(PAIRS),
        author=author,
        version=version,
        marking="TLP:GREEN",
        figures=(
            SavedFigure(title="Events", value=f"{events:,}", amount=events),
            SavedFigure(title="Border watched", value="unknown"),
        ),
        thumbnail=b"\x89PNG of %d" % events,
    )
