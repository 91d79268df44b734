"""Sending saved Pictures to the walls, and taking them back."""

from collections.abc import Sequence

import streamlit as st

from cop.errors import BoardError
from cop.model.moment import format_dtg
from cop.model.saved import SavedPicture
from cop.model.wall import LEAST_SECONDS, MOST_SCENES, MOST_SECONDS, USUAL_SECONDS
from cop.model.wall_show import WallShow, settle_show
from cop.ui.component.context import use_context
from cop.ui.component.permit import may
from cop.ui.component.press import take_press
from cop.ui.component.record import recording
from cop.ui.page.fault import acting
from cop.ui.page.save import as_text, ask_author, typed_author

_BY = "send-by"


def render_on_walls(pictures: Sequence[SavedPicture]) -> None:
    """Draw what the walls were sent, and the choice of a list of scenes for them."""
    room = use_context().room
    names = {picture.id: picture.name for picture in pictures}
    with st.container(border=True):
        words, way = st.columns([5, 1], vertical_alignment="center")
        show = settle_show(room.wall_shows.newest(), room.journal.board())
        words.markdown(f"**On the walls:** {describe_show(show, names)}")
        if not may("present"):
            return
        if show is not None and take_press(
            "Take back", key="send-back", action="present", at=way, width="stretch"
        ):
            send_to_walls(())
        scenes, seconds, by, send = st.columns([5, 1, 2, 1], vertical_alignment="bottom")
        chosen = scenes.multiselect(
            "Scenes for the walls",
            list(names),
            format_func=lambda scene: names[scene],
            max_selections=MOST_SCENES,
            placeholder="Choose saved Pictures in their order",
            key="send-scenes",
        )
        each = seconds.number_input(
            "Seconds each", LEAST_SECONDS, MOST_SECONDS, USUAL_SECONDS, key="send-seconds"
        )
        with by:
            ask_author(_BY)
        if take_press(
            "Send", key="send-list", action="present", at=send, disabled=not chosen, width="stretch"
        ):
            send_to_walls(tuple(chosen), seconds=int(each))


def describe_show(show: WallShow | None, names: dict[str, str]) -> str:
    """Return as Markdown what the walls play, with who sent it."""
    if show is None:
        return "their own picture, or the board while somebody presents."
    listed = ", ".join(as_text(names.get(scene, scene)) for scene in show.scenes)
    turns = f", {show.seconds} s each" if len(show.scenes) > 1 else ""
    sent = f"sent {format_dtg(show.at)} by {as_text(show.by)}"
    return f"{listed}{turns}; {sent}. Walls follow within 30 seconds."


def send_to_walls(scenes: tuple[str, ...], *, seconds: int = USUAL_SECONDS) -> None:
    """Send scenes, or take them back; a fault is shown beside what was pressed."""
    room = use_context().room
    by = typed_author(_BY)
    with acting():
        with recording("send" if scenes else "take back", "walls", by=by, pictures=scenes):
            presenter = room.journal.board().presenter
            if presenter is not None and presenter.name != by:
                raise BoardError(
                    f"{presenter.name} is presenting: only the presenter sends to the walls"
                )
            room.wall_shows.send(scenes, by=by, seconds=seconds)
        st.rerun()
