"""The parts of a running program: built once by cop.app, and only passed on."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from cop.access.access import Access
from cop.access.audit.log import AuditLog
from cop.access.audit.view import ViewRecorder
from cop.access.page_owner import PageOwners
from cop.access.viewer import Viewer
from cop.exchange.partner_release import PartnerReleases
from cop.ingest.layer.shelf import DraftShelf
from cop.model.display import Display, WheelMode
from cop.model.moment import utc_now
from cop.model.paper import PaperName
from cop.model.release import Release
from cop.query.page_watch import PageWatches
from cop.query.refresher import Refresher
from cop.query.service import QueryService
from cop.query.serving_builder import ServingBuilder
from cop.query.verifier import Verifier
from cop.query.work_queue import WorkQueue
from cop.settings import UploadSettings
from cop.store.room.room import Room


@dataclass(frozen=True, kw_only=True)
class AppContext:
    """What routes and pages work with; ``now`` is the clock, naive UTC.

    ``drafts`` are the private ones of the sessions that are open, ``page_owners`` has whose each
    page is, ``page_watches`` what each looks for. ``viewer`` is who a page or a request is answered
    for, None where the program itself works; what is done through pages and routes goes to the
    ``audit`` log, what is seen of restricted layers and sources by ``views``.
    """

    service: QueryService
    access: Access
    viewer: Viewer | None = None
    refresher: Refresher
    verifier: Verifier
    serving: ServingBuilder
    uploads: UploadSettings
    audit: AuditLog
    views: ViewRecorder
    display: Display
    work: WorkQueue = field(default_factory=WorkQueue)
    paper: PaperName = "letter"
    wheel: WheelMode = "focus"
    now: Callable[[], datetime] = utc_now
    drafts: DraftShelf = field(default_factory=DraftShelf)
    page_owners: PageOwners = field(default_factory=PageOwners)
    page_watches: PageWatches = field(default_factory=PageWatches)

    def answering(self, viewer: Viewer) -> Self:
        """Return the context of a viewer: its service has what is released to them.

        Drafts of others are for curators, who may publish them.
        """
        service = self.service.released_to(self._release(viewer))
        if not self.access.policy.may(viewer, "publish"):
            # The name of a partner is what its card says: it may be that of a person here.
            own_name = None if viewer.partner else viewer.sign(viewer.name)
            service = service.for_author(lambda layer: layer.owner == own_name)
        return replace(self, viewer=viewer, service=service)

    def _release(self, viewer: Viewer) -> Release | None:
        """Return what a viewer may read; of a partner, what its rules give now."""
        if not viewer.partner:
            return self.access.policy.release(viewer)
        return self.partner_releases.for_partner(viewer.partner, highest=viewer.highest)

    @property
    def partner_releases(self) -> PartnerReleases:
        """What partners are given, and what files that are made for an agency may have."""
        warehouse = self.service.warehouse
        return PartnerReleases(warehouse.room, warehouse.settings, self.access.policy, now=self.now)

    @property
    def room(self) -> Room:
        """The small records beside the warehouse."""
        return self.service.room
