"""Buttons whose press is taken once, also where the run that heard of it was cut short.

Streamlit tells a press to one run of the page alone. Another run that begins before the button is
drawn again, as a map reports its camera, would lose it. The run that takes it goes on to its end.
"""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cop.access.policy_file import Action
from cop.ui.component.permit import permitted

_PRESSED: Final = "pressed"


def take_press(
    label: str,
    *,
    key: str,
    at: DeltaGenerator | None = None,
    action: Action | None = None,
    **options: Any,
) -> bool:
    """Draw a button; return whether it was pressed and that was not taken yet.

    It is disabled for who may not do the ``action``.
    """
    draw = st.button if at is None else at.button
    return _draw(draw, label, key, **permitted(action, **options))


def take_submit(
    label: str,
    *,
    key: str,
    at: DeltaGenerator | None = None,
    action: Action | None = None,
    **options: Any,
) -> bool:
    """Draw the button of a form; return whether it was pressed and that was not taken yet.

    It is disabled for who may not do the ``action``.
    """
    draw = st.form_submit_button if at is None else at.form_submit_button
    return _draw(draw, label, key, **permitted(action, **options))


def forget_press() -> None:
    """Forget a press that a run of the page to its end has not taken: its button is gone."""
    st.session_state.pop(_PRESSED, None)


def _draw(
    draw: Callable[..., bool], label: str, key: str, *, disabled: bool, **options: Any
) -> bool:
    draw(label, key=key, disabled=disabled, on_click=_hear, args=(key,), **options)
    return not disabled and _take(key)


def _hear(key: str) -> None:
    st.session_state[_PRESSED] = key


def _take(key: str) -> bool:
    if st.session_state.get(_PRESSED) != key:
        return False
    _run_to_end()
    forget_press()
    return True


def _run_to_end() -> None:
    """Let no other run begin before this one has ended; the server's own requests can do that."""
    running = get_script_run_ctx()
    run_to_end = getattr(running and running.script_requests, "run_to_end", None)
    if run_to_end is not None:
        run_to_end()
