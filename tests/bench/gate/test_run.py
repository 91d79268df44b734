"""The gate's bench at a small size, with real servers; its table; what it refuses to compare."""

import json

import pytest

from cop.bench.answer import DisagreementError
from cop.bench.gate.load import ServedBlock
from cop.bench.gate.question import REQUEST_KINDS
from cop.bench.gate.run import ALL, check_same
from cop.bench.report import format_gate
from cop.settings import StoreSettings
from tests.bench.conftest import EVENTS
from tests.support.command import run_cop

pytestmark = pytest.mark.access


def test_shown_load_with_the_gate_is_measured_beside_load_without_it(
    bench_settings: StoreSettings,
) -> None:
    files = sorted(path.name for path in bench_settings.data.iterdir())
    done = run_cop(
        "bench", "gate", "--events", str(EVENTS), "--rounds", "2", "--requests", "4",
        "--clients", "2", "--data", bench_settings.data, "--json", timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["events"], figures["clients"], figures["rounds"]) == (EVENTS, 2, 2)
    assert figures["withheld"] > EVENTS / 5
    assert list(figures["kinds"]) == [*REQUEST_KINDS, ALL]
    for figure in figures["kinds"].values():
        assert list(figure["sides"]) == ["off", "on", "lower"]
        assert list(figure["ratios"]) == ["on", "lower"]
        for ratio in figure["ratios"].values():
            assert 0 < ratio["low"] <= ratio["median"] <= ratio["high"]
            assert ratio["time"] > 0
        for side in figure["sides"].values():
            assert 0 < side["median_ms"] <= side["p95_ms"]
            assert side["per_s"] > 0
    # The sample is as it was: accounts and marked records were in a copy.
    assert sorted(path.name for path in bench_settings.data.iterdir()) == files
    text = format_gate(figures)
    assert all(kind in text for kind in figures["kinds"])
    assert text.count(" x ") >= 2 * len(figures["kinds"])


def test_other_answers_for_who_is_signed_in_are_not_compared() -> None:
    def block(*digests: str) -> ServedBlock:
        return ServedBlock(seconds=1, cpu_s=1, took_ms=(1.0,) * len(digests), digests=digests)

    check_same("tile", ["/a", "/b"], block("1", "2"), block("1", "2"))
    check_same("page", ["/a"], block("1"), block("2"))
    with pytest.raises(DisagreementError, match="/b: signed in another answer"):
        check_same("tile", ["/a", "/b"], block("1", "2"), block("1", "3"))
