"""Tests of measuring the reading of an upload, with a few points."""

import pytest

from cop.bench.upload import run_upload
from cop.settings import UploadSettings

pytestmark = [pytest.mark.layers, pytest.mark.full]


def test_every_point_becomes_a_feature_of_the_draft() -> None:
    figures = run_upload(UploadSettings(), points=2_000, seed=1)
    assert (figures["points"], figures["accepted"]) == (2_000, 2_000)
    assert figures["seal"]
    assert 0.1 < figures["csv_mb"] < 0.3
    assert figures["draft_mb"] > 0
    assert figures["child_mb"] > 50
    assert figures["inspect_s"] >= 0
    assert figures["convert_s"] >= 0
