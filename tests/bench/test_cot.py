"""Tests of the bench of Cursor-on-Target."""

import json

import pytest

from cop.bench.cot import run_cot
from cop.bench.report import format_cot
from cop.settings import StoreSettings, TakSettings
from tests.support.invoked import invoke

pytestmark = [pytest.mark.exchange, pytest.mark.full]
KEYS = {
    "server", "rate", "seconds", "messages", "received", "late", "lost", "repeated",
    "confirmed",
    "connections", "per_s", "p50_ms", "p95_ms", "max_ms", "cpu_share", "growth_mb",
}  # fmt: skip


def test_every_message_arrives_once() -> None:
    figures = run_cot(StoreSettings(), TakSettings(), rate=400, seconds=1)
    assert {*figures} == KEYS
    assert (figures["messages"], figures["lost"], figures["repeated"]) == (400, 0, 0)
    assert figures["confirmed"] == 400
    assert "400 messages at 400 a second through own relay" in format_cot(figures)


def test_the_command_prints_the_figures() -> None:
    done = invoke("bench", "cot", "--rate", "100", "--seconds", "1", "--json")
    assert json.loads(done.stdout)["received"] == 100
