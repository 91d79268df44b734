"""Reading of analysts' files: what is refused before a process starts, and what of many."""

from pathlib import Path
from typing import Any, NoReturn

import pytest

from cop.errors import InputFileError
from cop.ingest.upload import read
from cop.ingest.upload.read import Upload, convert_file, convert_files, inspect_file, inspect_files
from cop.model.upload import Choices, DraftReport, Inspection
from cop.settings import UploadSettings

pytestmark = pytest.mark.layers


@pytest.fixture
def few(tmp_path: Path) -> Path:
    path = tmp_path / "few.csv"
    path.write_text("lat,lon\n31,-110\n")
    return path


@pytest.fixture
def _no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: Any, **_more: Any) -> NoReturn:
        raise AssertionError("a process was started")

    monkeypatch.setattr(read, "run_in_sandbox", refuse)


@pytest.mark.usefixtures("_no_process")
def test_a_large_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.write(b"lat,lon\n")
        file.truncate(3 << 20)
    with pytest.raises(InputFileError, match=r"3 MB; at most 2 MB are taken \(COP_UPLOAD_MB\)"):
        inspect_file(path, "large.csv", UploadSettings(upload_mb=2))


@pytest.mark.usefixtures("_no_process")
@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("gone.csv", None, "no such file; upload it again"),
        ("empty.csv", b"", "the file is empty; export it again"),
        ("words.docx", b"PK\x03\x04", "no format that is taken; give a file named"),
        ("picture.parquet", b"lat,lon\n31,-110\n", "its content is no"),
    ],
)
def test_what_is_no_file_of_a_format_is_refused_by_name_and_leaves_nothing(
    tmp_path: Path, name: str, content: bytes | None, told: str
) -> None:
    path = tmp_path / "stored"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputFileError) as refused:
        convert_file(path, name, Choices(), tmp_path / "draft", UploadSettings())
    assert str(refused.value).startswith(f"{name}: {told}")
    assert {one.name for one in tmp_path.iterdir()} <= {"stored"}


@pytest.mark.usefixtures("_no_process")
def test_each_of_several_is_refused_for_its_own_reason(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    uploads = [Upload(path=empty, name="a.csv"), Upload(path=tmp_path / "b", name="b.csv")]
    told = [str(one) for one in inspect_files(uploads, UploadSettings())]
    assert told == [
        "a.csv: the file is empty; export it again",
        "b.csv: no such file; upload it again",
    ]


def test_a_refused_file_among_others_does_not_stop_them(few: Path, tmp_path: Path) -> None:
    gone = Upload(path=tmp_path / "gone", name="gone.csv")
    uploads = [gone, Upload(path=few, name="few.csv")]
    refused, seen = inspect_files(uploads, UploadSettings())
    assert isinstance(refused, InputFileError)
    assert isinstance(seen, Inspection)
    assert (seen.format, seen.rows) == ("csv", 1)
    drafts = [tmp_path / "one", tmp_path / "two"]
    refused, made = convert_files(uploads, drafts, UploadSettings())
    assert isinstance(refused, InputFileError)
    assert isinstance(made, DraftReport)
    assert not drafts[0].exists()
    assert {"features.parquet", "report.json"} <= {one.name for one in drafts[1].iterdir()}


def test_a_draft_is_not_put_over_another(few: Path, tmp_path: Path) -> None:
    taken = tmp_path / "draft"
    taken.mkdir()
    (taken / "mine").touch()
    with pytest.raises(InputFileError, match="cannot be put in draft"):
        convert_file(few, "few.csv", Choices(), taken, UploadSettings())
    assert [one.name for one in taken.iterdir()] == ["mine"]
