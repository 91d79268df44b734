"""Tests of the bench's browser: what is missing is named, what never comes ends the wait."""

import shutil
from types import SimpleNamespace
from typing import Any

import pytest

from cop.bench import page as module
from cop.bench.page import BenchPageError, await_true, open_browser
from cop.errors import SettingsError

pytestmark = pytest.mark.store


def page_of(*answers: Any) -> Any:
    """Stands for a page that answers in turn, the last one for ever."""
    left = list(answers)
    answer = lambda _expression: left.pop(0) if len(left) > 1 else left[0]  # noqa: E731
    return SimpleNamespace(evaluate=answer, url="http://127.0.0.1/")


def test_a_machine_without_a_browser_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(SettingsError, match="install chromium"), open_browser():
        pass


def test_the_first_true_answer_is_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_POLL_S", 0.0)
    assert await_true(page_of(None, 0, {"zoom": 7}), "x", "a camera") == {"zoom": 7}


def test_what_never_comes_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE_S", 0.0)
    with pytest.raises(
        BenchPageError, match=r"waited 0 s for a camera without success: http://127"
    ):
        await_true(page_of(False), "x", "a camera")
