"""The annotations that belong to what a view shows."""

from datetime import datetime

from cop.model.annotation import Annotation
from cop.query.service import QueryService
from cop.query.view import View


def read_annotations(service: QueryService, view: View) -> tuple[Annotation, ...]:
    """Return what is drawn on the map now, or was at the moment that the view is known at."""
    return list_annotations(service, view.snapshot.known_at)


def list_annotations(service: QueryService, at: datetime | None) -> tuple[Annotation, ...]:
    """Return what is drawn on the map now, or was at a moment; none while it cannot be read."""
    return service.room.attempt("annotations", lambda room: room.annotations.list(at), ())
