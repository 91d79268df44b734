"""Progress on stderr for work over a few seconds: step, count, rate and time left."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from tqdm import tqdm

DELAY_S: Final = 3.0
"""Shorter work shows no progress."""
REFRESH_S: Final = 0.5


@contextmanager
def counting(total: int, unit: str) -> Iterator[Callable[[str, int], None]]:
    """Show progress toward ``total``; yield a function of a step and its additional count."""
    with tqdm(
        total=total,
        unit=f" {unit}",
        file=sys.stderr,
        leave=False,
        delay=DELAY_S,
        mininterval=REFRESH_S,
    ) as bar:

        def progress(step: str, number: int) -> None:
            bar.set_description(step, refresh=False)
            bar.update(number)

        yield progress


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
