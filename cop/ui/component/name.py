"""The name that signs what a viewer does: of who is signed in, else as it is typed.

A typed name is asked for once in the rail, remembered by the browser and offered on every page. It
proves nothing: with a room key it is recorded as unverified.
"""

from typing import Any, Final
from urllib.parse import unquote

import streamlit as st

from cop.model.saved import MOST_AUTHOR, tidy_name
from cop.ui.component.asset import mount_component
from cop.ui.component.field import apply_choice, current_field, renew_field
from cop.ui.component.viewer import known_viewer
from cop.ui.map.component import ASSETS

COOKIE: Final = "cop-name"
FIELD: Final = "rail-name"
_MOUNT: Final = "cop.name"
_HTML: Final = '<div class="copname"></div>'
_KEY: Final = "cop-name"
_NAME, _TOLD = "own-name", "own-name-told"
_HELP = (
    "Stands beside what you decide, acknowledge, save, upload and present. This browser remembers "
    "it. It is not a sign-in: nobody checks it."
)


def own_name() -> str:
    """Return the name that signs what the viewer does; empty if they gave none."""
    return _sign(_given_name())


def take_name(name: str) -> None:
    """Take the name that the viewer typed, here and in the browser; an empty one is forgotten."""
    st.session_state[_NAME] = tidy_name(name)
    st.session_state[_TOLD] = st.session_state.get(_TOLD, 0) + 1


def ask_name(label: str, *, key: str, **options: Any) -> str:
    """Draw a field that holds the viewer's name, and return it."""
    viewer = known_viewer()
    if viewer is not None and viewer.verified:
        return own_name()
    field = renew_field(key, _given_name())
    st.text_input(
        label,
        _given_name(),
        max_chars=MOST_AUTHOR,
        key=field,
        on_change=apply_choice,
        args=(key, field, take_name),
        **options,
    )
    return own_name()


def typed_name(key: str) -> str:
    """Return the name that stands in a field, also before it is drawn in this run."""
    return _sign(tidy_name(st.session_state.get(current_field(key), _given_name())))


def render_name() -> None:
    """Draw in the rail who the viewer is, and let the browser remember it."""
    with st.sidebar:
        ask_name("Who are you?", key=FIELD, placeholder="Your name", help=_HELP)
        mount = mount_component(
            _MOUNT, assets=ASSETS, html=_HTML, css="name.css", js="name.js", isolated=False
        )
        mount(
            key=_KEY,
            data={"name": _own_or_given(), "told": st.session_state.get(_TOLD, 0)},
            on_given_change=_take_given,
        )


def _given_name() -> str:
    """Return the name as given in this session or remembered by the browser, or empty."""
    given: str | None = st.session_state.get(_NAME)
    return tidy_name(unquote(st.context.cookies.get(COOKIE, ""))) if given is None else given


def _own_or_given() -> str:
    """Return the name that the browser shows: it does not learn how it is recorded."""
    viewer = known_viewer()
    return own_name() if viewer is not None and viewer.verified else _given_name()


def _sign(given: str) -> str:
    viewer = known_viewer()
    return given if viewer is None else viewer.sign(given)


def _take_given() -> None:
    """Take a name that the browser knows: of an earlier visit, the board, or another tab."""
    given = (st.session_state.get(_KEY) or {}).get("given")
    if isinstance(given, str):
        take_name(given)
