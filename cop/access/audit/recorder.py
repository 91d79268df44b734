"""Sign-ins, accounts and refused actions in the audit record."""

from collections.abc import Mapping
from typing import Any, Final

from cop.access.audit.log import AuditLog
from cop.model.audit import OUTCOMES, Actor, Outcome

_OUTCOMES: Final[dict[str, Outcome]] = {one: one for one in OUTCOMES}


class AuditRecorder:
    """Takes what identity reports; what cannot be recorded does not happen."""

    def __init__(self, log: AuditLog) -> None:
        """Append to a log."""
        self._log = log

    def __call__(
        self,
        actor: Actor,
        action: str,
        subject: str,
        *,
        outcome: str = "done",
        detail: Mapping[str, Any] | None = None,
        completes: int | None = None,
    ) -> int:
        """Record an event, and return its number; AuditError if it cannot be written."""
        known = _OUTCOMES.get(outcome, "refused")
        why = {} if known == outcome else {"why": outcome}
        entry = self._log.append(
            actor, action.replace("_", " "), subject,
            outcome=known, detail={**(detail or {}), **why}, completes=completes,
        )  # fmt: skip
        return entry.seq
