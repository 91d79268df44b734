"""Each module with logic has its mirrored test file."""

import ast
from pathlib import Path

import pytest

from tests.support.command import CHECKOUT

pytestmark = pytest.mark.house

LEAST_LINES = 40
BROWSER_SIDE = {"map": "cop/ui/map/asset", "timeline": "cop/ui/timeline/asset"}


def has_logic(path: Path) -> bool:
    """Whether a module is longer than a screen and defines a function."""
    text = path.read_text(encoding="utf-8")
    if path.name == "__init__.py" or len(text.splitlines()) <= LEAST_LINES:
        return False
    defining = (ast.FunctionDef, ast.AsyncFunctionDef)
    return any(isinstance(node, defining) for node in ast.walk(ast.parse(text)))


def find_unmirrored() -> set[str]:
    """Return the modules of both sides that hold logic and have no test file of their own."""
    missing = set()
    for path in (CHECKOUT / "cop").rglob("*.py"):
        inside = path.relative_to(CHECKOUT / "cop")
        if has_logic(path):
            mirror = CHECKOUT / "tests" / inside.parent / f"test_{path.name}"
            missing |= set() if mirror.is_file() else {f"cop/{inside}"}
    for folder, assets in BROWSER_SIDE.items():
        for path in (CHECKOUT / assets).glob("*.js"):
            mirror = CHECKOUT / "tests" / "js" / folder / f"{path.stem}.test.js"
            if len(path.read_text(encoding="utf-8").splitlines()) > LEAST_LINES:
                missing |= set() if mirror.is_file() else {f"{assets}/{path.name}"}
    return missing


def test_shown_each_module_with_logic_has_its_test_file() -> None:
    assert sorted(find_unmirrored()) == [], (
        "write tests/<same path>/test_<name>.py, or tests/js/<folder>/<name>.test.js"
    )


def test_a_module_of_constants_needs_none(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text("A = 1\n" * 100)
    assert not has_logic(path)
    path.write_text("def one() -> None: ...\n" + "A = 1\n" * 10)
    assert not has_logic(path)
    path.write_text("class A:\n    async def one(self) -> None: ...\n" + "A = 1\n" * 100)
    assert has_logic(path)
