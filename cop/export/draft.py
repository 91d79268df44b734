"""What is saved with a Picture: its figures, its marking and a small map."""

from typing import Any

from cop.export.map import render_map
from cop.layerkind.service.marking import own_sources, picture_marking
from cop.model.picture import Picture
from cop.model.saved import THUMBNAIL_PX, PictureBasis, PictureDraft, SavedFigure
from cop.query.annotation import read_annotations
from cop.query.headline import read_headline
from cop.query.service import QueryService
from cop.query.text import format_figure
from cop.query.view import View
from cop.store.snapshot import Snapshot

_THUMBNAIL_SCALE = 0.5
"""Scaled from a map twice as wide, which shows as much land as a small screen."""


def build_draft(
    service: QueryService, view: View, picture: Picture, *, author: str
) -> PictureDraft:
    """Draw and count a resolved Picture for saving; ``view`` is at its moment."""
    width, height = THUMBNAIL_PX
    drawn = read_annotations(service, view)
    return PictureDraft(
        picture=picture,
        author=author,
        version=view.snapshot.version,
        marking=picture_marking(service, view, picture),
        figures=tuple(
            SavedFigure(
                title=text.title, value=text.value, change=text.change, amount=figure.amount
            )
            for figure in read_headline(service, view)
            for text in (format_figure(figure),)
        ),
        thumbnail=render_map(
            service,
            view,
            picture,
            width_px=round(width / _THUMBNAIL_SCALE),
            height_px=round(height / _THUMBNAIL_SCALE),
            theme="dark",
            scale=_THUMBNAIL_SCALE,
            annotations=drawn,
        ),
        counted=PictureBasis(
            sources=tuple(sorted(own_sources(service, view, picture))),
            annotations=tuple(annotation.id for annotation in drawn),
            **_note_cells(view.snapshot),
        ),
    )


def _note_cells(snapshot: Snapshot) -> dict[str, Any]:
    """Return by what small cells were left out, and of which events they were counted."""
    release, admitted = snapshot.release, snapshot.catalogue.admitted
    return {
        "smallest_count": 1 if release is None else release.smallest_count,
        "cell_sources": tuple(sorted(snapshot.event_sources)),
        "cell_markings": () if admitted is None else admitted.markings,
    }
