"""The bench of coverage: every figure is measured, on a small warehouse."""

import json

import pytest

from cop.bench.report import format_coverage
from tests.support.invoked import invoke

pytestmark = [pytest.mark.coverage, pytest.mark.full]


def test_shown_bench_coverage_prints_one_json_object() -> None:
    done = invoke(
        "bench",
        "coverage",
        "--sensors",
        "50",
        "--days",
        "2",
        "--trials",
        "3",
        "--segment-km",
        "4",
        "--json",
    )
    assert done.exit_code == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["sensors"], figures["reports"]) == (50, 50 * 2 * 24)
    assert figures["segments"] > 750
    assert all(mb >= 0 for mb in figures["size_mb"].values())
    assert figures["status_change_s"] > 0
    assert 0 < figures["what_if"]["median_s"] <= figures["what_if"]["p95_s"]
    for one in figures["viewshed"].values():
        assert one["ours_s"] > 0
        assert one["gdal_viewshed_s"] > 0
    words = format_coverage(figures)
    assert "50 sensors" in words
    assert "what-if: " in words
