"""Commands in this process show no progress, and where a test is quick they parse files here."""

import math

import pytest

from cop.ingest.reader import DirectReader


@pytest.fixture(autouse=True)
def _without_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cop.cli.progress.DELAY_S", math.inf)


@pytest.fixture(autouse=True)
def _without_sandbox(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("full") is None:
        for command in ("ingest", "watch"):
            monkeypatch.setattr(f"cop.cli.{command}.build_reader", lambda _store: DirectReader())
