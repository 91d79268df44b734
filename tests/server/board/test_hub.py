"""Tests of the board's socket on the real server: who presents, what all are told, and in order."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from cop.model.board import BOARD_SOCKET
from tests.support.board import Seat, seated
from tests.support.command import serving
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.table

HERE = {"lon": -110.123456789, "lat": 31.5, "zoom": 7.25}
WANTED = [["from", "2026-01-01"], ["records", "synthetic"]]


@pytest.fixture(scope="module")
def server_base(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("board")
    copy_warehouse(bare_warehouse, folder / "warehouse")
    with serving(folder / "warehouse", folder / "log.txt") as base:
        yield base


@pytest.fixture
def base(server_base: str) -> str:
    """A server whose board nobody presents on, whatever the test before left there."""
    with seated(server_base, "Usher") as usher:
        usher.say(take=True)
        usher.say(release=True)
        usher.hear_until(lambda s: len(s.revisions) >= 2 and presenter(s) is None)
    return server_base


def presenter(seat: Seat) -> str | None:
    held = seat.board.get("presenter")
    return held and held["name"]


def taken_and_moved(seat: Seat) -> bool:
    """Both revisions came: what the board shows may be there from before, as it stays."""
    return len(seat.revisions) == 2


def test_a_move_reaches_all_unrounded(base: str) -> None:
    with seated(base, "Chief") as chief, seated(base, "Wall", role="wall") as wall:
        chief.say(take=True)
        chief.say(
            move={"camera": HERE, "wanted": WANTED, "layers": [{"id": "events", "opacity": 1}]}
        )
        wall.hear_until(taken_and_moved)
        assert wall.board["camera"] == HERE
        assert wall.board["wanted"] == WANTED
        assert wall.board["presenter"]["name"] == "Chief"
        assert wall.board["presenter"]["id"] == chief.id
        assert "records=synthetic" in wall.tiles["events"]
        first = wall.revisions[0]
        assert wall.revisions == [first, first + 1]


def test_who_comes_later_is_told_all(base: str) -> None:
    with seated(base, "Chief") as chief:
        chief.say(take=True, move={"camera": HERE, "wanted": WANTED})
        chief.hear_until(taken_and_moved)
    with seated(base, "Late") as late:
        assert late.board["camera"] == HERE | {"bounds": None}
        assert late.board["presenter"]["name"] == "Chief"
        assert late.tiles["events"].startswith("/tiles/events/")


def test_only_the_presenter_moves_it(base: str) -> None:
    with seated(base, "Chief") as chief, seated(base, "Other") as other:
        other.say(move={"camera": HERE})
        other.hear_until(lambda s: s.refused)
        assert other.refused == ["nobody presents: take the board first"]
        chief.say(take=True)
        other.hear_until(lambda s: s.board.get("presenter"))
        other.say(move={"camera": HERE})
        other.say(release=True)
        other.hear_until(lambda s: len(s.refused) == 3)
        assert set(other.refused[1:]) == {"Chief presents: take over first"}
        other.say(take=True)
        chief.hear_until(lambda s: presenter(s) == "Other")
        chief.say(move={"camera": HERE})
        chief.hear_until(lambda s: s.refused)
        assert chief.refused == ["Other presents: take over first"]
        other.say(release=True)
        chief.hear_until(lambda s: presenter(s) is None)


def test_a_lost_connection_catches_up_on_all_it_missed(base: str) -> None:
    with seated(base, "Chief") as chief:
        chief.say(take=True)
        with seated(base, "Viewer") as viewer:
            viewer.hear_until(lambda s: s.board.get("presenter"))
            first = viewer.board["revision"]
        for n in range(30):
            chief.say(move={"camera": HERE | {"zoom": n / 10}})
        chief.hear_until(lambda s: s.board["revision"] == first + 30)
        with seated(base, "Viewer", key=viewer.key, after=first) as again:
            again.hear_until(lambda s: len(s.revisions) == 30)
            assert again.revisions == list(range(first + 1, first + 31))
            assert again.board["camera"]["zoom"] == 2.9
        with seated(base, "Viewer", after=first + 2_000) as other:
            other.hear_until(lambda s: s.board)
            assert other.board["revision"] == first + 30


def names(seat: Seat) -> list[tuple[str, str]]:
    return [(person["name"], person["role"]) for person in seat.people]


def test_all_are_told_who_is_here(base: str) -> None:
    with seated(base, "Chief") as chief:
        with seated(base, "Wall 1", role="wall"):
            chief.hear_until(lambda s: names(s) == [("Wall 1", "wall"), ("Chief", "viewer")])
            chief.say(name="Chief of staff")
            chief.hear_until(lambda s: ("Chief of staff", "viewer") in names(s))
        chief.hear_until(lambda s: names(s) == [("Chief of staff", "viewer")])
        assert all(chief.key not in json.dumps(person) for person in chief.people)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"name": "No key"}, "send key and name first"),
        ({"key": "0" * 32, "name": ""}, "name: String should have at least 1 character"),
        ({"key": "short", "name": "x"}, "key: String should match pattern"),
        ({"key": "0" * 32, "name": "x", "act": 1}, "act: Extra inputs are not permitted"),
    ],
)
def test_a_malformed_hello_is_closed_with_the_reason(base: str, words: dict, reason: str) -> None:  # type: ignore[type-arg]
    with connect(base.replace("http", "ws") + BOARD_SOCKET, origin=base) as socket:  # type: ignore[arg-type]
        socket.send(json.dumps(words))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=120)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
    assert closed.value.rcvd.reason.startswith(reason)


@pytest.mark.parametrize(
    "move",
    [
        {"camera": HERE | {"lat": 91}},
        {"camera": HERE | {"zoom": 1e308}},
        {"layers": [{"id": "events", "opacity": 2}]},
        {"frame": {"from": 2, "to": 1}},
        {"presenter": None},
    ],
    ids=["latitude", "zoom", "opacity", "frame", "presenter"],
)
def test_a_malformed_move_ends_its_connection_and_changes_nothing(base: str, move: dict) -> None:  # type: ignore[type-arg]
    with seated(base, "Chief") as chief:
        chief.say(take=True)
        chief.hear_until(presenter)
        first = chief.board["revision"]
        chief.say(move=move)
        with pytest.raises(ConnectionClosed) as closed:
            chief.hear_until(lambda _: False)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
    with seated(base, "Viewer") as viewer:
        assert viewer.board["revision"] == first


def test_an_unknown_filter_is_refused_by_name(base: str) -> None:
    with seated(base, "Chief") as chief:
        chief.say(take=True)
        chief.say(move={"wanted": [["kind", "dragon"]]})
        chief.hear_until(lambda s: s.refused)
        assert chief.refused[0].startswith("kind='dragon' is unknown")


def test_a_filter_is_kept_in_its_canonical_form(base: str) -> None:
    with seated(base, "Chief") as chief:
        chief.say(take=True)
        chief.say(move={"wanted": [["records", "synthetic"], ["from", "2026-01-01T00:00:00Z"]]})
        chief.hear_until(taken_and_moved)
        assert chief.board["wanted"] == WANTED


def test_a_foreign_page_cannot_open_the_socket(base: str) -> None:
    address = base.replace("http", "ws") + BOARD_SOCKET
    with pytest.raises(InvalidStatus), connect(address, origin="http://elsewhere.example"):  # type: ignore[arg-type]
        pass


def test_shown_two_servers_on_one_store_show_one_board(own_warehouse: Path, tmp_path: Path) -> None:
    with (
        serving(own_warehouse, tmp_path / "one.txt") as one,
        serving(own_warehouse, tmp_path / "other.txt") as other,
        seated(one, "Chief") as chief,
        seated(other, "Viewer") as viewer,
    ):
        chief.say(take=True)
        for n in range(20):
            chief.say(move={"camera": HERE | {"zoom": n / 4}})
        viewer.hear_until(lambda s: s.board["revision"] == 21)
        assert viewer.revisions == list(range(1, 22))
        assert viewer.board["camera"]["zoom"] == 4.75
        viewer.hear_until(lambda s: len(s.people) == 2)
        viewer.say(take=True)
        chief.hear_until(lambda s: presenter(s) == "Viewer")


def test_the_board_survives_a_killed_server(own_warehouse: Path, tmp_path: Path) -> None:
    with serving(own_warehouse, tmp_path / "one.txt") as base, seated(base, "Chief") as chief:
        chief.say(take=True, move={"camera": HERE})
        chief.hear_until(lambda s: s.board.get("camera"))
    with (
        serving(own_warehouse, tmp_path / "two.txt") as base,
        seated(base, "Chief", key=chief.key, after=2) as again,
    ):
        again.say(move={"camera": HERE | {"zoom": 3}})
        again.hear_until(lambda s: s.board.get("camera"))
        assert again.revisions == [3]
