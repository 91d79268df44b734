"""A headless Chromium for the pages, the map's own hooks, and a server for every region."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PageError
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from cop.ingest.demo.publish import publish_demo
from cop.ingest.geography import read_region, region_names
from cop.model.moment import utc_now
from cop.model.region import Region
from cop.settings import DEFAULT_REGION, StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import merge_events
from cop.store.dataset.source import register_source
from tests.support.command import serving
from tests.support.record import make_frame
from tests.support.store import make_source
from tests.support.wall import HD, LIBRARY
from tests.support.warehouse import copy_warehouse

PATIENCE_SECONDS = 180
DEMO_EVENTS = 20_000
OLD_DAYS = 400
LOCAL = {"127.0.0.1", "localhost"}
# Streamlit fetches the code of an element when it is first drawn, and holds its place until then.
_ENDED = """document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
  && !document.querySelector('[data-testid=stSkeleton]')"""
_BEGUN = "!!document.querySelector('.cop-strip')"
_ANSWERS = """[...document.querySelectorAll('[data-testid=stMain] :is(input, textarea)')]
  .map((box) => `${box.getAttribute('aria-label')}: ${box.value}`)"""
_OPENED: "list[Visit]" = []


class Visit:
    """One browser page on the program: what it asked for, what it showed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.away: list[str] = []
        self.faults: list[str] = []
        self.frames: list[bytes] = []
        self.tiles: list[str] = []
        self.answered = 0
        page.on("request", self._asked)
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("websocket", lambda socket: socket.on("framereceived", self._framed))
        page.on("response", self._answered)
        _OPENED.append(self)
        page.on("close", lambda: _OPENED.remove(self))

    def open(self, address: str) -> "Visit":
        """Go to an address and wait until every tile is painted and the script has ended."""
        self.page.goto(address)
        return self.rest()

    def rest(self) -> "Visit":
        """Wait until every tile is painted and the script has ended."""
        self.settle()
        self.rest_of_script()
        return self

    def rest_of_script(self) -> None:
        """Wait until the page's script has ended."""
        wait(lambda: self.ask(_ENDED), "the page's script to end")

    def look(self, address: str) -> "Visit":
        """Go to a page without a map and wait until its script has ended."""
        self.page.goto(address)
        wait(lambda: self.ask(f"{_BEGUN} && {_ENDED}"), "the page's script to end")
        return self

    def turn_to(self, title: str) -> "Visit":
        """Go to another page by its link in the rail and wait until its script has ended."""
        link = self.page.locator("[data-testid=stSidebarNavLink]")
        link.filter(has_text=re.compile(f"^{re.escape(title)}$")).click()
        heading = self.page.locator("h1")
        wait(lambda: heading.all_inner_texts() == [title], f"the page {title}")
        self.rest_of_script()
        return self

    def settle(self) -> None:
        """Wait until the map has painted all that it asked for."""
        wait(lambda: self.ask("!!(window.__copMap && __copMap.settled())"), "the map to settle")

    def words(self) -> str:
        """Where the page is, what its map and board know and what it says, for a wait in vain."""
        known = "(({state, camera, board, values}) => [state(), camera(), board(), values()])"
        said = [
            self.address(),
            self.ask(f"window.__copMap && {known}(__copMap)"),
            self.faults,
            " ".join(self.page.inner_text("body").split()),
            self.ask(_ANSWERS),
            f"at rest: {self.ask(_ENDED)}, {self.runs()} runs",
        ]
        return "\n".join(str(one) for one in said)

    def ask(self, expression: str) -> Any:
        """Evaluate an expression in the page."""
        return self.page.evaluate(expression)

    def drop(self, file: Path) -> None:
        """Drop a file on the page Upload."""
        self.page.locator("input[type=file]").set_input_files(file)

    def runs(self) -> int:
        """How often the server has begun a page's whole script; a look for newer data is none."""
        # What begins with a brace is the board's.
        heard = [ForwardMsg.FromString(f) for f in self.frames if not f.startswith(b"{")]
        begun = [said for said in heard if said.HasField("new_session")]
        return sum(not said.metadata.run.fragment_ids for said in begun)

    def drawn(self) -> int:
        """How often the server has sent something to draw: each run of a script or a part does."""
        return sum(not frame.startswith(b"{") for frame in self.frames)

    def camera(self) -> dict[str, float]:
        """What the map component says of its camera."""
        return dict(self.ask("__copMap.camera()"))

    def address(self) -> str:
        """The page's address now; ``page.url`` is only told while Playwright is asked something."""
        return str(self.ask("location.href"))

    def _asked(self, request: Any) -> None:
        parts = urlparse(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in LOCAL:
            self.away.append(request.url)
        if parts.path.startswith("/tiles/"):
            self.tiles.append(request.url)

    def _framed(self, payload: str | bytes) -> None:
        self.frames.append(payload if isinstance(payload, bytes) else payload.encode())

    def _answered(self, response: Any) -> None:
        self.answered += int(response.headers.get("content-length", 0))


def wait(holds: Callable[[], Any], what: str) -> None:
    """Wait until something holds; evaluate is polled, as the policy forbids wait_for_function.

    A page that is being loaded anew, as one does that lost its server, has not answered yet.
    Where that was in vain, it is told what every page of the test shows.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            if holds():
                return
        except PageError as fault:
            if "Execution context was destroyed" not in str(fault):
                raise
        time.sleep(0.2)
    shown = "\n\n".join(seen.words() for seen in _OPENED)
    raise AssertionError(f"waited {PATIENCE_SECONDS} s for {what}\n{shown}")


@dataclass(frozen=True)
class Served:
    """A region and the address of the server that shows it."""

    region: Region
    base: str


@pytest.fixture(scope="session", params=sorted(region_names(), key=lambda n: n != DEFAULT_REGION))
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """Every declared region in turn, with demo records; the default one has real ones too."""
    region = read_region(request.param)
    if region.name == DEFAULT_REGION:
        yield Served(region, request.getfixturevalue("server"))
        return
    folder = tmp_path_factory.mktemp(region.name)
    publish_demo(
        StoreSettings(data=folder / "warehouse", region=region.name),
        events=DEMO_EVENTS,
        days=365,
        seed=1,
        end=utc_now(),
        progress=lambda _step, _rows: None,
    )
    with serving(folder / "warehouse", folder / "log.txt") as base:
        yield Served(region, base)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a page of its own browser context; ``dark`` and ``size`` are the viewer's."""
    contexts = []

    def begin(*, dark: bool = True, size: tuple[int, int] = (1366, 768)) -> Visit:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        return Visit(context.new_page())

    yield begin
    for context in contexts:
        context.close()


@pytest.fixture
def wall(visit: Callable[..., Visit]) -> Callable[..., Visit]:
    """Open the wall at an address; ``later_ms`` is how far the browser's clock runs ahead."""

    def begin(address: str, *, size: tuple[int, int] = HD, later_ms: int = 0) -> Visit:
        seen = visit(size=size)
        late = f"const now = Date.now; Date.now = () => now() + {later_ms};" if later_ms else ""
        seen.page.add_init_script(LIBRARY + late)
        return seen.open(address)

    return begin


@pytest.fixture(scope="session")
def stale(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over real events of a month, a year ago, of a source that reports every day."""
    folder = tmp_path_factory.mktemp("stale")
    data = copy_warehouse(bare_warehouse, folder / "warehouse")
    end = utc_now() - timedelta(days=OLD_DAYS)
    frame = make_frame(200, occurred_at=[end - timedelta(hours=4 * i) for i in range(200)])
    with open_transaction(StoreSettings(data=data)) as transaction:
        merge_events(transaction, "test", (frame.assign(source_id=[str(i) for i in range(200)]),))
        source = make_source().model_copy(update={"cadence_days": 1.0})
        register_source(transaction, source)
        transaction.commit("old")
    with serving(data, folder / "log.txt") as base:
        yield base
