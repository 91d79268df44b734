"""The marking of a Picture: the highest of everything that can be on the screen with it."""

from dataclasses import replace

from cop.model.filter import Filter
from cop.model.layer import TileKind
from cop.model.marking import highest_marking
from cop.model.picture import Picture
from cop.query.alert.standing import standing_alerts
from cop.query.annotation import read_annotations
from cop.query.layer_status import page_marking
from cop.query.service import QueryService


def picture_marking(service: QueryService, picture: Picture) -> str:
    """Give the highest marking of what can be on the screen, annotations too."""
    drawn = [annotation.marking for annotation in read_annotations(service)]
    return highest_marking([own_marking(service, picture), *drawn])


def own_marking(service: QueryService, picture: Picture) -> str:
    """Give the highest marking of sources and alerts, without what people drew.

    Alerts, and the levels of a shown layer of impact, are of all sources whatever the filter says.
    """
    shows_impacts = shows_tile(service, picture, "impacts")
    wanted = unsourced(picture.wanted) if shows_impacts else picture.wanted
    alerts = [alert.finding.marking for alert in standing_alerts(service, picture)]
    return highest_marking([page_marking(service.snapshot, wanted), *alerts])


def unsourced(wanted: Filter) -> Filter:
    """Give the filter of what counts every source."""
    return replace(wanted, sources=())


def shows_tile(service: QueryService, picture: Picture, tile: TileKind) -> bool:
    """Say whether a Picture shows a layer of that kind."""
    shown = None if picture.shown is None else {layer.id for layer in picture.shown}
    return any(
        layer.tile == tile and (layer.visible if shown is None else layer.id in shown)
        for layer in service.layers.values()
    )
