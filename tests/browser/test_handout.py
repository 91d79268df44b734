"""The Handout page in Chromium: the current picture is saved, made into a file, downloaded."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.room.picture import SavedPictures
from tests.browser.conftest import Visit, wait
from tests.support.command import serving
from tests.support.warehouse import copy_warehouse

pytestmark = [pytest.mark.table, pytest.mark.browser]

ADDRESS = "/Handout?records=synthetic&map=31.40000,-110.90000,8.00"


@pytest.fixture(scope="module")
def own_server(
    warehouse_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """A server over a warehouse that Pictures may be saved in."""
    base = tmp_path_factory.mktemp("handout")
    folder = copy_warehouse(warehouse_dir, base / "warehouse")
    with serving(folder, base / "log.txt") as address:
        yield address, folder


def test_shown_the_current_picture_is_saved_and_handed_out(
    own_server: tuple[str, Path], visit: Callable[..., Visit], tmp_path: Path
) -> None:
    base, folder = own_server
    opened = visit(dark=False).look(base + ADDRESS)
    page = opened.page
    page.get_by_role("button", name="Create hand-out").click()
    wait(lambda: page.get_by_text("use 1 to 40 characters").count(), "the name to be asked for")
    page.get_by_role("textbox", name="Your name").fill("Avery")
    page.get_by_role("textbox", name="Your name").press("Enter")
    page.get_by_role("button", name="Create hand-out").click()
    button = page.get_by_role("button", name="Download TLP-CLEAR-SYNTHETIC-")
    wait(button.count, "the hand-out to be made")
    with page.expect_download() as download:
        button.click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    saved = SavedPictures(StoreSettings(data=folder))
    (kept,) = saved.list()
    saved.close()
    assert kept.name.startswith("Hand-out ")
    assert kept.newest.author == "Avery"
    assert f"Picture {kept.id} revision 1" in path.read_text()
    assert path.name.startswith(f"TLP-CLEAR-SYNTHETIC-{kept.id}-r1-")
    assert opened.away == []
    assert opened.faults == []
    wide = opened.ask("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
