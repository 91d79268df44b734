"""Scenes of a wall: saved Pictures in turn, missing ones named, a wall of none its own Picture."""

from dataclasses import replace
from typing import Any

import pytest

from cop.errors import PictureError, PictureMissingError
from cop.model.picture import Picture
from cop.model.wall import WallRequest
from cop.model.window import TimeWindow
from cop.ui.page.wall.scene import as_of_now, read_scenes, read_show
from tests.support.saved import PAIRS

pytestmark = pytest.mark.table

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
