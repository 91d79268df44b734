"""Uploads count rows: what a file holds by its own count is compared with what was read of it."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from cop.ingest.upload.read import Upload, inspect_files
from cop.model.upload import Inspection
from cop.settings import UploadSettings
from tests.attack.attempt import Attempt, Draw
from tests.attack.record import LACKING, WHOLE, draw_lacking, draw_whole

pytestmark = [pytest.mark.trust, pytest.mark.layers, pytest.mark.full]

SEEDS = (1, 2, 3)
Found = dict[tuple[str, int], tuple[Attempt, object]]


@pytest.fixture(scope="module")
def inspect(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Draw], Found]:
    """Inspect what is drawn by all seeds, once."""
    known: dict[Draw, Found] = {}

    def read(draw: Draw) -> Found:
        if draw not in known:
            folder: Path = tmp_path_factory.mktemp("records")
            drawn = [(s, a) for s in SEEDS for a in draw(Random(s), folder / str(s))]  # noqa: S311
            uploads = [Upload(path=one.path, name=one.name) for _, one in drawn]
            found = inspect_files(uploads, UploadSettings())
            known[draw] = {(a.way, s): (a, x) for (s, a), x in zip(drawn, found, strict=True)}
        return known[draw]

    return read


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("way", LACKING)
def test_shown_a_record_that_is_not_read_is_counted(
    inspect: Callable[[Draw], Found], way: str, seed: int
) -> None:
    attempt, seen = inspect(draw_lacking)[way, seed]
    if not attempt.found and not isinstance(seen, Inspection):
        return
    assert isinstance(seen, Inspection), seen
    assert attempt.rows is not None
    assert seen.records == attempt.rows
    assert attempt.found == () or seen.rows < attempt.rows
    if seen.rows == attempt.rows:
        return
    (finding,) = [one for one in seen.findings if one.code == "records_differ"]
    assert finding.rows == attempt.rows - seen.rows
    assert f"{attempt.rows:,}" in finding.words
    assert f"{seen.rows:,}" in finding.words


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("way", WHOLE)
def test_shown_a_sound_file_is_counted_as_it_is_read(
    inspect: Callable[[Draw], Found], way: str, seed: int
) -> None:
    attempt, seen = inspect(draw_whole)[way, seed]
    assert isinstance(seen, Inspection), seen
    assert (seen.rows, seen.records) == (attempt.rows, attempt.rows)
    assert {"records_differ", "quotes_open"}.isdisjoint(one.code for one in seen.findings)
