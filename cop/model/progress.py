"""How a load reports its progress."""

from collections.abc import Callable
from typing import Self

StepProgress = Callable[[str, int, int | None], None]
"""Is called with a step, how many more of its rows are done, and about how many it has if known."""


def ignore_progress(_step: str, _rows: int, _total: int | None) -> None:
    """Pass over the progress of a load."""


class WaitingShare(float):
    """The share of work that has not begun, as so many others run before it."""

    running: int

    def __new__(cls, running: int) -> Self:
        """Return a share of 0 that waits for ``running`` others."""
        share = super().__new__(cls, 0.0)
        share.running = running
        return share

    @property
    def words(self) -> str:
        """What is waited for."""
        files = "1 other file is" if self.running == 1 else f"{self.running} other files are"
        return f"waiting, {files} being read"
