"""Fields whose value others may set too: the address, the board, a field on another page.

With each press or report a browser sends what it last heard of every field. What was set since
would be overwritten by that, as if its viewer had chosen it. So a field that others have set is
renewed: it is drawn under another key, and what comes under an old one is no choice.
"""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

_RENEWED: Final = "-renewed"


def renew_field(key: str, value: object) -> str:
    """Return the key to draw a field with that shows ``value``; draw it with that as default.

    It is a new one where the field holds something else, which its viewer was not the last to set.
    """
    field = current_field(key)
    if field in st.session_state and not _same(st.session_state[field], value):
        st.session_state[key + _RENEWED] = st.session_state.get(key + _RENEWED, 0) + 1
        field = current_field(key)
    return field


def current_field(key: str) -> str:
    """Return the key that a field was drawn with last."""
    renewed = st.session_state.get(key + _RENEWED, 0)
    return f"{key}-{renewed}" if renewed else key


def apply_choice(key: str, field: str, act: Callable[[Any], None]) -> None:
    """Give ``act`` what was chosen in a field drawn with the key ``field``, if that is current.

    A field that was emptied chooses nothing.
    """
    if field == current_field(key) and st.session_state[field] is not None:
        act(st.session_state[field])


def _same(current: object, value: object) -> bool:
    """Return whether a field shows that value; several that are chosen have no order."""
    if isinstance(current, list) and isinstance(value, list):
        return sorted(current) == sorted(value)
    return current == value
