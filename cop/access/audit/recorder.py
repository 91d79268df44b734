"""Sign-ins, accounts and refused actions in the audit record."""

from typing import Final

from cop.access.audit.log import AuditLog
from cop.model.audit import OUTCOMES, Actor, Outcome

_OUTCOMES: Final[dict[str, Outcome]] = {one: one for one in OUTCOMES}


class AuditRecorder:
    """Takes what identity reports; what cannot be recorded does not happen."""

    def __init__(self, log: AuditLog) -> None:
        """Append to a log."""
        self._log = log

    def __call__(
        self, *, who: str, action: str, subject: str, outcome: str, origin: str, address: str
    ) -> None:
        """Record an event; AuditError if it cannot be written."""
        actor = Actor(who=who, roles=(), origin=origin, address=address)
        known = _OUTCOMES.get(outcome, "refused")
        detail = {} if known == outcome else {"why": outcome}
        words = action.replace("_", " ")
        self._log.append(actor, words, subject, outcome=known, detail=detail)
