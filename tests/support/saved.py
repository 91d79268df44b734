"""Drafts of Pictures for the tests of what is saved."""

import io

from PIL import Image

from cop.model.picture import Picture
from cop.model.saved import PictureBasis, PictureDraft, SavedFigure

PAIRS = (
    ("from", "2026-10-01"),
    ("to", "2026-11-01"),
    ("records", "synthetic"),
    ("map", "31.34000,-110.94000,8.00"),
)


def make_draft(
    *,
    author: str = "Avery",
    version: int = 3,
    events: int = 12,
    picture: Picture = Picture.from_pairs(PAIRS),  # noqa: B008 it is frozen
    counted: PictureBasis | None = None,
) -> PictureDraft:
    """A draft of some Picture."""
    return PictureDraft(
        picture=picture,
        author=author,
        version=version,
        marking="TLP:GREEN",
        figures=(
            SavedFigure(title="Events", value=f"{events:,}", amount=events),
            SavedFigure(title="Border watched", value="unknown"),
        ),
        thumbnail=draw_thumbnail(events),
        counted=counted,
    )


def draw_thumbnail(shade: int) -> bytes:
    """A small picture in a grey of its own."""
    file = io.BytesIO()
    Image.new("L", (48, 27), shade).save(file, "PNG")
    return file.getvalue()
