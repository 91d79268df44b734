"""The annotations that belong to what a service shows."""

from cop.model.annotation import Annotation
from cop.query.service import QueryService


def read_annotations(service: QueryService) -> tuple[Annotation, ...]:
    """Give what is drawn on the map now, or was at the moment that the service is held to."""
    return service.warehouse.room.annotations.list(service.snapshot.known_at)
