"""Hand-outs of saved Pictures: which formats there are, and the scenes that they are made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cop.errors import HandoutError
from cop.export.brief import SCENE_PX, Brief, HandoutScene, build_brief
from cop.export.deck import render_deck
from cop.export.html import render_html
from cop.export.map import render_map
from cop.export.pdf import render_pdf
from cop.export.table import render_csv, render_gpkg
from cop.model.style import Theme
from cop.query.service import QueryService
from cop.store.room.picture import SavedPictures

_PRINT_SCALE = 2.0
"""Pixels of a printed map for each of the screen's: 174 dots an inch on A4."""

Briefed = Sequence[tuple[HandoutScene, Brief]]


@dataclass(frozen=True, kw_only=True)
class Handout:
    """A finished file: its bytes, what to call it, and its media type."""

    content: bytes
    name: str
    media_type: str


@dataclass(frozen=True, kw_only=True)
class HandoutFormat:
    """A format of hand-outs.

    ``several`` is whether one file can hold more than one scene, ``themed`` whether it can be dark:
    paper is light.
    """

    title: str
    suffix: str
    media_type: str
    render: Callable[[Briefed, Theme], bytes]
    several: bool = False
    themed: bool = False


def open_scene(
    service: QueryService, saved: SavedPictures, picture_id: str, number: int | None = None
) -> HandoutScene:
    """Open a revision of a saved Picture, the newest without a number, as it was known.

    PictureMissingError where there is none. Where its data are no longer kept, those of now stand
    in, and the hand-out says so.
    """
    held = saved.get(picture_id)
    revision = saved.revision(picture_id, number)
    versions = service.warehouse.versions
    lost = revision.version not in versions
    picture = revision.as_known(versions)
    if lost:
        picture = replace(picture, known_at=None)
    return HandoutScene(
        service=service,
        view=service.view(picture.filter, known_at=picture.known_at, since=picture.since),
        picture=picture,
        title=held.name,
        picture_id=picture_id,
        revision=revision.number,
        lost=lost,
        annotations=service.warehouse.room.annotations.list(revision.saved_at),
    )


def make_handout(
    scenes: Sequence[HandoutScene], form: str, *, made_at: datetime, theme: Theme = "light"
) -> Handout:
    """Make a hand-out of scenes in one of FORMATS.

    HandoutError where the format is unknown, or holds one scene and was given more.
    """
    if form not in FORMATS:
        raise HandoutError(f"format {form[:20]!r}: use one of {', '.join(FORMATS)}")
    wanted = FORMATS[form]
    if not scenes:
        raise HandoutError("no picture was chosen: choose at least one")
    if len(scenes) > 1 and not wanted.several:
        several = ", ".join(name for name, other in FORMATS.items() if other.several)
        raise HandoutError(
            f"a {form} file holds one picture, {len(scenes)} were chosen: make one file for each, "
            f"or choose {several}"
        )
    theme = theme if wanted.themed else "light"
    briefed = [(scene, build_brief(scene, made_at=made_at, theme=theme)) for scene in scenes]
    return Handout(
        content=wanted.render(briefed, theme),
        name=_name(briefed[0][1], wanted.suffix),
        media_type=wanted.media_type,
    )


def _name(brief: Brief, suffix: str) -> str:
    """Return a file name that says the marking, SYNTHETIC, the Picture and the time."""
    marking = brief.marking.replace(":", "-").replace("+", "-")
    synthetic = "SYNTHETIC-" if brief.synthetic else ""
    made = f"{brief.made_at:%Y%m%dT%H%MZ}"
    return f"{marking}-{synthetic}{brief.picture_id}-r{brief.revision}-{made}.{suffix}"


def _pages(briefed: Briefed) -> list[tuple[Brief, bytes]]:
    width, height = SCENE_PX
    return [
        (
            brief,
            render_map(
                scene.service,
                scene.view,
                scene.picture,
                width_px=width,
                height_px=height,
                theme="light",
                scale=_PRINT_SCALE,
                annotations=scene.annotations,
            ),
        )
        for scene, brief in briefed
    ]


def _html(briefed: Briefed, theme: Theme) -> bytes:
    scene, brief = briefed[0]
    return render_html(scene, brief, theme=theme)


FORMATS: Final[dict[str, HandoutFormat]] = {
    "html": HandoutFormat(
        title="HTML map: one file that opens without network",
        suffix="html",
        media_type="text/html",
        themed=True,
        render=_html,
    ),
    "pdf": HandoutFormat(
        title="PDF: a page for each picture",
        suffix="pdf",
        media_type="application/pdf",
        several=True,
        render=lambda briefed, _: render_pdf(_pages(briefed)),
    ),
    "pptx": HandoutFormat(
        title="PPTX: a slide for each picture",
        suffix="pptx",
        media_type="application/vnd.openxmlformats-officedocument.presentationml.presentation",
        several=True,
        render=lambda briefed, _: render_deck(_pages(briefed)),
    ),
    "gpkg": HandoutFormat(
        title="GeoPackage: a table for each layer",
        suffix="gpkg",
        media_type="application/geopackage+sqlite3",
        render=lambda briefed, _: render_gpkg(*briefed[0]),
    ),
    "csv": HandoutFormat(
        title="CSV: what is shown, for spreadsheets",
        suffix="csv",
        media_type="text/csv",
        render=lambda briefed, _: render_csv(*briefed[0]),
    ),
}
