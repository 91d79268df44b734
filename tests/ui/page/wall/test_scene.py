"""Scenes of a wall: saved Pictures in turn, missing ones named, a wall of none its own Picture."""

from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from cop.errors import PictureError, PictureMissingError
from cop.model.board import Board
from cop.model.picture import Picture
from cop.model.wall import WallRequest
from cop.model.wall_show import WallShow
from cop.model.window import TimeWindow
from cop.ui.page.wall.scene import as_of_now, heed_sent, read_scenes, read_show
from tests.support.saved import PAIRS

pytestmark = pytest.mark.table

ID = "zzzzzzzz77"
OWN = Picture.from_pairs(PAIRS)


class FakeRoom:
    """A room whose only saved Picture is ``there``; ``damaged`` cannot be read."""

    def __init__(self) -> None:
        self.pictures = self

    def get(self, name: str) -> Any:
        if name == "damaged":
            raise PictureError("no such table")
        if name != "there":
            raise PictureMissingError(name)
        return name


def room() -> Any:
    return FakeRoom()


def test_a_missing_scene_is_named_and_skipped() -> None:
    found, alerts = read_scenes(WallRequest(scenes=("gone", "there")), room())
    assert found == ["there"]
    assert alerts == ("SCENE gone NOT FOUND",)


def test_records_that_cannot_be_read_are_an_alert() -> None:
    found, alerts = read_scenes(WallRequest(scenes=("there", "damaged")), room())
    assert found == ["there"]
    assert alerts == ("CANNOT READ SCENES: no such table",)


@pytest.mark.glance
def test_what_was_sent_is_played_where_the_address_names_no_scenes_of_its_own() -> None:
    at = datetime(2026, 11, 27, 12)
    sent: Any = FakeRoom()
    sent.attempt = lambda _what, read, _otherwise: read(sent)
    sent.wall_shows = SimpleNamespace(newest=lambda: WallShow(scenes=(ID,), by="A", at=at))
    sent.journal = SimpleNamespace(board=Board)
    assert heed_sent(WallRequest(theme="day"), sent) == WallRequest(theme="day", scenes=(ID,))
    own = WallRequest(scenes=("abcdefgh23",))
    assert heed_sent(own, sent) == own
    sent.wall_shows = SimpleNamespace(newest=lambda: None)
    assert heed_sent(WallRequest(), sent) == WallRequest()


def test_without_scenes_the_wall_shows_its_own_picture() -> None:
    assert read_show(WallRequest(), OWN, room()).picture == OWN
    shown = read_show(WallRequest(scenes=("gone",)), OWN, room())
    assert (shown.picture, shown.scene) == (OWN, None)
    assert shown.alerts == ("SCENE gone NOT FOUND",)


def test_a_window_of_a_named_length_ends_now_and_one_of_dates_stays() -> None:
    assert as_of_now(OWN) == OWN
    named = replace(OWN, preset="7 d")
    assert as_of_now(named).filter.window == TimeWindow()
    assert as_of_now(named).preset == "7 d"
