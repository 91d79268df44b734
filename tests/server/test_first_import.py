"""The server has imported the drawing library before a page can ask for it."""

import subprocess
import sys

import pytest

from tests.support.command import CHECKOUT

pytestmark = pytest.mark.house

CHECK = """
import sys
import cop.server.server
drawing = {name for name in sys.modules if name.startswith("matplotlib.")}
before = set(sys.modules)
import cop.export.map, cop.export.sheet, cop.ingest.symbol.draw
later = {name for name in set(sys.modules) - before if name.startswith("matplotlib.")}
print(len(drawing) > 50, sorted(later))
"""


def test_pages_import_no_further_module_of_the_drawing_library() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHECK], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "True []\n"
