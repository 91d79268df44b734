"""The component's files name no other host, and text reaches the page only as text."""

import re
from pathlib import Path

import pytest

from cop.ui.map.component import ASSETS

pytestmark = pytest.mark.picture

FILES = sorted(ASSETS.iterdir())
NAMESPACE = "http://www.w3.org/2000/svg"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_markup_is_built_from_text_and_no_other_host_is_named(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace(NAMESPACE, "")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text)
    assert not re.search(r"https?://|//cdn|url\(", text)
    assert len(text.splitlines()) <= 400
    if path.suffix == ".js":
        assert text.startswith("// "), "a module opens with one sentence saying its job"
