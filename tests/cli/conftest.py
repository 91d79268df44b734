"""Commands in this process show no progress, however long they take."""

import math

import pytest


@pytest.fixture(autouse=True)
def _without_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cop.cli.progress.DELAY_S", math.inf)
