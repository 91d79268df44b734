"""The command of the bench where the extra of that name is not installed."""

import sys

import pytest
from typer.testing import CliRunner

from cop.__main__ import app

pytestmark = pytest.mark.house


@pytest.mark.parametrize(
    ("arguments", "package"),
    [
        (("bench", "--events", "10"), "polars"),
        (("bench", "picture", "--events", "10"), "playwright"),
        (("bench", "paint", "--events", "10"), "playwright"),
        (("bench", "board", "--events", "10"), "playwright"),
    ],
)
def test_the_bench_names_the_extra_that_it_needs(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], package: str
) -> None:
    ours = [name for name in sys.modules if name.startswith("cop.bench")]
    for name in (*ours, *(name for name in sys.modules if name.partition(".")[0] == package)):
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert f"the bench needs {package}" in done.stderr
    assert "cop[bench]" in done.stderr
