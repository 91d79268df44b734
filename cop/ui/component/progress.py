"""A bar for work that takes longer than a few seconds: step, count, rate and time left."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import streamlit as st

from cop.model.progress import StepProgress, WaitingShare

DELAY_S: Final = 3.0
"""Shorter work shows its step alone."""
_MINUTE_S: Final = 60
Progress = Callable[[float, int, str], None]
"""Is called with the share done, the count of all of it (0: unknown), and the count's unit."""


def describe_progress(step: str, share: float, total: int, unit: str, elapsed_s: float) -> str:
    """Describe how far a step is; count, rate and time left after the first seconds."""
    if isinstance(share, WaitingShare):
        return f"{step}: {share.words}"
    if elapsed_s < DELAY_S or share <= 0:
        return step
    left = _describe_seconds(elapsed_s * (1 - share) / share)
    if not total:
        return f"{step}: {share:.0%}, {left} left"
    done = round(share * total)
    return f"{step}: {done:,} of {total:,} {unit}, {done / elapsed_s:,.0f} {unit}/s, {left} left"


def _describe_seconds(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < _MINUTE_S else f"{whole // _MINUTE_S} min {whole % _MINUTE_S} s"


@contextmanager
def showing_progress(step: str) -> Iterator[Progress]:
    """Show a bar; it goes when the block ends."""
    started, bar = time.monotonic(), st.progress(0.0, text=step)

    def progress(share: float, total: int, unit: str) -> None:
        words = describe_progress(step, share, total, unit, time.monotonic() - started)
        bar.progress(float(min(max(share, 0.0), 1.0)), text=words)

    try:
        yield progress
    finally:
        bar.empty()


@contextmanager
def showing_steps(title: str, unit: str = "rows") -> Iterator[StepProgress]:
    """Show a bar for each step of a load in turn; yield what a load reports its progress to."""
    step, done, started, bar = "", 0, time.monotonic(), st.progress(0.0, text=title)

    def progress(name: str, number: int, total: int | None) -> None:
        nonlocal step, done, started
        if name != step:
            step, done, started = name, 0, time.monotonic()
        done += number
        share = min(done / total, 1.0) if total else 0.0
        elapsed_s = time.monotonic() - started
        bar.progress(
            share, describe_progress(f"{title}: {name}", share, total or 0, unit, elapsed_s)
        )

    try:
        yield progress
    finally:
        bar.empty()
