"""Tests of the verdict: what is silently wrong with a file that was taken is found."""

from dataclasses import replace
from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.settings import UploadSettings
from tests.attack.attempt import Attempt
from tests.attack.tally import REFUSED, TAKEN, WARNED, Tally, write_report
from tests.attack.verdict import Brought, bring, judge

pytestmark = [pytest.mark.trust, pytest.mark.layers]

CSV = "lat,lon,c0,Surname\n31,-111,9007199254740993,Walker\n31.5,-111,2,Hughes\n"


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Brought:
    folder: Path = tmp_path_factory.mktemp("verdict")
    path = folder / "a.csv"
    path.write_text(CSV)
    cells = (("9007199254740993",), ("2",))
    attempt = Attempt(way="sound", path=path, name="a.csv", rows=2, cells=cells)
    (one,) = bring([attempt], folder / "drafts", UploadSettings())
    return one


def fault_of(brought: Brought, **claims: object) -> str | None:
    """What is wrong if the file was to be another one."""
    return judge(replace(brought, attempt=replace(brought.attempt, **claims)))[1]


@pytest.mark.full
def test_what_is_as_it_should_be_is_not_wrong(brought: Brought) -> None:
    assert judge(brought) == (WARNED, None)
    assert brought.codes == {"personal_data"}


@pytest.mark.full
@pytest.mark.parametrize(
    ("claims", "fault"),
    [
        ({"rows": 1}, "has 2 rows of 1"),
        ({"cells": (("9007199254740992",), ("2",))}, "holds 9007199254740993 where"),
        ({"found": ("null_island",)}, "is not warned of: null_island"),
        ({"refused": "in another file"}, "is taken, and should be refused"),
        ({"secret": b"9007199254740993"}, "holds what stands in another file"),
        ({"personal": ("c0",)}, "keeps columns about persons: c0"),
    ],
)
def test_what_is_silently_wrong_is_found(
    brought: Brought, claims: dict[str, object], fault: str
) -> None:
    assert (fault_of(brought, **claims) or "").startswith(fault)


@pytest.mark.full
def test_rows_that_are_missing_without_a_word_are_found(brought: Brought) -> None:
    assert brought.draft is not None
    quiet = replace(brought, seen=brought.seen.model_copy(update={"findings": ()}))
    quiet = replace(quiet, draft=quiet.draft.model_copy(update={"findings": ()}))
    assert (fault_of(quiet, rows=3, cells=()) or "").startswith("lost 1 of 3 rows")
    assert fault_of(brought, rows=3, cells=()) is None


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("a.csv: it holds views; save it anew", None),
        ("a.csv: it is odd", "is refused by other words"),
        ("it holds views", "is refused without words"),
        ("a.csv: Traceback (most recent call last)", "is refused without words"),
    ],
)
def test_a_refusal_names_the_file_and_why(words: str, fault: str | None, tmp_path: Path) -> None:
    attempt = Attempt(way="a", path=tmp_path / "a.csv", name="a.csv", refused="views")
    refused = Brought(attempt=attempt, seen=InputFileError(words), draft=None, place=tmp_path)
    outcome, found = judge(refused)
    assert outcome == REFUSED
    assert found == fault or (found or "").startswith(fault or "-")


def test_the_report_counts_by_kind_and_names_what_is_wrong() -> None:
    tally, other = Tally("files"), Tally("files")
    tally.add(REFUSED, n=3, seconds=0.5, mb=20)
    other.add(TAKEN, fault="a.csv lost a row", seconds=0.25, mb=70)
    head, line, total, fault, end = write_report([tally.join(other)]).splitlines()
    assert head.split() == [
        "kind",
        "tried",
        "refused",
        "warned",
        "taken",
        "wrong",
        "s",
        "most",
        "MB",
    ]
    assert line.split() == ["files", "4", "3", "0", "1", "1", "0.50", "70"]
    assert (total, fault, end) == ("4 tried", "files: a.csv lost a row", "1 wrong")
