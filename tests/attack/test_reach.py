"""Files cannot read files: no way that a format can point elsewhere brings a canary in."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from cop.errors import InputFileError
from cop.ingest.sandbox.sandbox import find_way
from cop.ingest.source.base.hdf import check_hdf
from cop.ingest.upload.read import Upload, convert_files, inspect_files
from cop.model.upload import Inspection
from cop.settings import UploadSettings
from tests.attack.attempt import Attempt
from tests.attack.reach import WAYS, draw_reaching
from tests.hostile.watch import watching

pytestmark = [pytest.mark.trust, pytest.mark.layers]

SEED = 15
Ended = dict[str, tuple[Attempt, str]]


@pytest.fixture(scope="module", params=["bubblewrap", "limits"])
def ended(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Each file with all that was made of it as one text; all are read by one process."""
    if request.param == "bubblewrap" and find_way(UploadSettings()) != "bubblewrap":
        pytest.skip("no bubblewrap here: install the Debian package")
    folder = tmp_path_factory.mktemp("reach")
    settings = UploadSettings.model_validate({"upload_seal": request.param})
    attempts = list(draw_reaching(Random(SEED), folder / "in"))  # noqa: S311 drawn files
    return dict(read_all(attempts, folder / "drafts", settings))


def read_all(
    attempts: list[Attempt], drafts: Path, settings: UploadSettings
) -> Iterator[tuple[str, tuple[Attempt, str]]]:
    uploads = [Upload(path=one.path, name=one.name, choices=one.choices) for one in attempts]
    drafts.mkdir()
    folders = [drafts / str(number) for number in range(len(uploads))]
    found = inspect_files(uploads, settings)
    passed = [n for n, seen in enumerate(found) if isinstance(seen, Inspection)]
    made = convert_files([uploads[n] for n in passed], [folders[n] for n in passed], settings)
    drafts_of = dict(zip(passed, made, strict=True))
    for number, (one, seen, place) in enumerate(zip(attempts, found, folders, strict=True)):
        draft = drafts_of.get(number)
        told = [seen.model_dump_json() if isinstance(seen, Inspection) else str(seen)]
        told.append(str(draft))
        told += [file.read_bytes().decode("latin-1") for file in place.rglob("*") if file.is_file()]
        refusals = [str(x) for x in (seen, draft) if isinstance(x, InputFileError)]
        told[0] = f"{refusals[0] if refusals else ''}\n{told[0]}"
        yield one.way, (one, "\n".join(told))


@pytest.mark.full
@pytest.mark.parametrize("way", WAYS)
def test_shown_a_file_brings_nothing_of_another(ended: Ended, way: str) -> None:
    attempt, told = ended[way]
    assert attempt.secret is not None
    assert attempt.secret.decode() not in told
    if attempt.refused is not None:
        assert re.search(attempt.refused, told.partition("\n")[0]), told[:400]


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
