"""The command of the bench where the extra of that name is not installed."""

import pytest
from typer.testing import CliRunner

from cop.__main__ import app
from tests.support.lacking import lacking

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
def test_the_bench_names_the_extra_that_it_needs(arguments: tuple[str, ...], package: str) -> None:
    with lacking(package, seen_by="cop.bench"):
        done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert f"the bench needs {package}" in done.stderr
    assert "cop[bench]" in done.stderr
