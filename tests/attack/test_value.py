"""Uploads keep values: what is stored is the number of the file, digit by digit, or its text."""

from random import Random

import pytest

from cop.model.upload import DraftReport
from cop.settings import UploadSettings
from tests.attack.value import FORMATS, draw_values
from tests.attack.verdict import Brought, bring, judge

pytestmark = [pytest.mark.trust, pytest.mark.layers, pytest.mark.full]

SEEDS = (1, 2, 3)
Made = dict[tuple[str, int], Brought]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Every file of every seed, as one process makes drafts of them."""
    folder = tmp_path_factory.mktemp("values")
    drawn = [(s, a) for s in SEEDS for a in draw_values(Random(s), folder / str(s))]  # noqa: S311
    brought = bring([one for _, one in drawn], folder / "drafts", UploadSettings())
    return {(a.way, s): one for (s, a), one in zip(drawn, brought, strict=True)}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("way", FORMATS)
def test_shown_every_value_is_kept_digit_by_digit(made: Made, way: str, seed: int) -> None:
    brought = made[way, seed]
    assert isinstance(brought.draft, DraftReport), brought.draft
    assert brought.draft.accepted == brought.draft.records == brought.attempt.rows
    assert judge(brought)[1] is None
