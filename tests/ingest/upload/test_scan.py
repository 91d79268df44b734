"""The first reading of a file, and the scan that spares the next step another."""

from pathlib import Path
from typing import Any

import pytest

from cop.errors import InputFileError
from cop.ingest.source.base.opened import Job, OpenedFile
from cop.ingest.source.base.plain import open_source
from cop.ingest.upload.scan import Envelope, Scan, find_scan, scan_source
from cop.model.upload import Choices, FileScan
from tests.support.job import build_job, list_codes, write_job

pytestmark = pytest.mark.layers
TEXT = """id,lat,lon,when,reach,up,last_name,note
a,31.5,-110.5,03/04/2026,1.5,true,Doe,=1+1
b,31.25,-110.25,24/04/2026,2,false,Roe,<b>x</b>
c,95,-110,05/06/2026,,true,Poe,a\x00b
"""


def scanned(job: Job) -> tuple[OpenedFile, Scan]:
    opened = open_source(job)
    return opened, scan_source(job, opened, lambda _share: None)


def state(scan: Scan) -> dict[str, Any]:
    """All of a scan that later steps use."""
    columns = {name: column.dump() for name, column in scan.columns.items()}
    about = (scan.rows, scan.envelope.places, scan.envelope.fitting, scan.envelope.swapped)
    return {"columns": columns, "roles": scan.roles, "about": about, "box": scan.envelope.box}


def test_columns_have_kinds_looks_and_roles(tmp_path: Path) -> None:
    job = write_job(tmp_path, "a.csv", TEXT, "csv")
    _, scan = scanned(job)
    assert {name: column.kind for name, column in scan.columns.items()} == {
        "id": "VARCHAR", "lat": "DOUBLE", "lon": "DOUBLE", "when": "VARCHAR", "reach": "DOUBLE",
        "up": "BOOLEAN", "last_name": "VARCHAR", "note": "VARCHAR",
    }  # fmt: skip
    assert scan.roles == {"lat": "latitude", "lon": "longitude", "when": "time", "id": "id"}
    assert (scan.columns["when"].days_first, scan.columns["when"].months_first) == (1, 0)
    assert scan.envelope.box == (-110.5, 31.25, -110, 95)
    assert (scan.envelope.places, scan.envelope.fitting, scan.envelope.swapped) == (3, 2, 0)
    codes = {"personal_data", "formula_cells", "markup_text", "control_characters"}
    assert list_codes(job) == codes


@pytest.mark.parametrize("choices", [Choices(), Choices(roles={"when": "time"})])
def test_a_scan_goes_through_the_next_step_unchanged(tmp_path: Path, choices: Choices) -> None:
    job = write_job(tmp_path, "a.csv", TEXT, "csv")
    job.choices = choices
    opened, scan = scanned(job)
    text = scan.dump(job, opened).model_dump_json()
    later = build_job(job.path, "csv", choices=Choices(roles=scan.roles, day_first=True))
    later.scan = FileScan.model_validate_json(text)
    found = find_scan(later, open_source(later))
    assert found is not None
    assert state(found) == state(scan)
    assert list_codes(later) == list_codes(job)
    assert found.dump(later, opened).columns == later.scan.columns


@pytest.mark.parametrize(
    "change",
    [{"roles": {"lat": "latitude"}}, {"roles": {}}, {"encoding": "cp1252"}],
)
def test_another_reading_is_scanned_again(tmp_path: Path, change: dict[str, Any]) -> None:
    job = write_job(tmp_path, "a.csv", TEXT, "csv")
    opened, scan = scanned(job)
    later = build_job(job.path, "csv", choices=Choices.model_validate(change))
    later.scan = scan.dump(job, opened)
    assert find_scan(later, open_source(later)) is None


def test_chosen_roles_are_no_suggestion_and_other_columns_no_match(tmp_path: Path) -> None:
    job = write_job(tmp_path, "a.csv", TEXT, "csv")
    job.choices = Choices(roles={"when": "time"})
    opened, scan = scanned(job)
    later = build_job(job.path, "csv")
    later.scan = scan.dump(job, opened)
    assert find_scan(later, opened) is None
    other = write_job(tmp_path, "b.csv", "x,y\n1,2\n", "csv")
    other.scan = scan.dump(job, opened)
    assert find_scan(other, open_source(other)) is None
    assert find_scan(build_job(job.path, "csv"), opened) is None


def test_a_scan_is_small_whatever_the_cells(tmp_path: Path) -> None:
    text = "a,b\n" + f"{'x' * 3_000},{'y' * 3_000}\n" * 600
    job = write_job(tmp_path, "a.csv", text, "csv")
    opened, scan = scanned(job)
    assert len(scan.dump(job, opened).model_dump_json()) < 2_500


def test_what_cannot_be_scanned_is_refused(tmp_path: Path) -> None:
    job = write_job(tmp_path, "a.csv", TEXT, "csv", upload_rows=2)
    with pytest.raises(InputFileError, match="more rows than the 2 that are taken"):
        scanned(job)
    job = write_job(tmp_path, "a.csv", TEXT, "csv")
    job.choices = Choices(roles={"there": "time"})
    with pytest.raises(InputFileError, match="no column 'there'"):
        scanned(job)


def test_an_envelope_without_a_place_comes_back_without_one() -> None:
    assert Envelope.restore(FileScan()).box is None
    found = FileScan(places=2, numbers=(1, 2, 3, 4), swapped=1)
    assert Envelope.restore(found).box == (1, 2, 3, 4)
