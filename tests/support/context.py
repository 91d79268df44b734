"""A context over a service of a test's own, as cop.app builds one for the server."""

from typing import Any

from cop.access.access import Access
from cop.access.audit.log import AuditLog
from cop.access.audit.view import ViewRecorder
from cop.context import AppContext
from cop.model.display import Display
from cop.query.refresher import Refresher
from cop.query.service import QueryService
from cop.query.serving_builder import ServingBuilder
from cop.query.verifier import Verifier
from cop.settings import UploadSettings


def make_context(service: QueryService, **parts: Any) -> AppContext:
    """A context whose threads are not started; ``parts`` take the place of the usual ones."""
    usual: dict[str, Any] = {
        "access": Access(service.warehouse.room),
        "refresher": Refresher(service.warehouse, every_s=60),
        "verifier": Verifier(service.warehouse, every_s=60),
        "serving": ServingBuilder(service.warehouse, every_s=60),
        "uploads": UploadSettings(),
        "audit": AuditLog(service.warehouse.settings),
        "display": Display(),
    }
    built = usual | parts
    views = ViewRecorder(built["audit"], built["access"].policy.records_view)
    return AppContext(service=service, **{"views": views} | built)
