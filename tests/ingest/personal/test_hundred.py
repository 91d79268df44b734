"""A hundred files with columns about persons keep none of them, a hundred without keep theirs."""

from pathlib import Path

import pytest

from cop.ingest.upload.task import inspect_source
from tests.support.job import build_job
from tests.support.personal_file import make_file

pytestmark = pytest.mark.trust

FILES = 100
MOST_LOST = 2


def keep_columns(folder: Path, seed: int, *, with_persons: bool) -> tuple[set[str], set[str]]:
    """Return the personal columns that a file keeps, and the others that it loses."""
    made = make_file(folder, seed, with_persons=with_persons)
    seen = inspect_source(build_job(made.path, made.form), None, lambda _share: None)
    kept = set(seen.suggested.columns or ())
    times = {name for name, role in (seen.suggested.roles or {}).items() if role == "time"}
    print(f"{made.path.name}: {', '.join(sorted(kept))}")  # noqa: T201 the list, with pytest -s
    return {*made.personal} & (kept | times), {*made.clean} - kept - times


def test_no_personal_column_is_kept(tmp_path: Path) -> None:
    lost: list[str] = []
    kept: list[str] = []
    for seed in range(FILES):
        personal, clean = keep_columns(tmp_path, seed, with_persons=True)
        kept += [f"{seed}: {name}" for name in sorted(personal)]
        lost += [f"{seed}: {name}" for name in sorted(clean)]
    assert kept == []
    assert len(lost) <= MOST_LOST, lost


def test_clean_files_lose_at_most_two_columns_in_all(tmp_path: Path) -> None:
    lost: list[str] = []
    for seed in range(FILES):
        _, clean = keep_columns(tmp_path, seed, with_persons=False)
        lost += [f"{seed}: {name}" for name in sorted(clean)]
    assert len(lost) <= MOST_LOST, lost
