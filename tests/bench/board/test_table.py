"""Tests of browsers at one board, with pages that answer as browsers do."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from cop.bench.board import table
from cop.bench.board.table import FOLLOWERS, run_table
from cop.bench.page import BenchPageError

pytestmark = pytest.mark.table

LAST_INPUT, SENT = 1_000.0, 1_010.0


class BoardPage:
    """A page at the board; what it was sent is shown ``shown`` ms after the last input."""

    def __init__(self, *, shown: float, has_map: bool = True) -> None:
        self.shown, self.revision = shown, 0
        self.url, self.pressed = "", list[str]()
        self.mouse = SimpleNamespace(move=self._act, wheel=self._act, down=self._act, up=self._act)
        box = {"x": 0.0, "y": 0.0, "width": 100.0, "height": 50.0} if has_map else None
        self.locator = lambda _css: SimpleNamespace(bounding_box=lambda: box)

    def _act(self, *_given: Any, **_named: Any) -> None:
        self.revision += 1

    def add_init_script(self, script: str) -> None:
        assert "__copInputs" in script

    def goto(self, address: str) -> None:
        self.url = address

    def get_by_role(self, _role: str, *, name: str, exact: bool) -> Any:
        assert exact
        return SimpleNamespace(click=lambda: self.pressed.append(name))

    def evaluate(self, expression: str) -> Any:
        if "trace" in expression:
            return {"shown": LAST_INPUT + self.shown, "at": SENT + 4.0, "sent": SENT}
        if "Math.max" in expression:
            return LAST_INPUT
        if expression.endswith("camera()"):
            return {"lon": -110.0, "lat": 31.5, "zoom": 6.0}
        if expression.endswith("camera().zoom"):
            return 6.0
        return self.revision if expression.endswith("revision") else True


def seat(monkeypatch: pytest.MonkeyPatch, *pages: BoardPage) -> None:
    """Let the bench's browser open these pages in turn, and never wait."""
    left = list(pages)

    @contextmanager
    def open_browser() -> Iterator[Any]:
        yield SimpleNamespace(new_page=lambda **_options: left.pop(0))

    monkeypatch.setattr(table, "open_browser", open_browser)
    monkeypatch.setattr("cop.bench.board.table.time.sleep", lambda _seconds: None)


def test_times_are_of_every_follower_and_move_but_the_first_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages = [BoardPage(shown=shown) for shown in (0.0, 50.0, 60.0, 70.0, 80.0)]
    seat(monkeypatch, *pages)
    figures = run_table("http://127.0.0.1:1", moves=3, seed=1)
    assert figures == {
        "moves": 3,
        "total": {"median_ms": 65.0, "p95_ms": 80.0},
        "server": {"median_ms": 4.0, "p95_ms": 4.0},
    }


def test_one_presents_to_a_wall_and_followers(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [BoardPage(shown=50.0) for _ in range(2 + FOLLOWERS)]
    seat(monkeypatch, *pages)
    run_table("http://127.0.0.1:1", moves=1, seed=1)
    presenter, wall, *followers = pages
    assert presenter.url == "http://127.0.0.1:1/?records=synthetic"
    assert wall.url == "http://127.0.0.1:1/Wall"
    assert {page.url for page in followers} == {"http://127.0.0.1:1"}
    assert [page.pressed for page in pages] == [["Present"], *[[]] * (1 + FOLLOWERS)]
    assert presenter.revision > 0
    assert all(page.revision == 0 for page in (wall, *followers))


def test_a_page_without_a_map_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    presenter = BoardPage(shown=0.0, has_map=False)
    seat(monkeypatch, presenter, *[BoardPage(shown=50.0) for _ in range(1 + FOLLOWERS)])
    with pytest.raises(BenchPageError, match="the page shows no map"):
        run_table("http://127.0.0.1:1", moves=1, seed=1)
