"""What make says before it installs or runs anything."""

from pathlib import Path

import pytest

from tests.support.command import CHECKOUT
from tests.support.install import copy_project, make

pytestmark = pytest.mark.sources


def test_a_missing_wheelhouse_is_told_before_anything_is_installed(tmp_path: Path) -> None:
    clone = copy_project(tmp_path / "clone")
    with pytest.raises(AssertionError, match="there is no wheelhouse") as told:
        make(clone, "install", f"WHEELHOUSE={tmp_path / 'nowhere'}")
    assert "make wheelhouse" in str(told.value)
    assert not (clone / ".venv" / ".installed").exists()


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ((), "cop run --port 8501"),
        (("REGION=hu_rs",), 'cop run --port 8501 --region "hu_rs"'),
        (("DATA=some/dir", "PORT=8600"), 'cop run --port 8600 --data "some/dir"'),
    ],
)
def test_make_leaves_to_the_program_what_is_not_given(given: tuple[str, ...], options: str) -> None:
    said = make(CHECKOUT, "--dry-run", "run", *given)
    assert " ".join(said.splitlines()[-1].split()).endswith(options)
