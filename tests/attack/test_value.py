"""Uploads keep values: what is stored is the number of the file, digit by digit, or its text."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest

from cop.ingest.upload.read import Upload, convert_files
from cop.model.upload import FEATURES, DraftReport
from cop.settings import UploadSettings
from tests.attack.attempt import Attempt
from tests.attack.value import FORMATS, draw_values

pytestmark = [pytest.mark.trust, pytest.mark.layers, pytest.mark.full]

SEEDS = (1, 2, 3)
Made = dict[tuple[str, int], tuple[Attempt, object, Path]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Every file of every seed, as one process makes drafts of them."""
    folder = tmp_path_factory.mktemp("values")
    drawn = [(s, a) for s in SEEDS for a in draw_values(Random(s), folder / str(s))]  # noqa: S311
    uploads = [Upload(path=one.path, name=one.name) for _, one in drawn]
    places = [folder / f"draft-{number}" for number in range(len(drawn))]
    reports = convert_files(uploads, places, UploadSettings())
    return {
        (one.way, seed): (one, report, place)
        for (seed, one), report, place in zip(drawn, reports, places, strict=True)
    }


def is_same(written: str, read: object) -> bool:
    """Whether a value that was read is the number that was written, or its text."""
    if isinstance(read, str):
        return read == written or (written[:2] != "00" and Decimal(read) == Decimal(written))
    if isinstance(read, int):
        return Decimal(written) == read and (written == "0" or written[0] != "0")
    if not isinstance(read, float):
        return False
    digits = len(Decimal(written).as_tuple().digits)
    ways = [Context(prec=digits, rounding=one) for one in (ROUND_HALF_EVEN, ROUND_DOWN)]
    texts = [way.create_decimal(Decimal(read)) for way in ways]
    return Decimal(written) in texts[: 2 if digits > 17 else 1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("way", FORMATS)
def test_shown_every_value_is_kept_digit_by_digit(made: Made, way: str, seed: int) -> None:
    attempt, report, place = made[way, seed]
    assert isinstance(report, DraftReport), report
    assert report.accepted == report.records == attempt.rows
    table = pq.read_table(place / FEATURES)
    names = {name.rpartition("_")[2]: name for name in table.column_names}
    for column in range(len(attempt.cells[0])):
        read = table[names[f"c{column}"]].to_pylist()
        written = [row[column] for row in attempt.cells]
        assert all(map(is_same, written, read)), list(zip(written, read, strict=True))
