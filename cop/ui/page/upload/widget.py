"""Widgets that remember a file's answers while another file is shown.

Each gets what it holds as its default, never through the session's state: a run that begins
before the page has heard of such a value drops it, and the page then answers that there is none.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import streamlit as st

from cop.ui.page.upload.work import Incoming

T = TypeVar("T")
_STEPS = 20


def choose(
    incoming: Incoming,
    part: str,
    label: str,
    options: Sequence[T],
    default: T | None = None,
    *,
    say: Callable[[T], str] = str,
    help: str | None = None,
    free: bool = False,
) -> T:
    """Ask for one of several, at first the default or the first; where ``free``, or for a text."""
    start = incoming.answers.get(part, default)
    offered: list[Any] = [*options, start] if free and start not in options else [*options]
    value = st.selectbox(
        label, offered, index=offered.index(start) if start in offered else 0,
        key=incoming.named(part), format_func=say, help=help, accept_new_options=free,
    )  # fmt: skip
    incoming.answers[part] = value
    return cast("T", value)


def select(
    incoming: Incoming,
    part: str,
    label: str,
    options: Sequence[T],
    default: T | None = None,
    *,
    say: Callable[[T], str] = str,
    help: str | None = None,
    none: str = "Choose",
) -> T | None:
    """Ask for one of several, or for none of them, which is the first entry."""
    return choose(
        incoming, part, label, [None, *options], default,
        say=lambda one: none if one is None else say(one), help=help,
    )  # fmt: skip


def many(
    incoming: Incoming, part: str, label: str, options: Sequence[str], default: Sequence[str],
    *, most: int | None = None, help: str | None = None,
) -> list[str]:  # fmt: skip
    """Ask for any number of several."""
    start = [name for name in incoming.answers.get(part, default) if name in options]
    value = st.multiselect(
        label, options, start, key=incoming.named(part), max_selections=most, help=help
    )
    incoming.answers[part] = value
    return value


def text(
    incoming: Incoming, part: str, label: str, default: str = "", *,
    most: int = 100, placeholder: str = "", help: str | None = None, hidden: bool = False,
) -> str:  # fmt: skip
    """Ask for a line of text; it comes without spaces around it. ``hidden`` is its label."""
    value: str = st.text_input(
        label, incoming.answers.get(part, default), key=incoming.named(part), max_chars=most,
        placeholder=placeholder, help=help,
        label_visibility="collapsed" if hidden else "visible",
    )  # fmt: skip
    incoming.answers[part] = value
    return value.strip()


def switch(incoming: Incoming, part: str, label: str, *, help: str | None = None) -> bool:
    """Ask for yes or no."""
    value = st.toggle(label, incoming.answers.get(part, False), key=incoming.named(part), help=help)
    incoming.answers[part] = value
    return value


def tick(
    incoming: Incoming, part: str, label: str, *, default: bool, disabled: bool = False
) -> bool:
    """Ask for yes or no with a box; a disabled one is empty."""
    start = incoming.answers.get(part, default) and not disabled
    key = incoming.named(f"{part}-off" if disabled else part)
    value = st.checkbox(label, start, key=key, disabled=disabled)
    if not disabled:
        incoming.answers[part] = value
    return value


def slide(
    incoming: Incoming, part: str, label: str, *, least: float, most: float, default: float
) -> float:
    """Ask for a number between two others, 20 steps apart."""
    value: float = st.slider(
        label, least, most, incoming.answers.get(part, default), step=(most - least) / _STEPS,
        key=incoming.named(part),
    )  # fmt: skip
    incoming.answers[part] = value
    return value


def figure(
    incoming: Incoming, part: str, label: str, default: float | None, *, help: str | None = None
) -> float | None:
    """Ask for a number, or for none."""
    start = incoming.answers.get(part, default)
    value = st.number_input(
        label, value=None if start is None else float(start), key=incoming.named(part), help=help,
        format="%g", placeholder="none",
    )  # fmt: skip
    incoming.answers[part] = value
    return value


def paint(incoming: Incoming, part: str, label: str, default: str) -> str:
    """Ask for a color."""
    value = st.color_picker(label, incoming.answers.get(part, default), key=incoming.named(part))
    incoming.answers[part] = value
    return value


def read_answer(incoming: Incoming, part: str, default: Any = None) -> Any:
    """Return a widget's value before it is drawn in this run."""
    return st.session_state.get(incoming.named(part), incoming.answers.get(part, default))


def put(incoming: Incoming, part: str, value: Any) -> None:
    """Answer for the analyst who chose a fix: a new widget comes in the place of the old one."""
    if read_answer(incoming, part) != value:
        incoming.renewed[part] = incoming.renewed.get(part, 0) + 1
    incoming.answers[part] = value
