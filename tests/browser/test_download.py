"""A file that a page offers, in a browser: recorded when it is fetched, else not handed out."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from cop.access.audit.log import AuditLog
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE
from tests.browser.conftest import Visit, wait
from tests.support.command import serving

pytestmark = [pytest.mark.access, pytest.mark.browser]


def test_shown_a_download_is_recorded_or_refused(
    own_warehouse: Path, visit: Callable[..., Visit], tmp_path: Path
) -> None:
    with (
        serving(own_warehouse, tmp_path / "log.txt") as base,
        closing(AuditLog(StoreSettings(data=own_warehouse))) as log,
    ):
        seen = visit(size=(1400, 900)).look(f"{base}/Sectors?records=real")
        seen.page.get_by_text("Data table").click()
        button = seen.page.get_by_role("button", name="Download CSV")
        button.wait_for()
        assert log.head() is None, "an offer is no export"
        with seen.page.expect_download() as download:
            button.click()
        text = Path(download.value.path()).read_text()
        assert text.startswith("# TLP:CLEAR")
        begun, done = log.file.read()
        assert (begun.outcome, done.outcome) == ("begun", "done")
        assert (done.action, done.subject, done.who) == ("export", "sector figures", "operator")
        assert done.details["file"] == download.value.suggested_filename
        assert "records=real" in done.details["filter"]
        assert done.details["marking"] == "TLP:CLEAR"
        fetched: list[object] = []

        def note(one: object) -> None:
            fetched.append(one)

        seen.page.on("download", note)
        (own_warehouse / HEAD_FILE).write_text("no head")
        button.click()
        wait(lambda: "Failed to generate file" in seen.page.inner_text("body"), "a refusal")
        assert fetched == []
        # Tables have no download of their own, which nobody could record.
        table = seen.page.get_by_test_id("stDataFrame").first
        table.hover()
        toolbar = seen.page.get_by_role("button", name="Download as CSV")
        assert toolbar.count() == 0 or not toolbar.first.is_visible()
