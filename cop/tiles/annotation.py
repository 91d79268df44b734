"""The annotations that belong to what a service shows."""

from cop.model.annotation import Annotation
from cop.store.annotation import open_annotations
from cop.tiles.picture import PictureService


def read_annotations(service: PictureService) -> tuple[Annotation, ...]:
    """Give what is drawn on the map now, or was at the moment that the service is held to."""
    return open_annotations(service.warehouse.settings).list(service.edition.known_at)
