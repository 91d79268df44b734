"""Records that arrive switch nothing by themselves: a wall and two pages of a server."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pandas as pd
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from cop.ingest.demo.publish import publish_demo
from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.store.warehouse import Warehouse
from tests.browser.conftest import DEMO_EVENTS, Visit, wait
from tests.browser.test_board import board, join, press
from tests.support.alert import make_finding
from tests.support.command import run_cop, serving
from tests.support.http import Caller
from tests.support.record import iom_row, write_iom
from tests.support.warehouse import copy_warehouse

pytestmark = [pytest.mark.glance, pytest.mark.browser]

ROWS = 9
LINE = f"Real records were loaded: {ROWS} events, newest 09 MAY 20. Shown: SYNTHETIC."
BUTTON = "Show real records to everyone"


@pytest.fixture
def demo(bare_warehouse: Path, tmp_path: Path) -> Path:
    """A warehouse of synthetic events with an open alert."""
    folder = copy_warehouse(bare_warehouse, tmp_path / "warehouse")
    settings = StoreSettings(data=folder)
    sizes = {"events": DEMO_EVENTS, "days": 365, "seed": 1}
    now = utc_now()
    publish_demo(settings, **sizes, end=now, progress=lambda _step, _rows: None)
    began = {"started_at": now - timedelta(days=3), "alarm_from": now - timedelta(days=2)}
    finding = make_finding(records="synthetic", **began, until=now, known_at=now)
    with closing(Alerts(settings)) as alerts:
        alerts.note("1", [finding])
    return folder


@pytest.fixture
def base(demo: Path, tmp_path: Path) -> Iterator[str]:
    with serving(demo, tmp_path / "log.txt") as address:
        yield address


def words(seen: Visit) -> str:
    """What a page says, and the frame of a wall."""
    frame = seen.page.locator(".copkiosk")
    said = frame.inner_text() if frame.count() else seen.page.inner_text("body")
    return " ".join(said.split())


def shows(seen: Visit, *, synthetic: bool, events: Callable[[Visit], int], alert: bool) -> bool:
    """Whether a page is marked, counts and alerts so; ``events`` counts in the page's window."""
    said = words(seen)
    marked = seen.page.locator(".cop-synthetic, .copkiosk .synthetic").count() > 0
    counted = re.search(rf"Events {events(seen):,}(?![\d,])", said) is not None
    has_alert = re.search(r"surge\b.* in rgv", said.lower()) is not None
    return (marked, counted, has_alert) == (synthetic, True, alert)


def read_moments(demo: Path) -> pd.Series:
    """When each event of a warehouse occurred, from its files."""
    with closing(Warehouse(StoreSettings(data=demo))) as warehouse:
        files = warehouse.snapshot.catalogue.event_files
        return pd.concat(pd.read_parquet(file, columns=["occurred_at"]) for file in files)[
            "occurred_at"
        ]


def count_in_window(moments: pd.Series, seen: Visit) -> int:
    """Count in the window of a page, which ends at the last quarter of an hour.

    A page that was opened before a quarter began keeps its own, which its address has.
    """
    found = re.search(r"last 30 d to (\d{6}Z [A-Z]{3} \d\d)", words(seen))
    if found is not None:
        end = datetime.strptime(found[1], "%d%H%MZ %b %y")
    else:
        (stated,) = parse_qs(urlparse(seen.address()).query).get("to", ["1970-01-01"])
        end = datetime.fromisoformat(stated).replace(tzinfo=None)
    return int(((moments >= end - timedelta(days=30)) & (moments < end)).sum())


def drawn(seen: Visit, *, since: int) -> int:
    """How many parts of a page the server has drawn since so many frames: map and look for news."""
    # Playwright hands over what came while it is asked something.
    seen.address()
    heard = [ForwardMsg.FromString(f) for f in seen.frames[since:] if not f.startswith(b"{")]
    begun = [said.metadata.run for said in heard if said.HasField("new_session")]
    return len({tuple(run.fragment_ids) for run in begun})


def counts_real(base: str) -> bool:
    """Whether the server has seen the version with the real records."""
    caller = Caller(base)
    answer = caller.ask("/api/summary", [("by", "kind"), ("records", "real")]).json()
    caller.close()
    return bool(answer["total"] == ROWS)


def test_shown_records_that_arrive_switch_nothing_until_the_presenter_does(
    base: str, demo: Path, tmp_path: Path, visit: Callable[..., Visit]
) -> None:
    moments = read_moments(demo)
    before = {"synthetic": True, "events": partial(count_in_window, moments), "alert": True}
    wall = visit(size=(1920, 1080)).open(f"{base}/Wall?theme=night")
    picture = visit().open(base)
    for seen in (wall, picture):
        wait(lambda seen=seen: shows(seen, **before), "the synthetic events and their alert")
    rows = [iom_row(t=f"2020-05-0{day}") for day in range(1, ROWS + 1)]
    file = write_iom(tmp_path / "real.csv", rows)
    done = run_cop("ingest", "events", file, "--profile", "iom_mmp", "--data", demo)
    assert done.returncode == 0, done.stderr
    assert "still shown by default: SYNTHETIC" in done.stderr
    wait(lambda: counts_real(base), "the server to see them")
    frames = len(wall.frames)
    wait(lambda: drawn(wall, since=frames) > 1, "the wall to be drawn anew")
    assert shows(wall.rest(), **before), words(wall)
    wait(lambda: LINE in words(picture), "the offer")
    assert shows(picture.rest(), **before), words(picture)

    press(picture, "Present")
    wait(lambda: board(picture)["presenting"] and board(wall)["following"], "the board")
    follower = join(visit(), base)
    wait(lambda: "is presenting." in words(follower), "the follower's line")
    assert LINE in words(follower)
    assert follower.page.get_by_role("button", name=BUTTON).count() == 0
    assert shows(follower.rest(), **before), words(follower)
    picture.page.get_by_role("button", name=BUTTON).click()
    after = {"synthetic": False, "events": lambda _seen: ROWS, "alert": False}
    for seen in (picture, wall, follower):
        wait(lambda seen=seen: shows(seen, **after), "the real records")
        assert seen.faults == []
    assert "records=real" in picture.address()
