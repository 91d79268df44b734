"""How a load reports its progress."""

from collections.abc import Callable

StepProgress = Callable[[str, int, int | None], None]
"""Is called with a step, how many more of its rows are done, and about how many it has if known."""


def ignore_progress(_step: str, _rows: int, _total: int | None) -> None:
    """Pass over the progress of a load."""
