"""The wall as a room meets it: read from the farthest seat, honest when stale, alone, in scenes."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cop.model.display import Display
from cop.model.picture import Picture
from cop.settings import StoreSettings
from cop.store.room.picture import SavedPictures
from cop.ui.component.asset import find_address
from cop.ui.page.wall import kiosk
from tests.browser.conftest import Visit, wait
from tests.support.command import CHECKOUT, free_port, kill, serving
from tests.support.saved import make_draft
from tests.support.wall import HD, UHD, has_least_sizes, stays_inside, text_of
from tests.support.warehouse import copy_warehouse

pytestmark = [pytest.mark.table, pytest.mark.browser]

Begin = Callable[..., Visit]
SYNTHETIC = "/Wall?records=synthetic&theme=night"
PAGER = f"{find_address(kiosk.NAME, kiosk.ASSETS)}pager.js"
MOST_BYTES = {HD: 300_000, UHD: 450_000}
DAY_MS = 86_400_000


@pytest.mark.parametrize("size", [HD, UHD], ids=["1080p", "4K"])
def test_shown_type_sizes_follow_from_the_display_and_the_seat(
    server: str, wall: Begin, size: tuple[int, int]
) -> None:
    seen = wall(server + SYNTHETIC, size=size)
    has_least_sizes(seen, 44 * size[1] / 1080)
    stays_inside(seen, size)
    banner = text_of(seen, ".banner")
    assert "TLP:" in banner
    assert "SYNTHETIC" in banner
    assert "Southwest border" in banner
    assert seen.ask("wall.all('header button, header a, [data-testid=stHeader]')"
                    ".filter(n => n.checkVisibility()).length") == 0  # fmt: skip
    assert seen.faults == []


def test_shown_other_settings_give_other_sizes_and_pages_that_turn(
    warehouse_dir: Path, tmp_path: Path, wall: Begin
) -> None:
    settings = {"COP_WALL_INCHES": "43", "COP_WALL_METRES": "7"}
    with serving(warehouse_dir, tmp_path / "log.txt", environment=settings) as base:
        seen = wall(base + SYNTHETIC)
        has_least_sizes(seen, Display(inches=43, meters=7).text_px(*HD))
        stays_inside(seen, HD)
        pages = seen.ask("wall.all('.fold').map(n => [n.className, Number(n.dataset.pages)])")
        assert dict(pages)["fold figures"] > 1
        assert dict(pages)["fold legend-pages"] > 3
        shown = seen.ask(
            f"""import({PAGER!r}).then(({{turn}}) => {{
              const seen = new Set();
              const cards = wall.all('.legend-pages .title, .figure, .keys li, .legend-pages .age');
              for (let page = 0; page < 60; page++) {{
                for (const root of wall.roots()) turn(root, page * 8000);
                for (const card of cards) {{
                  const box = card.getBoundingClientRect();
                  const fold = card.closest('.fold-body').getBoundingClientRect();
                  const inside = box.left >= fold.left - 2 && box.right <= fold.right + 2
                    && box.top >= fold.top - 2 && box.bottom <= fold.bottom + 2;
                  if (inside) seen.add(card);
                }}
              }}
              return cards.filter(card => !seen.has(card)).map(card => card.textContent);
            }})"""
        )
        assert shown == []


@pytest.mark.parametrize(
    ("days", "level"), [(0, 0), (2, 1), (3, 2)], ids=["fresh", "grey", "hatched"]
)
def test_shown_stale_layers_turn_grey_then_hatched_with_their_age(
    server: str, wall: Begin, days: int, level: int
) -> None:
    seen = wall(server + SYNTHETIC, later_ms=days * DAY_MS)
    levels = dict(
        seen.ask("wall.all('.legend-pages .layer').map(n => [n.dataset.layer, n.dataset.stale])")
    )
    assert {levels[name] for name in ("segments", "events", "risk", "coverage")} == {str(level)}
    ages = text_of(seen, ".legend-pages .age")
    assert (f"{days} d " in ages) == bool(days)
    assert ("STALE" in text_of(seen, ".legend-pages .chips")) == bool(level)
    shown = seen.ask("__copMap.layers().filter(l => l.visible).map(l => l.id)")
    assert {"segments", "events"} <= set(shown)
    assert coloured(seen) > 1_000 if level == 0 else coloured(seen) < 200


def coloured(seen: Visit) -> int:
    """How many pixels of the map's right half are of strong color, names and panel left out."""
    seen.ask("wall.all('.copmap > :not(.stage), .copkiosk').forEach(n => n.remove())")
    shot = Image.open(io.BytesIO(seen.page.screenshot())).convert("HSV")
    hsv = np.asarray(shot)[400:1000, 700:]
    return int(((hsv[..., 1] > 140) & (hsv[..., 2] > 110)).sum())


