"""A KML of folders in Chromium: every layer published at once, drawn as styled, far ones warned."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cop.ingest.layer.history import read_uploaded_layers
from cop.model.styling import FillWords
from cop.settings import StoreSettings
from tests.browser.conftest import Visit, wait
from tests.browser.test_upload import press, shows
from tests.support.command import serving
from tests.support.placemark import FOLDERS, folder, point

pytestmark = [pytest.mark.layers, pytest.mark.browser, pytest.mark.glance]

FAR = folder("Ferry", point("Miami", "-80.2,25.7"))
NAMED = "records=synthetic&layers=segments*1"
ON = "(window.__copMap?.layers() ?? []).filter((l) => l.visible).map((l) => l.id)"


def tick(seen: Visit, words: str) -> None:
    """Click a box by its label; its input is hidden behind a drawn one."""
    box = seen.page.locator("label").filter(has_text=words)
    wait(box.count, f"the box {words}")
    box.first.click()


def is_ticked(seen: Visit, words: str) -> bool:
    return bool(seen.page.get_by_role("checkbox", name=words, exact=True).is_checked())


def publish_all(seen: Visit) -> dict[str, Any]:
    """Drop the file and publish all that is ticked; return what the page says before and after."""
    wait(lambda: seen.page.get_by_text("1,699 km").count(), "the far layer to be told")
    press_one = seen.page.get_by_role("button", name="Publish 4 layers", exact=True)
    wait(press_one.count, "the button for four layers")
    ticked = {n: is_ticked(seen, n) for n in ("Roads", "Posts", "Areas", "Ferry", "Nothing")}
    blocked = press_one.is_disabled()
    tick(seen, "Publish outside the area")
    press(seen, "Publish 4 layers")
    wait(seen.page.get_by_text("Published 4 layers").count, "the layers to be published")
    seen.rest_of_script()
    return {"ticked": ticked, "blocked": blocked, "words": seen.page.inner_text("body")}


def test_shown_a_file_of_several_layers_loses_none_unsaid(
    own_demo: Path, tmp_path: Path, visit: Callable[..., Visit]
) -> None:
    file = tmp_path / "Camps.kml"
    file.write_text(FOLDERS.replace("</Document>", f"{FAR}</Document>"))
    with serving(own_demo, tmp_path / "log.txt") as base:
        other = visit().open(f"{base}/?records=synthetic&map=31.45,-110.55,9")
        upload = visit().look(f"{base}/Upload?{NAMED}")
        name = upload.page.get_by_role("textbox", name="Your name")
        name.fill("Ana")
        name.press("Enter")
        upload.drop(file)
        found = publish_all(upload)
        assert found["ticked"] == {
            "Roads": True, "Posts": True, "Areas": True, "Ferry": True, "Nothing": False,
        }  # fmt: skip
        assert found["blocked"]
        assert "Skipped: Nothing: empty" in found["words"]
        assert "1 of 3 rows left out: Rows have no position" in found["words"]
        stored = read_uploaded_layers(StoreSettings(data=own_demo))
        layers = {la.declared.title: la for la in stored.values()}
        assert sorted(layers) == ["Areas", "Ferry", "Posts", "Roads"]
        assert isinstance(layers["Roads"].style.fill, FillWords)
        for layer in layers.values():
            wait(lambda name=layer.name: shows(other, name), "the layer to come")  # type: ignore[misc]
            assert layer.name in upload.address()
        link = upload.page.get_by_role("link", name="Show on map").nth(2)
        with upload.page.context.expect_page() as opened:
            link.click()
        seen = Visit(opened.value)
        wait(lambda: "map=31.6" in seen.address(), "the Picture to be at the area")
        seen.rest()
        own = [la.name for la in layers.values()]
        assert set(seen.ask(ON)) == {"segments", *own}
        camera = seen.camera()
        assert (round(camera["lat"], 1), round(camera["lon"], 2)) == (31.6, -110.65)
        for one in (other, upload, seen):
            assert (one.faults, one.away) == ([], [])
