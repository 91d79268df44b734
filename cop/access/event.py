"""What identity reports to an audit record: sign-ins, changes of accounts, refused actions."""

from typing import Protocol


class AccessRecorder(Protocol):
    """Takes one event; it raises a CopError where what happened must not go unrecorded."""

    def __call__(
        self, *, who: str, action: str, subject: str, outcome: str, origin: str, address: str
    ) -> None:
        """Record who did what on what, the outcome, how they are known, and from where."""


def record_nothing(
    *, who: str, action: str, subject: str, outcome: str, origin: str, address: str
) -> None:
    """Drop an event: for a program without an audit record."""
