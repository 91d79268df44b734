"""Budgets: what would take hours ends in its time, and the rest of the file is kept."""

from pathlib import Path
from random import Random

import pytest

from cop.ingest.upload.read import Upload, convert_files
from cop.model.upload import DraftReport
from cop.settings import UploadSettings
from tests.attack.cost import draw_costly

pytestmark = [pytest.mark.trust, pytest.mark.layers, pytest.mark.full]

SEED = 15


def test_shown_shapes_that_cross_themselves_cost_no_more_than_their_time(tmp_path: Path) -> None:
    drawn = list(draw_costly(Random(SEED), tmp_path / "in"))  # noqa: S311 drawn files
    uploads = [Upload(path=one.path, name=one.name) for one in drawn]
    places = [tmp_path / str(number) for number in range(len(drawn))]
    settings = UploadSettings(upload_repair_seconds=2, upload_cpu_seconds=20)
    for attempt, report in zip(drawn, convert_files(uploads, places, settings), strict=True):
        assert isinstance(report, DraftReport), report
        assert report.accepted == attempt.rows
        codes = {finding.code for finding in report.findings}
        assert codes >= set(attempt.found)
        assert report.rejected == report.rows - 1
