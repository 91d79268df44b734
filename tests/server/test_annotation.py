"""Tests of drawing over the board's socket, and of the route that browsers read."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.board import seated
from tests.support.command import serving
from tests.support.drawing import said

pytestmark = pytest.mark.table


@pytest.fixture
def base(own_warehouse: Path, tmp_path: Path) -> Iterator[str]:
    with serving(own_warehouse, tmp_path / "log.txt") as base:
        yield base


def drawn(base: str, query: str = "") -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{base}/api/annotations{query}", timeout=120) as answer:  # noqa: S310 our own server
        return list(json.load(answer)["features"])


def test_anybody_draws_and_all_are_told(base: str) -> None:
    with seated(base, "Chief") as chief, seated(base, "Analyst") as analyst:
        chief.say(take=True)
        analyst.say(draw=said(title="<b>Falcon</b>"))
        chief.hear_until(lambda s: s.board.get("annotations") == 1)
        (feature,) = drawn(base)
        assert feature["properties"]["title"] == "<b>Falcon</b>"
        assert feature["properties"]["author"] == "Analyst"
        chief.say(draw=said(title="Eagle", replaces=feature["id"]))
        analyst.hear_until(lambda s: s.board.get("annotations") == 3)
        (changed,) = drawn(base)
        assert changed["id"] == feature["id"]
        assert (changed["properties"]["title"], changed["properties"]["revision"]) == ("Eagle", 2)
        chief.say(erase=feature["id"])
        analyst.hear_until(lambda s: s.board.get("annotations") == 4)
        assert drawn(base) == []


def test_what_cannot_be_drawn_is_said_and_the_seat_stays(base: str) -> None:
    with seated(base, "Analyst") as analyst:
        crossing = [[0, 0], [1, 1], [1, 0], [0, 1]]
        analyst.say(draw=said(coordinates=crossing))
        analyst.say(draw=said(title=""))
        analyst.say(erase="abcdefghij")
        analyst.hear_until(lambda s: len(s.refused) == 3)
        assert "crosses" in analyst.refused[0]
        assert analyst.refused[1].startswith("not drawn: title")
        assert "is no longer on the map" in analyst.refused[2]
        analyst.say(draw=said())
        analyst.hear_until(lambda s: s.board.get("annotations") == 1)


def test_the_route_takes_a_moment_and_nothing_else(base: str) -> None:
    for query in ("?sector=TCA", "?known_at=yesterday"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            drawn(base, query)
        assert refused.value.code == 400
        refused.value.close()


def test_two_servers_show_the_same_annotations(own_warehouse: Path, tmp_path: Path) -> None:
    with (
        serving(own_warehouse, tmp_path / "one.txt") as one,
        serving(own_warehouse, tmp_path / "other.txt") as other,
        seated(one, "Analyst") as analyst,
        seated(other, "Viewer") as viewer,
    ):
        analyst.say(draw=said())
        viewer.hear_until(lambda s: s.board.get("annotations") == 1)
        assert [one["properties"]["title"] for one in drawn(other)] == ["Falcon"]
