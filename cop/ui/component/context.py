"""The program's context in a session: the script puts it there, pages and fragments use it."""

import streamlit as st

from cop.context import AppContext
from cop.errors import StoreError

CONTEXT = "context"


def hold_context(context: AppContext) -> None:
    """Let this session work with a context."""
    st.session_state[CONTEXT] = context


def has_context() -> bool:
    """Return whether this session was given a context."""
    return st.session_state.get(CONTEXT) is not None


def use_context() -> AppContext:
    """Return the context of this session; raise StoreError if it was given none."""
    found: AppContext | None = st.session_state.get(CONTEXT)
    if found is None:
        raise StoreError("no warehouse is open: start the program with `python -m cop run`")
    return found
