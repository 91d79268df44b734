"""Hand-outs of Pictures: the formats, and the scenes that they are built from."""

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
from cop.layerkind.service.opening import resolve_picture
from cop.model.paper import PaperName, find_paper
from cop.model.picture import Picture
from cop.model.style import Theme
from cop.query.annotation import list_annotations, read_annotations
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.room.picture import SavedPictures

_PRINT_SCALE = 2.0
"""Pixels of a printed map per screen pixel: 174 dots per inch on A4 or Letter."""

Briefed = Sequence[tuple[HandoutScene, Brief]]


@dataclass(frozen=True, kw_only=True)
class Handout:
    """A finished file: its bytes, file name and media type."""

    content: bytes
    name: str
    media_type: str


@dataclass(frozen=True, kw_only=True)
class HandoutOptions:
    """How a hand-out is made: theme, paper, who prepared it, and the server's own address."""

    theme: Theme = "light"
    paper: PaperName = "letter"
    prepared_by: str = ""
    base: str = ""


@dataclass(frozen=True, kw_only=True)
class HandoutFormat:
    """A format of hand-outs.

    ``several``: one file can hold more than one scene. ``themed``: it can be dark; paper is light.
    ``printed``: it is on paper of a size.
    """

    title: str
    suffix: str
    media_type: str
    render: Callable[[Briefed, HandoutOptions], bytes]
    several: bool = False
    themed: bool = False
    printed: bool = False


_USUAL: Final = HandoutOptions()


def open_scene(
    service: QueryService, saved: SavedPictures, picture_id: str, number: int | None = None
) -> HandoutScene:
    """Open a revision of a saved Picture (default: the newest) with the data of that time.

    Raise PictureMissingError if there is none. If its data are no longer stored, current data are
    used; the hand-out states that, and what of the Picture cannot be applied.
    """
    found = saved.get(picture_id)
    revision = saved.revision(picture_id, number)
    versions = service.warehouse.versions
    lost = revision.version not in versions
    picture = revision.as_known(versions)
    if lost:
        picture = replace(picture, known_at=None)
    view, picture = resolve_picture(service, picture)
    return HandoutScene(
        service=service,
        view=view,
        picture=picture,
        title=found.name,
        picture_id=picture_id,
        revision=revision.number,
        lost=lost,
        annotations=list_annotations(service, revision.saved_at),
    )


def open_current(
    service: QueryService, view: View, picture: Picture, *, title: str
) -> HandoutScene:
    """Open a resolved Picture that is not saved: its hand-out has no id to open it by."""
    drawn = read_annotations(service, view)
    return HandoutScene(service=service, view=view, picture=picture, title=title, annotations=drawn)


def build_handout(
    scenes: Sequence[HandoutScene],
    form: str,
    *,
    created_at: datetime,
    options: HandoutOptions = _USUAL,
) -> Handout:
    """Build a hand-out of scenes in one of FORMATS.

    Raise HandoutError if the format is unknown, or holds one scene and there are more.
    """
    if form not in FORMATS:
        raise HandoutError(f"format {form[:20]!r}: use one of {', '.join(FORMATS)}")
    chosen = FORMATS[form]
    if not scenes:
        raise HandoutError("no Picture chosen: choose at least one")
    if len(scenes) > 1 and not chosen.several:
        several = ", ".join(name for name, other in FORMATS.items() if other.several)
        raise HandoutError(
            f"a {form} file holds one Picture, but {len(scenes)} are chosen: export one file each, "
            f"or choose {several}"
        )
    options = options if chosen.themed else replace(options, theme="light")
    briefed = [
        (
            scene,
            build_brief(
                scene,
                created_at=created_at,
                theme=options.theme,
                prepared_by=options.prepared_by,
                base=options.base,
            ),
        )
        for scene in scenes
    ]
    return Handout(
        content=chosen.render(briefed, options),
        name=_name(briefed[0][1], chosen.suffix),
        media_type=chosen.media_type,
    )


def _name(brief: Brief, suffix: str) -> str:
    """Return a file name with the marking, SYNTHETIC, the Picture and the time."""
    marking = brief.marking.replace(":", "-").replace("+", "-")
    synthetic = "SYNTHETIC-" if brief.synthetic else ""
    moment = f"{brief.created_at:%Y%m%dT%H%MZ}"
    identity = f"{brief.picture_id}-r{brief.revision}" if brief.picture_id else "not-saved"
    return f"{marking}-{synthetic}{identity}-{moment}.{suffix}"


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


def _html(briefed: Briefed, options: HandoutOptions) -> bytes:
    scene, brief = briefed[0]
    return render_html(scene, brief, theme=options.theme)


FORMATS: Final[dict[str, HandoutFormat]] = {
    "html": HandoutFormat(
        title="HTML map: one file, works offline",
        suffix="html",
        media_type="text/html",
        themed=True,
        render=_html,
    ),
    "pdf": HandoutFormat(
        title="PDF: one page per Picture, to print",
        suffix="pdf",
        media_type="application/pdf",
        several=True,
        printed=True,
        render=lambda briefed, options: render_pdf(_pages(briefed), find_paper(options.paper)),
    ),
    "pptx": HandoutFormat(
        title="PPTX: one slide per Picture",
        suffix="pptx",
        media_type="application/vnd.openxmlformats-officedocument.presentationml.presentation",
        several=True,
        render=lambda briefed, _: render_deck(_pages(briefed)),
    ),
    "gpkg": HandoutFormat(
        title="GeoPackage: one table per layer",
        suffix="gpkg",
        media_type="application/geopackage+sqlite3",
        render=lambda briefed, _: render_gpkg(*briefed[0]),
    ),
    "csv": HandoutFormat(
        title="CSV: shown records, for spreadsheets",
        suffix="csv",
        media_type="text/csv",
        render=lambda briefed, _: render_csv(*briefed[0]),
    ),
}
