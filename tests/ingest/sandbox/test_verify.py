"""What the sandbox left is not trusted: links, other footers, other words are refused."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from cop.errors import InputFileError
from cop.ingest.sandbox.verify import MOST_JSON, check_draft, read_model, read_small
from cop.ingest.upload.draft import DraftWriter, no_moments
from cop.model.upload import FEATURES, PROBLEMS, DraftColumn, DraftReport, Inspection

pytestmark = pytest.mark.layers

COLUMN = DraftColumn(name="n", source="n", kind="BIGINT")
REPORT = DraftReport(format="csv", kind="table", rows=2, accepted=2, columns=(COLUMN,))


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    made = DraftWriter(tmp_path, [COLUMN])
    shapes = np.array([shapely.Point(1, 2), shapely.Point(3, 4)], dtype=object)
    made.write(pa.array(["a", "b"]), shapes, no_moments(2), [pa.array([1, 2])])
    made.close(bounds=(1, 2, 3, 4), kinds=["Point"])
    return tmp_path


def test_a_whole_draft_passes(draft: Path) -> None:
    assert check_draft(draft, REPORT, most_mb=1, file="a") == (FEATURES, PROBLEMS)


@pytest.mark.parametrize(
    "report",
    [
        REPORT.model_copy(update={"accepted": 3}),
        REPORT.model_copy(update={"columns": ()}),
        REPORT.model_copy(update={"columns": (COLUMN.model_copy(update={"kind": "DOUBLE"}),)}),
    ],
)
def test_features_that_are_not_those_of_the_report_are_refused(
    draft: Path, report: DraftReport
) -> None:
    with pytest.raises(InputFileError, match="do not match"):
        check_draft(draft, report, most_mb=1, file="a")


def test_a_link_to_another_file_is_refused(draft: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (draft / FEATURES).rename(other)
    (draft / FEATURES).symlink_to(other)
    with pytest.raises(InputFileError, match="is no file"):
        check_draft(draft, REPORT, most_mb=1, file="a")
    (tmp_path / "result.json").symlink_to(other)
    assert read_small(tmp_path / "result.json") is None


def test_a_cut_or_absent_file_is_refused(draft: Path) -> None:
    (draft / FEATURES).write_bytes((draft / FEATURES).read_bytes()[:-9])
    with pytest.raises(InputFileError, match="no footer"):
        check_draft(draft, REPORT, most_mb=1, file="a")
    (draft / FEATURES).unlink()
    with pytest.raises(InputFileError, match="was not written"):
        check_draft(draft, REPORT, most_mb=1, file="a")


def test_too_much_or_other_words_are_refused(tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(MOST_JSON + 1)
    assert read_small(large) is None
    assert read_small(tmp_path / "absent") is None
    for words in ("", "[]", '{"format": 1}', '{"format":"a","kind":"table","more":1}'):
        with pytest.raises(InputFileError, match="not as it should be"):
            read_model(words, Inspection, file="a")
