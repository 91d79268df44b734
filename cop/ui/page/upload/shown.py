"""A layer that was just published: switched on in the address, and the link that shows it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from html import escape
from urllib.parse import urlencode

from cop.errors import CopError
from cop.export.camera import StillCamera
from cop.model.picture import Picture, ShownLayer
from cop.model.upload import Bounds
from cop.model.uploaded import UploadedLayer
from cop.model.window import TimeWindow
from cop.ui.component.address import change_picture, read_picture

SHOW = "Show on map"
_WIDTH_PX, _HEIGHT_PX = 520, 400
"""The middle of a small screen's map, clear of its panels: what fits there fits a larger one."""
_TICK = timedelta(seconds=1)


def switch_on(layers: Sequence[UploadedLayer]) -> None:
    """Add layers to those that the address names, if it names any."""
    picture = _current()
    if picture.shown is not None:
        change_picture(shown=add_shown(picture, layers).shown)


def add_shown(picture: Picture, layers: Sequence[UploadedLayer]) -> Picture:
    """Return a Picture with layers switched on, on top; one that names none has all of them."""
    if picture.shown is None:
        return picture
    named = {one.id for one in picture.shown}
    new = [
        ShownLayer(id=la.name, opacity=la.style.opacity) for la in layers if la.name not in named
    ]
    return replace(picture, shown=(*picture.shown, *new))


def build_shown(picture: Picture, layers: Sequence[UploadedLayer], bounds: Bounds) -> Picture:
    """Return the Picture fitted to layers, in a window and area that leave none of them out."""
    shown = add_shown(picture, layers)
    camera = StillCamera.fit(bounds, width_px=_WIDTH_PX, height_px=_HEIGHT_PX)
    own = replace(shown.filter, sectors=(), counties=(), area=None)
    window = _span(layers)
    return replace(
        shown,
        filter=own if window is None else own.within(window),
        preset=shown.preset if window is None else None,
        known_at=None,
        viewpoint=camera.viewpoint,
    )


def build_show_link(
    layers: Sequence[UploadedLayer], bounds: Bounds | None, *, words: str = SHOW
) -> str:
    """Return as HTML the link that opens the Picture on layers; empty without bounds."""
    if bounds is None:
        return ""
    pairs = build_shown(_current(), layers, bounds).to_pairs()
    link = f"/?{urlencode(pairs)}"
    return f'<a href="{escape(link)}" target="_blank" rel="noopener">{escape(words)}</a>'


def join_bounds(found: Sequence[Bounds | None]) -> Bounds | None:
    """Return the bounds of all that have any."""
    known = [bounds for bounds in found if bounds is not None]
    if not known:
        return None
    west, south, east, north = zip(*known, strict=True)
    return min(west), min(south), max(east), max(north)


def _span(layers: Sequence[UploadedLayer]) -> TimeWindow | None:
    """Return the window of all dated features; None where no window leaves any out."""
    dated = [la.content for la in layers if la.is_timed]
    oldest = [one.oldest for one in dated if one.oldest is not None]
    newest = [one.newest for one in dated if one.newest is not None]
    if not oldest or not newest:
        return None
    return TimeWindow(start=min(oldest), end=max(newest) + _TICK)


def _current() -> Picture:
    """Return the Picture of the address; the default one where that is none."""
    try:
        return read_picture()
    except CopError:
        return Picture()
