"""The daily briefs of a running server: each is made once when it is due, for its agency."""

import threading
from collections.abc import Callable
from datetime import datetime

from cop.access.audit.log import AuditLog
from cop.access.policy import Policy
from cop.exchange.partner_release import PartnerReleases
from cop.export.briefing import list_contacts, make_brief
from cop.model.audit import Actor
from cop.model.daily import BriefSchedule, read_place
from cop.model.paper import PaperName
from cop.query.service import QueryService
from cop.store.leader import Leads, always_leads

_PROGRAM = Actor(who="program", name="daily brief", roles=(), origin="this server")


class BriefScheduler:
    """Makes briefs in a thread, one after another."""

    def __init__(
        self,
        service: QueryService,
        releases: PartnerReleases,
        policy: Policy,
        audit: AuditLog,
        *,
        every_s: float,
        now: Callable[[], datetime],
        paper: PaperName = "letter",
        leads: Leads = always_leads,
    ) -> None:
        """Look every ``every_s`` seconds while this server ``leads``; 0 is never."""
        self.fault: str | None = None
        self._service, self._releases, self._policy = service, releases, policy
        self._audit, self._leads = audit, leads
        self._every_s, self._now, self._paper = every_s, now, paper
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="briefs", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        if self._every_s:
            self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for the current brief to be made."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def make_due(self) -> int:
        """Make what is due; return how many briefs were made."""
        briefs, now = self._service.warehouse.room.area_briefs, self._now()
        due = [schedule for schedule in briefs.schedules() if schedule.is_due(now)]
        made = 0
        for schedule in due:
            if self._stopped.is_set() or not self._leads():
                break
            try:
                made += self._make(schedule)
            finally:
                # One that cannot be made is tried again the next day, not all day long.
                briefs.note_made(schedule.id, schedule.last_due(now))
        return made

    def _make(self, schedule: BriefSchedule) -> int:
        stated = {"place": schedule.place, "agency": schedule.made_for}
        try:
            place = read_place(schedule.place)
            with self._audit.recorded(_PROGRAM, "export", "daily brief", **stated) as act:
                release = self._releases.for_agency(schedule.made_for)
                finished = make_brief(
                    self._service.released_to(release),
                    place,
                    by="every day",
                    contacts=list_contacts(self._policy.agencies, self._policy.host, place),
                    paper=self._paper,
                )
                act.detail |= {"brief": finished.made.id, "marking": finished.made.marking}
        except Exception as fault:  # noqa: BLE001 one that cannot be made holds up no other
            self.fault = f"{schedule.place}: {fault}"
            return 0
        return 1

    def _run(self) -> None:
        while not self._stopped.wait(self._every_s):
            try:
                self.make_due()
            except Exception as fault:  # noqa: BLE001 briefs must survive any fault
                self.fault = str(fault)
