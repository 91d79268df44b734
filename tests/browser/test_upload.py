"""The Upload page in Chromium: a file is dropped, mapped, drawn, published for all, taken back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError as PageTimeout

from cop.ingest.layer.history import read_uploaded_layers
from cop.settings import StoreSettings
from tests.browser.conftest import Visit, wait
from tests.support.command import serving

pytestmark = [pytest.mark.layers, pytest.mark.browser]

HERE = "records=synthetic&map=31.44,-110.65,9"
TOWERS = "ref,where,seen,kind,phone\n" + "".join(
    f"a{n},{place},{day}1530ZMAR26,{kind},+1 520 555 01{n:02}\n"
    for n, (place, day, kind) in enumerate(
        [
            *(
                (f"12RWV{23 + 2 * n}45678901", 11 + n, "tower" if n % 2 else "camera")
                for n in range(10)
            ),
            ("nowhere", 24, "tower"),
        ]
    )
)
"""Ten places in MGRS and one that is none, times as date-time groups, phones of persons."""


def shows(seen: Visit, name: str) -> bool:
    layers = "(window.__copMap?.layers() ?? []).filter((l) => l.visible).map((l) => l.id)"
    return name in seen.ask(layers)


def press(seen: Visit, words: str) -> None:
    button = seen.page.get_by_role("button", name=words, exact=True)
    wait(lambda: button.count() and button.is_enabled(), f"the button {words}")
    button.click()


def pick(seen: Visit, label: str, option: str) -> None:
    """Choose in a list, which closes again where the page is drawn anew just then."""
    wanted = seen.page.get_by_role("option", name=option, exact=True)

    def chosen() -> bool:
        if not wanted.count():
            seen.page.get_by_role("combobox", name=label).click()
            return False
        try:
            wanted.click(timeout=2_000)
        except PageTimeout:
            return False
        return True

    wait(chosen, f"{option} to be chosen in the list {label}")


def test_shown_a_csv_with_mgrs_and_dtg_appears_for_all(
    own_demo: Path, tmp_path: Path, visit: Callable[..., Visit]
) -> None:
    file = tmp_path / "Towers_of_May.csv"
    file.write_text(TOWERS)
    with serving(own_demo, tmp_path / "log.txt") as base:
        other = visit().open(f"{base}/?{HERE}&from=2026-03-01&to=2026-03-31")
        wall = visit().open(f"{base}/Wall?{HERE}&from=2026-03-01&to=2026-03-31")
        upload = visit().look(f"{base}/Upload")
        upload.drop(file)
        page = upload.page
        wait(page.get_by_text("possible personal data: phone").count, "phones to be left out")
        name = page.get_by_role("textbox", name="Your name")
        name.fill("Ana")
        name.press("Enter")
        wait(page.get_by_text("Positions cannot be read").count, "a row to be refused")
        pick(upload, "Id", "ref")
        press(upload, "Create draft")
        wait(page.get_by_text("10 of 11 rows are in the draft").count, "the draft")
        upload.settle()
        title = page.get_by_role("textbox", name="Title")
        assert title.input_value() == "Towers of May"
        pick(upload, "Color", "kind")
        press(upload, "Publish")
        wait(page.get_by_text("Published. Unpublish").count, "the layer to be published")
        (layer,) = read_uploaded_layers(StoreSettings(data=own_demo)).values()
        assert (layer.state, layer.owner, layer.content.points) == ("published", "Ana", 10)
        assert list(layer.content.kinds) == ["occurred_at", "ref", "where", "kind"]
        assert layer.style.class_column == "kind"
        for seen in (other, wall):
            wait(lambda seen=seen: shows(seen, layer.name), "the layer to come")  # type: ignore[misc]
        press(upload, "Unpublish")
        for seen in (other, wall):
            wait(lambda seen=seen: not shows(seen, layer.name), "the layer to go")  # type: ignore[misc]
        for seen in (other, wall, upload):
            assert (seen.faults, seen.away) == ([], [])
