"""Tests of how the reading of a file ended: its result, its refusal, the signal in words."""

import json
import signal
from pathlib import Path

import pytest

from cop.ingest.sandbox.outcome import (
    END,
    RESULT,
    explain_end,
    find_refusal,
    read_end,
    read_result,
)
from cop.settings import UploadSettings

pytestmark = pytest.mark.layers


@pytest.mark.parametrize("text", ["[]", "{", "7", '"a"'])
def test_a_result_that_is_none_is_empty(tmp_path: Path, text: str) -> None:
    assert read_result(tmp_path) is None
    (tmp_path / RESULT).write_text(text)
    assert read_result(tmp_path) == {}


def test_a_refusal_is_the_words_of_the_sandbox(tmp_path: Path) -> None:
    (tmp_path / RESULT).write_text(json.dumps({"refused": "x" * 9_999}))
    result = read_result(tmp_path)
    assert result is not None
    assert find_refusal(result) == "x" * 4_000
    assert find_refusal({"rows": 1}) is None


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (signal.SIGXCPU, "takes more than 120 s of CPU time"),
        (signal.SIGXFSZ, "becomes more than 2048 MB"),
        (signal.SIGSEGV, "ended with SIGSEGV: it is damaged, or needs more than 1536 MB"),
        (0, "a: stopped"),
    ],
)
def test_a_signal_is_put_into_words(tmp_path: Path, number: int, why: str) -> None:
    (tmp_path / END).write_text(json.dumps({"signal": number, "peak_mb": 5}))
    assert read_end(tmp_path) == {"signal": number, "peak_mb": 5}
    assert why in explain_end(tmp_path, "a", UploadSettings(), "stopped")


def test_an_end_that_is_none_is_no_signal(tmp_path: Path) -> None:
    (tmp_path / END).write_text('{"signal": "x"}')
    assert read_end(tmp_path) == {}
    assert "ended without a result" in explain_end(tmp_path, "a", UploadSettings(), None)
