"""Tests of the names of components: another content has another name, and another address."""

from pathlib import Path

import pytest

from cop.ui.component.asset import find_address, name_version

pytestmark = pytest.mark.scale


def test_the_name_changes_with_any_file_and_with_nothing_else(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b", "c", "d")]
    contents = ({"x.js": "1"}, {"x.js": "1"}, {"x.js": "2"}, {"y.js": "1"})
    for folder, content in zip(folders, contents, strict=True):
        folder.mkdir()
        for name, text in content.items():
            (folder / name).write_text(text)
        (folder / "below").mkdir()
    names = [name_version("cop.map", folder) for folder in folders]
    assert names[0] == names[1]
    assert len({*names}) == 3
    package, _, component = names[0].partition(".")
    assert (package, component.partition("-")[0]) == ("cop", "map")
    assert find_address("cop.map", folders[0]) == f"/_stcore/bidi-components/{names[0]}/"
