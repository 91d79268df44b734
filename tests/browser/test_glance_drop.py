"""A CSV dropped on the Picture in Chromium: on my map at once, on all after one click."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cop.ingest.layer.history import read_uploaded_layers
from cop.model.uploaded import PREFIX
from cop.settings import StoreSettings
from tests.browser.conftest import Visit, wait
from tests.browser.test_upload import shows
from tests.support.command import serving
from tests.support.http import Caller

pytestmark = [pytest.mark.layers, pytest.mark.browser, pytest.mark.glance]

HERE = "records=synthetic&map=31.85,-110.30,9"
LON, LAT, NAME = -110.31, 31.88, "Tower Nine"
"""A place with nothing else on the map."""
TEXT = f"name,lat,lon\n{NAME},{LAT},{LON}\n"
DROP = """([name, text]) => {
  const carrier = new DataTransfer();
  carrier.items.add(new File([text], name, {type: 'text/csv'}));
  const at = document.querySelector('[data-testid=stMain]');
  const said = {dataTransfer: carrier, bubbles: true, cancelable: true, composed: true};
  for (const type of ['dragenter', 'dragover']) at.dispatchEvent(new DragEvent(type, said));
  const covered = document.body.innerText.includes('Drop to show on your map');
  return [covered, at.dispatchEvent(new DragEvent('drop', said))];
}"""
"""A drop of a file beside the map; says whether the sheet was seen, and whether it was opened."""
TIP = "[...document.querySelectorAll('*')].map((one) => one.shadowRoot?.querySelector('.tip'))"


def names(seen: Visit) -> str:
    """What the map says of the place of the point, under the pointer."""
    x, y = seen.ask(f"__copMap.project({LON}, {LAT})")
    seen.page.mouse.move(x - 40, y - 40)
    seen.page.mouse.move(x, y)
    said = f"{TIP}.filter((tip) => tip && !tip.hidden).map((tip) => tip.innerText).join()"
    return str(seen.ask(said))


def list_uploaded(seen: Visit) -> list[str]:
    """The uploaded layers that a page lists; the store is not asked while one is published."""
    layers = seen.ask("(window.__copMap?.layers() ?? []).map((one) => one.id)")
    return [name for name in layers if name.startswith(PREFIX)]


def count_input(seen: Visit) -> None:
    """Count what the viewer of a page types and presses from now on."""
    seen.ask("""(() => {
      window.__did = {keys: 0, presses: 0, fields: 0};
      const note = (type, name) =>
        window.addEventListener(type, (event) => event.isTrusted && (__did[name] += 1), true);
      note('keydown', 'keys');
      note('pointerdown', 'presses');
      note('input', 'fields');
    })()""")


def did(seen: Visit) -> Any:
    return seen.ask("window.__did")


def test_shown_a_dropped_file_is_on_my_map_and_one_click_publishes_it(
    own_demo: Path, tmp_path: Path, visit: Callable[..., Visit]
) -> None:
    with serving(own_demo, tmp_path / "log.txt") as base:
        other = visit().open(f"{base}/?{HERE}")
        mine = visit().open(f"{base}/?{HERE}")
        count_input(mine)
        began = time.monotonic()
        assert mine.ask(f"({DROP})(['Towers_of_May.csv', {TEXT!r}])") == [True, False]
        wait(lambda: mine.ask("__copMap.drafts()[0]?.features.length === 1"), "the draft")
        mine.settle()
        wait(lambda: NAME in names(mine), "the point to be drawn")
        took = {"drop to drawn point": time.monotonic() - began}
        assert did(mine) == {"keys": 0, "presses": 0, "fields": 0}
        panel = mine.page.get_by_label("Layers", exact=True)
        for words in ("Towers of May", "DRAFT", "PRIVATE", "TLP:AMBER", "Only you see it"):
            assert words in panel.inner_text()
        assert "TLP:AMBER" in mine.page.locator(".cop-strip").first.inner_text()

        assert other.ask("__copMap.drafts()") == []
        other.settle()
        assert NAME not in names(other)
        assert read_uploaded_layers(StoreSettings(data=own_demo)) == {}
        caller = Caller(base)
        assert caller.ask("/api/draft", []).status == 404
        caller.close()

        began = time.monotonic()
        mine.page.get_by_role("button", name="Publish Towers_of_May.csv").click()
        wait(lambda: list_uploaded(other), "the layer to come")
        (layer,) = read_uploaded_layers(StoreSettings(data=own_demo)).values()
        for seen in (other, mine):
            wait(lambda seen=seen: shows(seen, layer.name), "the layer to come")  # type: ignore[misc]
            wait(lambda seen=seen: NAME in names(seen.rest()), "its point to be drawn")  # type: ignore[misc]
        took["click to both maps"] = time.monotonic() - began
        assert did(mine) == {"keys": 0, "presses": 1, "fields": 0}
        assert layer.declared.title == "Towers of May"
        assert layer.declared.marking == "TLP:AMBER"
        assert mine.ask("__copMap.drafts()") == []
        for seen in (mine, other):
            assert (seen.faults, seen.away) == ([], [])
    print(", ".join(f"{what}: {seconds:.1f} s" for what, seconds in took.items()))  # noqa: T201
