"""Tests of the bench of features: every page is read, whole, in small pages and by a condition."""

import json

import pytest

from cop.bench.ogc import run_ogc
from cop.bench.report import format_ogc
from cop.settings import StoreSettings
from tests.support.invoked import invoke

pytestmark = [pytest.mark.exchange, pytest.mark.full]


def test_every_feature_is_read_in_each_way() -> None:
    figures = run_ogc(StoreSettings(), events=2_500, seed=1)
    whole, small, filtered = (figures[name] for name in ("whole", "small", "filtered"))
    assert (whole["items"], whole["pages"]) == (2_500, 1)
    assert (small["items"], small["pages"]) == (2_500, 3)
    assert 0 < filtered["items"] < 2_500
    for one in (whole, small, filtered):
        assert one["items_per_s"] > 0
        assert one["peer_items_per_s"] > 0
    lines = format_ogc(figures).splitlines()
    assert lines[1].startswith("all, pages of 1,000: 2,500 features, ")
    assert len(lines) == 3


def test_the_command_prints_the_figures() -> None:
    done = invoke("bench", "ogc", "--events", "300", "--json")
    assert json.loads(done.stdout)["whole"]["items"] == 300
