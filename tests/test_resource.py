"""Files that come with the program: found by package, whatever the current folder is."""

from pathlib import Path

import pytest

from cop.resource import import_folder, package_path
from tests.support.command import CHECKOUT

pytestmark = pytest.mark.house


def test_files_that_come_along_are_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data" / "warehouse").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert import_folder() == CHECKOUT
    for parts in (("data", "regions", "sw_border.yaml"), ("data", "impact.yaml"), ("pages",)):
        assert package_path(*parts).exists()
