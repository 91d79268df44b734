"""The wall at one glance: few words, large enough, none over another or off the screen."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from cop.model.moment import utc_now
from cop.model.picture import Picture
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.store.room.picture import SavedPictures
from tests.browser.conftest import Visit, wait
from tests.support.alert import make_finding
from tests.support.command import serving
from tests.support.saved import make_draft
from tests.support.wall import HD, TEXTS, UHD, has_least_sizes, stays_inside, text_of
from tests.support.warehouse import copy_warehouse

pytestmark = [pytest.mark.glance, pytest.mark.browser]

Begin = Callable[..., Visit]
MOST_WORDS = 60
SIGN = "\N{BLACK UP-POINTING TRIANGLE}"
SYNTHETIC = "records=synthetic&theme=night"
# What is counted elsewhere: times, numbers with their units, places and the codes of segments.
NO_WORDS = re.compile(
    r"\d{6}Z [A-Z]{3} \d\d|\d\d [A-Z]{3} \d\d|"
    r"\d[\d:.,%+-]*( (min|h|d|mo|y|km|mi|UTC)\b)?|[A-Z]{3}-\d{4}"
)


# Two of them in one town, three more within a label's length of each other.
SAVED = "Nogales, two weeks"
ALERTS = {
    "SDC": (32.55, -117.03),
    "ELC": (32.67, -115.5),
    "YUM": (32.7, -114.7),
    "TCA": (31.33, -110.94),
    "EPT": (31.75, -106.48),
    "DRT": (29.36, -100.9),
    "LRT": (27.5, -99.5),
    "RGV": (26.1, -98.2),
}


@pytest.fixture(scope="module")
def alerted(warehouse_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over synthetic events with an alert in every sector but one."""
    folder = tmp_path_factory.mktemp("alerted")
    data = copy_warehouse(warehouse_dir, folder / "warehouse")
    until = utc_now()
    spans = {"started_at": until - timedelta(days=4), "alarm_from": until - timedelta(days=3)}
    findings = [
        make_finding(records="synthetic", sector=sector, lat=lat, lon=lon, until=until, **spans)
        for sector, (lat, lon) in ALERTS.items()
    ]
    settings = StoreSettings(data=data)
    with closing(Alerts(settings)) as alerts, closing(SavedPictures(settings)) as pictures:
        alerts.note("1", findings)
        tucson = Picture.from_pairs([("records", "synthetic"), ("sector", "TCA")])
        pictures.save(replace(make_draft(), picture=tucson), name=SAVED)
    with serving(data, folder / "log.txt") as base:
        yield base


def is_drawn(seen: Visit) -> bool:
    """Whether tiles, names and legend are there and stand still."""
    ready = "!!window.__copMap?.settled() && wall.labels().length > 0"
    return bool(seen.ask(f"{ready} && wall.all('.legend-pages .title').length > 0"))


def overlap(one: list[float], other: list[float]) -> bool:
    return all(min(one[i + 2], other[i + 2]) - max(one[i], other[i]) > 1 for i in (0, 1))


def words_of(texts: list[dict[str, Any]], places: str) -> list[str]:
    """The words, without the names of places, times and numbers; of a fold its longest page."""
    pages: dict[Any, dict[Any, list[str]]] = {}
    for text in texts:
        if not (text.get("label") or text.get("again")):
            fold = pages.setdefault(text.get("fold"), {})
            fold.setdefault(text.get("page"), []).append(text["text"])
    words = [[_find_words(page, places) for page in fold.values()] for fold in pages.values()]
    return [word for fold in words for word in max(fold, key=len)]


def _find_words(texts: list[str], places: str) -> list[str]:
    text = NO_WORDS.sub(" ", " ".join(texts).replace(places, " "))
    return re.findall(r"[A-Za-z][A-Za-z:-]+", text)


def reads_at_one_glance(
    seen: Visit, size: tuple[int, int], note: Callable[[str, object], None]
) -> list[dict[str, Any]]:
    wait(lambda: is_drawn(seen), "the wall to be drawn")
    has_least_sizes(seen, 44 * size[1] / 1080)
    stays_inside(seen, size)
    found: list[dict[str, Any]] = seen.ask(TEXTS)
    texts = [text for text in found if not text.get("hidden")]
    assert all(text["box"][0] >= 0 and text["box"][2] <= size[0] for text in texts)
    clashes = [
        (one["text"], other["text"])
        for one, other in combinations(texts, 2)
        if not one["text"] == other["text"] == SIGN and overlap(one["box"], other["box"])
    ]
    assert clashes == []
    words = words_of(found, text_of(seen, ".banner .title"))
    assert len(words) <= MOST_WORDS, words
    assert len(seen.ask("wall.all('.figure').map(n => n.textContent)")) == 5
    labels = sum("label" in text for text in texts)
    note("figure", f"a wall of {size[0]}x{size[1]}: {len(words)} words, {labels} names on the map")
    return texts


@pytest.mark.parametrize("size", [HD, UHD], ids=["1080p", "4K"])
def test_shown_the_wall_reads_at_one_glance(
    alerted: str,
    stale: str,
    wall: Begin,
    size: tuple[int, int],
    record_property: Callable[[str, object], None],
) -> None:
    """B11: of one sector, with many alerts and names, and stale."""
    seen = wall(f"{alerted}/Wall?{SYNTHETIC}&sector=RGV", size=size)
    reads_at_one_glance(seen, size, record_property)
    assert "RGV Rio Grande Valley" in text_of(seen, ".banner .title")
    seen.open(f"{alerted}/Wall?{SYNTHETIC}")
    texts = reads_at_one_glance(seen, size, record_property)
    alerts = [text for text in texts if re.match(r"(Surge|Rush)", text["text"])]
    assert len(alerts) >= 7
    seen.open(f"{stale}/Wall?records=real&theme=day")
    texts = reads_at_one_glance(seen, size, record_property)
    assert any(text["text"].startswith("STALE: newest record") for text in texts)


def test_shown_a_saved_picture_is_sent_to_the_wall_and_taken_back(
    alerted: str, wall: Begin, visit: Begin
) -> None:
    """B11: one click on the page Pictures, without anybody at the wall."""
    screen = wall(f"{alerted}/Wall?{SYNTHETIC}")
    page = visit().look(f"{alerted}/Pictures").page
    page.get_by_label("Your name", exact=True).fill("Avery")
    page.get_by_label("Your name", exact=True).press("Enter")
    page.get_by_role("button", name="To the walls").click()
    wait(lambda: text_of(screen, ".scene b") == SAVED, "the saved Picture on the wall")
    assert "TCA Tucson" in text_of(screen, ".banner .title")
    page.get_by_role("button", name="Take back").click()
    wait(lambda: text_of(screen, ".banner .title") == "Southwest border", "the wall's own picture")
    assert screen.faults == []
