"""Playing the timeline: the map follows frame by frame, the page's script does not run."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import parse_qs, urlparse

import pytest

from cop.model.moment import format_moment, utc_now
from tests.browser.conftest import Visit, wait

pytestmark = [pytest.mark.table, pytest.mark.browser]

Begin = Callable[..., Visit]
DAYS, FRAMES = 5, 40
HOURS = DAYS * 24 // FRAMES


def windows(urls: list[str], layer: str) -> set[tuple[str, str]]:
    """From and to of the tiles asked of a layer."""
    queries = [parse_qs(urlparse(u).query) for u in urls if f"/tiles/{layer}/" in u]
    return {(query["from"][0], query["to"][0]) for query in queries}


def moment(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None)


def press(visit: Visit, label: str) -> None:
    visit.page.get_by_role("button", name=label, exact=True).click()


def test_shown_playing_changes_tiles_and_runs_no_script(server: str, visit: Begin) -> None:
    end = utc_now().replace(hour=0, minute=0, second=0)
    start = end - timedelta(days=DAYS)
    window = f"from={format_moment(start)}&to={format_moment(end)}"
    seen = visit().open(f"{server}/?records=synthetic&{window}&layers=background*1,events*1")
    wait(lambda: "map=" in seen.address(), "the page to hear where its map looks")
    seen.rest()
    asked, ran = len(seen.tiles), seen.runs()
    assert ran, "the run that made the page"
    press(seen, "Play the window")
    seen.page.get_by_label("Speed").select_option("4")
    wait(lambda: seen.ask("__copTimeline.frame()?.to") >= at(start, 4), "the fourth frame")
    press(seen, "Pause")
    held = seen.ask("__copTimeline.frame()")
    seen.settle()
    assert seen.runs() == ran, "the server's script has run"
    steps = [start + timedelta(hours=HOURS * i) for i in range(FRAMES + 1)]
    played = windows(seen.tiles[asked:], "events")
    frames = {(written(a), written(b)) for a, b in pairwise(steps)}
    assert played <= frames
    assert len(played) >= 4
    shown = moment(held["from"]), moment(held["to"])
    assert shown[1] - shown[0] == timedelta(hours=HOURS)
    said = seen.page.locator(".copmap .played").inner_text()
    assert said == f"{shown[0]:%d%H%M}Z {shown[0]:%b %y} \N{EN DASH} ".upper() + (
        f"{shown[1]:%d%H%M}Z {shown[1]:%b %y}".upper()
    )
    assert "figures for the whole window" in seen.page.locator(".coptime .clock").inner_text()
    press(seen, "Step forward")
    wait(lambda: seen.ask("__copTimeline.frame().to") == held["to"] + HOURS * 3_600_000, "a step")
    seen.page.get_by_label("Shown").select_option("0")
    wait(lambda: seen.ask("__copTimeline.frame().from") == at(start, 0), "all from the start")
    seen.settle()
    assert (written(start), written(shown[1] + timedelta(hours=HOURS))) in windows(
        seen.tiles[asked:], "events"
    )
    assert seen.runs() == ran
    press(seen, "Use this frame as the window")
    wait(lambda: f"from={format_moment(start)}" in seen.address(), "the window in the address")
    wait(lambda: "to=" + written(shown[1] + timedelta(hours=HOURS)).replace(":", "%3A")
         in seen.address(), "its end")  # fmt: skip
    wait(seen.page.locator(".copmap .played").is_hidden, "the frame's words to go")
    assert seen.faults == []


def at(start: datetime, frames: int) -> float:
    """Milliseconds of so many frames after the start."""
    return (start.replace(tzinfo=UTC) + timedelta(hours=HOURS * frames)).timestamp() * 1000


def written(when: datetime) -> str:
    return when.isoformat(timespec="seconds") + "Z"
