"""What identity reports to an audit record: sign-ins, changes of accounts, refused actions."""

from collections.abc import Mapping
from typing import Any, Protocol

from cop.model.audit import Actor


class AccessRecorder(Protocol):
    """Takes one event; it raises a CopError where what happened must not go unrecorded."""

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
        """Record who did what on what; return the number that an event which ends this one has.

        ``completes`` is the number of the event that began what ends here.
        """


def record_nothing(*_event: object, **_rest: object) -> int:
    """Drop an event: for a program without an audit record."""
    return 0
