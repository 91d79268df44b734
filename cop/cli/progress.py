"""Progress on stderr for work over a few seconds: step, count, rate and time left."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from tqdm import tqdm

from cop.model.progress import StepProgress

DELAY_S: Final = 3.0
"""Shorter work shows no progress."""
REFRESH_S: Final = 0.5


@contextmanager
def counting(total: int, unit: str) -> Iterator[Callable[[str, int], None]]:
    """Show progress toward ``total``; yield a function of a step and its additional count."""
    with _open_bar(total, unit, DELAY_S) as bar:

        def progress(step: str, number: int) -> None:
            bar.set_description(step, refresh=False)
            bar.update(number)

        yield progress


@contextmanager
def stepping(title: str, unit: str) -> Iterator[StepProgress]:
    """Show a bar for each step; yield a function of a step, its additional count and its total."""
    started = time.monotonic()
    with ExitStack() as showing:
        step, bar = "", None

        def progress(name: str, number: int, total: int | None) -> None:
            nonlocal step, bar
            if bar is None or name != step:
                showing.close()
                left_s = max(0.0, DELAY_S - (time.monotonic() - started))
                step, words = name, f"{title}: {name}"
                bar = showing.enter_context(_open_bar(total, unit, left_s, words))
            bar.update(number)

        yield progress


def _open_bar(
    total: int | None, unit: str, delay_s: float, words: str | None = None
) -> "tqdm[Any]":
    return tqdm(
        desc=words,
        total=total,
        unit=f" {unit}",
        file=sys.stderr,
        leave=False,
        delay=delay_s,
        mininterval=REFRESH_S,
    )


@contextmanager
def sharing(title: str) -> Iterator[Callable[[str, float], None]]:
    """Show the share done; yield a function of a step and the share before it."""
    with tqdm(
        total=100,
        bar_format="{desc}{percentage:3.0f}%|{bar}| {elapsed}<{remaining}",
        file=sys.stderr,
        leave=False,
        delay=DELAY_S,
        mininterval=REFRESH_S,
    ) as bar:

        def progress(step: str, share: float) -> None:
            bar.set_description(f"{title}: {step}", refresh=False)
            bar.update(100 * share - bar.n)

        yield progress