def test_ages_tick_without_the_server(server: str, wall: Begin) -> None:
    seen = wall(server + SYNTHETIC)
    before = text_of(seen, ".legend-pages .age")
    seen.ask("(() => { const now = Date.now; Date.now = () => now() + 3 * 3600000; })()")
    wait(lambda: text_of(seen, ".legend-pages .age") != before, "the ages to tick")
    assert seen.faults == []


def test_shown_a_lost_server_is_told_and_the_wall_comes_back_by_itself(
    warehouse_dir: Path, tmp_path: Path, wall: Begin
) -> None:
    folder = copy_warehouse(warehouse_dir, tmp_path / "warehouse")
    pictures = SavedPictures(StoreSettings(data=folder))
    names = ("Nogales <b>at night</b>", "Rio Grande")
    maps = ("31.34000,-110.94000,8.00", "26.20000,-98.20000,9.00")
    ids = [
        pictures.save(
            replace(
                make_draft(), picture=Picture.from_pairs([("records", "synthetic"), ("map", at)])
            ),
            name=name,
        ).id
        for name, at in zip(names, maps, strict=True)
    ]
    pictures.close()
    port = free_port()
    address = f"/Wall?theme=night&scenes={ids[0]},{ids[1]},nosuchpict&seconds=10"
    with serving(folder, tmp_path / "one.txt", port=port) as base:
        seen = wall(base + address)
        missing = "SCENE nosuchpict NOT FOUND"
        wait(lambda: missing in text_of(seen, ".alerts"), "word of the scene that is not there")
        assert "TLP:GREEN" in text_of(seen, ".banner")
        plays_both(seen, names)
        wait(lambda: is_at_rest(seen), "a scene drawn whole")
        kill(base)
    seen.ask("window.untouched = true")
    wait(lambda: "SERVER NOT REACHABLE SINCE" in text_of(seen, ".alerts"), "the wall to say so")
    assert seen.ask("/SINCE \\d{6}Z [A-Z]{3} \\d\\d/.test(wall.all('.alerts')[0].textContent)")
    before = text_of(seen, ".clock")
    wait(lambda: text_of(seen, ".clock") != before, "the clock to go on")
    has_least_sizes(seen, 44)
    with serving(folder, tmp_path / "two.txt", port=port):
        wait(lambda: "NOT REACHABLE" not in text_of(seen, ".alerts"), "the server to be back")
        plays_both(seen, names)


def is_at_rest(seen: Visit) -> bool:
    """Whether a scene is drawn whole, and the next is not asked for just now."""
    whole = "!!window.__copMap?.settled() && wall.labels().length > 0"
    return bool(seen.ask(whole)) and text_of(seen, ".scene .left") > "0:02"


def plays_both(seen: Visit, names: tuple[str, str]) -> None:
    """Each scene in turn, its name as text, with a countdown, its camera and its tiles."""
    zooms = set()
    at = "window.__copMap?.camera()?.zoom ?? 0"
    for name in names:
        wait(lambda name=name: name in text_of(seen, ".scene b"), f"the scene {name}")
        count = text_of(seen, ".scene .left")
        assert count.startswith("0:")
        zoom = 8 if name == names[0] else 9
        wait(lambda zoom=zoom: round(seen.ask(at), 2) == zoom, "its camera")
        zooms.add(zoom)
    assert zooms == {8, 9}


KEPT = [
    f"wall-{state}-{theme}-{width}x{height}.png"
    for state in ("fresh", "stale", "disconnected")
    for theme in ("day", "night")
    for width, height in (HD, UHD)
]


@pytest.mark.parametrize("name", KEPT)
def test_screenshots_are_kept(name: str) -> None:
    path = CHECKOUT / "docs" / name
    width, height = map(int, name.removesuffix(".png").rpartition("-")[2].split("x"))
    with Image.open(path) as shot:
        assert shot.size == (width, height)
    assert path.stat().st_size <= MOST_BYTES[width, height]
