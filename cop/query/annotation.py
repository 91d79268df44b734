"""The annotations that belong to what a view shows."""

from cop.model.annotation import Annotation
from cop.query.service import QueryService
from cop.query.view import View


def read_annotations(service: QueryService, view: View) -> tuple[Annotation, ...]:
    """Return what is drawn on the map now, or was at the moment that the view is known at."""
    return service.warehouse.room.annotations.list(view.snapshot.known_at)
