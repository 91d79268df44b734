"""Tests of the bench of packages: what is given arrives, and each part is timed."""

import json

import pytest

from cop.bench.package import run_package
from cop.bench.report import format_package
from cop.settings import StoreSettings
from tests.support.invoked import invoke

pytestmark = [pytest.mark.exchange, pytest.mark.full]
KEYS = {
    "events", "size_mb", "make_s", "sign_s", "seal_s", "send_s", "import_s", "growth_mb",
}  # fmt: skip


def test_each_part_is_timed() -> None:
    figures = run_package(StoreSettings(), events=2_000, seed=1)
    assert {*figures} == KEYS
    assert figures["size_mb"] > 0
    assert min(figures[name] for name in KEYS - {"growth_mb", "make_s"}) >= 0
    assert figures["import_s"] > 0
    assert format_package(figures).startswith("2,000 events, ")


def test_the_command_prints_the_figures() -> None:
    done = invoke("bench", "package", "--events", "500", "--json")
    assert json.loads(done.stdout)["events"] == 500
