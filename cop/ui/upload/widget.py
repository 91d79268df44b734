"""Widgets that keep what was chosen for a file while another file of the page is looked at."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import streamlit as st

from cop.errors import CopError
from cop.ui.save import as_text
from cop.ui.upload.work import Incoming

T = TypeVar("T")
_STEPS = 20


def select(
    incoming: Incoming,
    part: str,
    label: str,
    options: Sequence[T],
    default: T | None = None,
    *,
    say: Callable[[T], str] = str,
    help: str | None = None,
    free: bool = False,
) -> T | None:
    """Ask for one of several; where ``free``, or for a text that was typed instead."""
    start = incoming.kept.get(part, default)
    key = _begin(incoming, part, start if free or start in options else None)
    value = st.selectbox(
        label, options, key=key, format_func=say, help=help, placeholder="Choose", index=None,
        accept_new_options=free,
    )  # fmt: skip
    incoming.kept[part] = value
    return cast("T | None", value)


def many(
    incoming: Incoming, part: str, label: str, options: Sequence[str], default: Sequence[str],
    *, most: int | None = None, help: str | None = None,
) -> list[str]:  # fmt: skip
    """Ask for any number of several."""
    start = [name for name in incoming.kept.get(part, default) if name in options]
    key = _begin(incoming, part, start)
    value = st.multiselect(label, options, key=key, max_selections=most, help=help)
    incoming.kept[part] = value
    return value


def text(
    incoming: Incoming, part: str, label: str, default: str = "", *,
    most: int = 100, placeholder: str = "", help: str | None = None,
) -> str:  # fmt: skip
    """Ask for a line of text; it comes without spaces around it."""
    key = _begin(incoming, part, incoming.kept.get(part, default))
    value = st.text_input(label, key=key, max_chars=most, placeholder=placeholder, help=help)
    incoming.kept[part] = value
    return value.strip()


def switch(incoming: Incoming, part: str, label: str, *, help: str | None = None) -> bool:
    """Ask for yes or no."""
    key = _begin(incoming, part, incoming.kept.get(part, False))
    value = st.toggle(label, key=key, help=help)
    incoming.kept[part] = value
    return value


def slide(
    incoming: Incoming, part: str, label: str, *, least: float, most: float, default: float
) -> float:
    """Ask for a number between two others, 20 steps apart."""
    key = _begin(incoming, part, incoming.kept.get(part, default))
    value = st.slider(label, least, most, step=(most - least) / _STEPS, key=key)
    incoming.kept[part] = value
    return value


def figure(
    incoming: Incoming, part: str, label: str, default: float | None, *, help: str | None = None
) -> float | None:
    """Ask for a number, or for none."""
    key = _begin(incoming, part, incoming.kept.get(part, default))
    value = st.number_input(label, value=None, key=key, help=help, format="%g", placeholder="none")
    incoming.kept[part] = value
    return value


def paint(incoming: Incoming, part: str, label: str, default: str) -> str:
    """Ask for a colour."""
    key = _begin(incoming, part, incoming.kept.get(part, default))
    value = st.color_picker(label, key=key)
    incoming.kept[part] = value
    return value


def put(incoming: Incoming, part: str, value: Any) -> None:
    """Answer for the analyst who chose a fix."""
    incoming.kept[part] = st.session_state[incoming.named(part)] = value


@contextmanager
def acting() -> Iterator[None]:
    """Show a fault of ours beside the button that was pressed, and draw the rest of the page."""
    try:
        yield
    except CopError as fault:
        st.error(as_text(str(fault)), icon=":material/error:")


def _begin(incoming: Incoming, part: str, value: Any) -> str:
    key = incoming.named(part)
    st.session_state.setdefault(key, value)
    return key
