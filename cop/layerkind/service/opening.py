"""A Picture opened against a warehouse: what cannot be resolved there is left out and named.

The one place that decides it, for pages, the wall, the board and hand-outs. What a request asks for
by itself, as a tile or a summary, is refused instead (cop.query.service.QueryService.view).
"""

from dataclasses import replace
from datetime import datetime

from cop.errors import VersionError
from cop.layerkind.service.layer_list import read_layers
from cop.model.moment import format_dtg, format_moment
from cop.model.picture import Picture, ShownLayer
from cop.model.unapplied import UnappliedPart, build_lacking
from cop.query.service import QueryService
from cop.query.view import View

_TITLES = {"known_at": "as known at", "since": "changes since"}


def resolve_picture(service: QueryService, picture: Picture) -> tuple[View, Picture]:
    """Return the view of a Picture, and the Picture as far as the warehouse can resolve it.

    Both name what is not applied: moments without a version, sectors, counties, sources, layers
    and measures that are not there. StoreError where the warehouse cannot be read at all.
    """
    picture = _check_moments(service, picture)
    snapshot = service.find_snapshot(picture.filter, known_at=picture.known_at)
    kept, lacking = snapshot.sift(picture.filter)
    picture = _check_since(replace(picture, filter=kept).without(lacking), snapshot.now)
    view = View.of(snapshot, kept, since=picture.since)
    opened = _check_layers(service, view, picture)
    return replace(view, unapplied=opened.unapplied), opened


def _check_moments(service: QueryService, picture: Picture) -> Picture:
    """Leave out the moments that no version is of."""
    for name, moment in (("known_at", picture.known_at), ("since", picture.since)):
        if moment is None:
            continue
        try:
            service.snapshot_at(known_at=moment)
        except VersionError:
            why = "as no version of that moment can be read"
            picture = _without_moment(picture, name, moment, why)
    return picture


def _check_since(picture: Picture, now: datetime) -> Picture:
    """Leave out a moment that changes cannot count from: nothing is known after it."""
    if picture.since is None or picture.since <= now:
        return picture
    return _without_moment(picture, "since", picture.since, "which is not before what is known")


def _without_moment(picture: Picture, name: str, moment: datetime, why: str) -> Picture:
    stated = f"{_TITLES[name]} {format_dtg(moment)}, {why}"
    part = UnappliedPart.of(name, format_moment(moment), stated)
    left = replace(picture, known_at=None) if name == "known_at" else replace(picture, since=None)
    return left.without([part])


def _check_layers(service: QueryService, view: View, picture: Picture) -> Picture:
    """Leave out layers and measures that the view does not have; without any, as declared."""
    layers = read_layers(service, view)
    keys = {measure.key for layer in layers.values() for measure in layer.measures}
    then = view.snapshot.known_at is not None
    gone = [one for one in picture.shown or () if one.id not in layers]
    strange = [key for key in picture.measures if key not in keys]
    if not gone and not strange:
        return picture
    lacking = [
        *(build_lacking("layers", _text(e), stated=f"layer {e.id[:60]}", then=then) for e in gone),
        *(build_lacking("measure", key, then=then) for key in strange),
    ]
    left = tuple(one for one in picture.shown or () if one.id in layers)
    return replace(
        picture,
        shown=(left or None) if gone else picture.shown,
        measures=tuple(key for key in picture.measures if key in keys),
    ).without(lacking)


def _text(shown: ShownLayer) -> str:
    return f"{shown.id}*{shown.opacity:g}"
