"""Files cannot read files: no way that a format can point elsewhere brings a canary in."""

from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from cop.errors import InputFileError
from cop.ingest.sandbox.sandbox import find_way
from cop.ingest.source.base.hdf import check_hdf
from cop.settings import UploadSettings
from tests.attack.reach import WAYS, draw_reaching
from tests.attack.verdict import Brought, bring, judge
from tests.hostile.watch import watching

pytestmark = [pytest.mark.trust, pytest.mark.layers]

SEED = 15
Ended = dict[str, Brought]


@pytest.fixture(scope="module", params=["bubblewrap", "limits"])
def ended(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """What became of each file; all are read by one process."""
    if request.param == "bubblewrap" and find_way(UploadSettings()) != "bubblewrap":
        pytest.skip("no bubblewrap here: install the Debian package")
    folder = tmp_path_factory.mktemp("reach")
    settings = UploadSettings.model_validate({"upload_seal": request.param})
    attempts = list(draw_reaching(Random(SEED), folder / "in"))  # noqa: S311 drawn files
    return {one.attempt.way: one for one in bring(attempts, folder / "drafts", settings)}


@pytest.mark.full
@pytest.mark.parametrize("way", WAYS)
def test_shown_a_file_brings_nothing_of_another(ended: Ended, way: str) -> None:
    assert ended[way].attempt.secret is not None
    assert judge(ended[way])[1] is None


def test_looking_through_a_file_opens_no_other(tmp_path: Path) -> None:
    for attempt in draw_reaching(Random(SEED), tmp_path):  # noqa: S311 drawn files
        if not attempt.name.endswith(".nc"):
            continue
        others = [one for one in attempt.path.parent.iterdir() if one != attempt.path]
        for other in others:
            with watching(other) as watch:
                with suppress(InputFileError):
                    check_hdf(attempt.path, attempt.name)
                assert watch.count() == 0, attempt.name
