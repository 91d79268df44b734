"""No flipped bit of a stored file goes unnoticed past a server's start, none is answered from."""

from pathlib import Path

import pytest

from cop.settings import StoreSettings
from tests.attack.flip import KINDS, NOTICED, build_target, flip_each

pytestmark = [pytest.mark.trust, pytest.mark.store, pytest.mark.full]

FLIPS = 12


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> StoreSettings:
    return build_target(Path(tmp_path_factory.mktemp("flip")))


@pytest.mark.parametrize("kind", KINDS)
def test_shown_every_flip_is_noticed_and_none_is_answered_from(
    target: StoreSettings, kind: str
) -> None:
    outcomes = list(flip_each(target, kind, FLIPS, seed=15))
    assert len(outcomes) == FLIPS
    assert [one for one in outcomes if one.outcome != NOTICED] == []
