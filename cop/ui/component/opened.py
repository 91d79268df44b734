"""A saved Picture that an address names: its pairs take its place, its name stays beside them."""

from dataclasses import dataclass

import streamlit as st

from cop.errors import PictureMissingError
from cop.model.saved import Revision
from cop.ui.component.address import write_picture
from cop.ui.component.context import use_context

ID_PART, REVISION_PART = "picture", "revision"
_OPENED = "picture-opened"
_MOST_DIGITS = 9


@dataclass(frozen=True, kw_only=True)
class OpenedPicture:
    """The saved Picture that this session opened or saved last.

    ``lost`` is whether its data version was deleted, so that current data are shown instead.
    """

    id: str
    name: str
    number: int
    lost: bool = False


def take_saved() -> None:
    """Where the address names a saved Picture, put that Picture's own pairs in its place.

    PictureMissingError where there is no such Picture or revision.
    """
    if ID_PART not in st.query_params:
        return
    picture_id = st.query_params[ID_PART]
    saved = use_context().room.pictures
    picture = saved.get(picture_id)
    number = read_number(picture_id, st.query_params.get(REVISION_PART))
    revision = picture.newest if number is None else saved.revision(picture_id, number)
    versions = use_context().service.warehouse.versions
    write_picture(revision.as_known(versions))
    lost = revision.is_lost(versions)
    _remember(OpenedPicture(id=picture.id, name=picture.name, number=revision.number, lost=lost))


def opened_picture() -> OpenedPicture | None:
    """Return the saved Picture that this session opened or saved last."""
    found: OpenedPicture | None = st.session_state.get(_OPENED)
    return found


def remember_saved(name: str, revision: Revision) -> None:
    """Remember what was saved just now as what is open."""
    _remember(OpenedPicture(id=revision.picture_id, name=name, number=revision.number))


def read_number(picture_id: str, text: str | None) -> int | None:
    """Read the number of a revision in an address; PictureMissingError where it is none."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise PictureMissingError(
            f"revision {text[:20]!r} of picture {picture_id[:40]!r} is not a whole number"
        )
    return int(text)


def saved_link(picture_id: str, number: int | None = None) -> str:
    """Return the address that opens a saved Picture; without a number its newest revision."""
    revision = "" if number is None else f"&{REVISION_PART}={number}"
    return f"/?{ID_PART}={picture_id}{revision}"


def _remember(opened: OpenedPicture) -> None:
    st.session_state[_OPENED] = opened
