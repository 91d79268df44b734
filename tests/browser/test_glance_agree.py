"""One Picture, one set of figures: page, wall, PDF, PPTX, HTML, CSV and API say the same."""

import csv
import io
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from pptx import Presentation

from cop.export.brief import HandoutScene
from cop.export.handout import build_handout
from cop.model.moment import utc_now
from cop.model.picture import Picture
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.browser.conftest import Visit, wait
from tests.support.published import passing, people_of, read_published

pytestmark = [pytest.mark.glance, pytest.mark.browser]

Begin = Callable[..., Visit]
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, str]]:
    """Sixty days of two sectors and three kinds, all over before today."""
    end = utc_now() - 5 * DAY
    return [
        ("records", "synthetic"),
        ("from", f"{end - 60 * DAY:%Y-%m-%d}"),
        ("to", f"{end:%Y-%m-%d}"),
        ("sector", "RGV"),
        ("sector", "TCA"),
        ("kind", "crossing"),
        ("kind", "rescue"),
        ("kind", "seizure"),
    ]


@pytest.fixture
def scene(warehouse_dir: Path, pairs: list[tuple[str, str]]) -> Iterator[HandoutScene]:
    warehouse = Warehouse(StoreSettings(data=warehouse_dir))
    service, picture = QueryService(warehouse, tile_cache_mb=64), Picture.from_pairs(pairs)
    view = service.view(picture.filter)
    yield HandoutScene(
        service=service, view=view, picture=picture, title="Brief", picture_id="2" * 10, revision=1
    )
    warehouse.close()


def on_page(seen: Visit) -> dict[str, str]:
    return {
        metric.get_by_test_id("stMetricLabel").inner_text().strip(): metric.get_by_test_id(
            "stMetricValue"
        )
        .inner_text()
        .strip()
        for metric in seen.page.get_by_test_id("stMetric").all()
    }


def on_wall(seen: Visit) -> dict[str, str]:
    wait(lambda: seen.page.locator(".copkiosk .figure").count(), "the figures of the wall")
    figures = seen.page.locator(".copkiosk .figure").all()
    return {
        figure.locator(".of").inner_text(): figure.locator("b").inner_text() for figure in figures
    }


def read_text(form: str, content: bytes) -> str:
    """The words of a hand-out in the order of reading; of a slide with its notes."""
    if form == "pdf":
        ended = subprocess.run(
            ["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True
        )
        return ended.stdout.decode()
    if form == "html":
        page = re.sub(r"<(script|style).*?</\1>", "", content.decode(), flags=re.DOTALL)
        return unescape(re.sub(r"<[^>]+>", "\n", page))
    (slide,) = Presentation(io.BytesIO(content)).slides
    return "\n".join(
        [
            *(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame),
            slide.notes_slide.notes_text_frame.text,
        ]
    )


def test_shown_one_picture_says_the_same_on_page_wall_and_in_every_export(
    server: str, visit: Begin, scene: HandoutScene, pairs: list[tuple[str, str]]
) -> None:
    """A4: figure by figure, and the records of them as counted by hand from the files."""
    address = urlencode(pairs)
    seen = visit(size=(1920, 1080)).open(f"{server}/?{address}")
    figures = on_page(seen)
    assert len(figures) == 5, figures
    assert on_wall(seen.open(f"{server}/Wall?{address}")) == figures
    made = {
        form: build_handout([scene], form, created_at=utc_now()).content
        for form in ("pdf", "pptx", "html", "csv")
    }
    for form in ("pdf", "pptx", "html"):
        text = read_text(form, made[form])
        for title, value in figures.items():
            found = re.findall(rf"^{re.escape(title)}:?\s+(\S+?)[.,]?(?:\s|$)", text, re.MULTILINE)
            assert value in found, (form, title, value, found)
    told = seen.page.request.get(f"{server}/api/summary?by=kind&{address}").json()
    agrees_with_the_files(scene, figures, made["csv"].decode("utf-8-sig"), told)


def agrees_with_the_files(
    scene: HandoutScene, figures: dict[str, str], table: str, told: dict[str, Any]
) -> None:
    """The rows of the CSV, the API and the published files count up to the figures."""
    published = read_published(scene.service.warehouse.settings.data)
    rows = passing(published, scene.view.filter, synthetic=True)
    n, people = len(rows), int(people_of(rows))
    helped = int(rows["kind"].isin(["rescue", "death"]).sum())
    counted = {"Events": n, "People": people, "Rescues and deaths": helped}
    assert n > 100
    assert {title: figures[title] for title in counted} == {
        title: f"{count:,}" for title, count in counted.items()
    }
    listed = [row for row in csv.DictReader(io.StringIO(table)) if row["layer"] == "events"]
    assert len(listed) == n
    assert sum(int(float(row["count"])) for row in listed if row["unit"] == "people") == people
    assert sum(row["kind"] in ("rescue", "death") for row in listed) == helped
    assert (told["total"], told["counts"]["people"]) == (n, people)
