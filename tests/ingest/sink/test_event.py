"""Tests of loading a file of events, in one process."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from cop.errors import BusyError, CopError, InputFileError, StoreError
from cop.ingest.profile.file import build_profile, read_profile
from cop.ingest.profile.kind import EventProfile
from cop.ingest.reader import DirectReader
from cop.ingest.region import ensure_region
from cop.ingest.sink.load import IngestReport
from cop.ingest.sink.registry import ingest_file
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.event_stage import EventStage
from cop.store.dataset.locate import Locator
from cop.store.warehouse import Warehouse
from tests.support.published import read_published
from tests.support.record import iom_row, write_iom
from tests.support.store import files_below

pytestmark = pytest.mark.picture

IOM = read_profile("iom_mmp")
assert isinstance(IOM, EventProfile)
NAMED = IOM.model_copy(update={"columns": {**IOM.columns, "source_id": "cause"}})


def ingest(folder: Path, path: Path, *, dry_run: bool = False) -> IngestReport:
    return ingest_file(
        StoreSettings(data=folder), path, IOM, dry_run=dry_run, reader=DirectReader()
    )


def test_good_rows_are_published_and_bad_ones_kept(own_warehouse: Path, tmp_path: Path) -> None:
    rows = [iom_row(t=f"2020-05-{day:02}") for day in range(1, 11)]
    rows += [iom_row(dead="1.5"), iom_row(lon="31.5", lat="-110.5"), iom_row(t="soon")]
    report = ingest(own_warehouse, write_iom(tmp_path / "a.csv", rows))
    assert (report.accepted, report.rejected, report.duplicate) == (10, 3, 0)
    assert report.problems == (
        "a.csv, row 12: dead='1.5': a count is a whole number",
        "a.csv, row 13: lat='-110.5': no latitude (over 90 degrees); longitude and latitude "
        "look swapped",
        "a.csv, row 14: t='soon': not a time written %Y-%m-%d",
    )
    (rejects,) = (own_warehouse / "rejects" / "iom_mmp").glob("*.csv")
    kept = pd.read_csv(rejects, dtype=str)
    assert kept["row"].tolist() == ["12", "13", "14"]
    assert kept["dead"].tolist() == ["1.5", "1.0", "1.0"]
    assert kept["file"].unique().tolist() == ["a.csv"]
    assert kept["reason"].str.len().min() > 20
    events = read_published(own_warehouse)
    assert len(events) == 10
    assert events["sector"].unique().tolist() == ["TCA"]
    assert events["kind"].unique().tolist() == ["death"]
    assert Warehouse(StoreSettings(data=own_warehouse)).snapshot.sources["iom_mmp"].n == 10


def test_a_load_says_how_far_it_is(own_warehouse: Path, tmp_path: Path) -> None:
    rows = [iom_row(t=f"2020-0{month}-01") for month in (5, 5, 6)] + [iom_row(dead="x")]
    path = write_iom(tmp_path / "a.csv", rows)
    told: list[tuple[str, int, int | None]] = []
    settings = StoreSettings(data=own_warehouse)
    ingest_file(
        settings, path, IOM, progress=lambda *step: told.append(step), reader=DirectReader()
    )
    assert told == [
        ("reading", 4, 5),
        ("comparing", 0, 3),
        ("merging", 2, 3),
        ("merging", 1, 3),
    ]


def test_a_second_run_adds_nothing(own_warehouse: Path, tmp_path: Path) -> None:
    rows = [iom_row(), iom_row(), iom_row(t="2020-06-01")]
    path = write_iom(tmp_path / "a.csv", rows)
    first, second = ingest(own_warehouse, path), ingest(own_warehouse, path)
    assert (first.accepted, second.accepted, second.duplicate) == (3, 0, 3)
    assert second.version == first.version


def test_a_dry_run_publishes_nothing(own_warehouse: Path, tmp_path: Path) -> None:
    files = files_below(own_warehouse)
    path = write_iom(tmp_path / "a.csv", [iom_row(), iom_row(dead="x")])
    report = ingest(own_warehouse, path, dry_run=True)
    assert (report.accepted, report.rejected, report.version) == (1, 1, None)
    assert files_below(own_warehouse) == files
    assert not (own_warehouse / "rejects").exists()
    assert "events" not in Warehouse(StoreSettings(data=own_warehouse)).snapshot.catalogue.files


@pytest.mark.parametrize("rows", [[], [iom_row(dead="x")]])
def test_no_good_row_is_no_event(
    own_warehouse: Path, tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    report = ingest(own_warehouse, write_iom(tmp_path / "a.csv", rows))
    assert (report.accepted, report.rejected) == (0, len(rows))
    snapshot = Warehouse(StoreSettings(data=own_warehouse)).snapshot
    assert "events" not in snapshot.catalogue.files
    again = ingest(own_warehouse, write_iom(tmp_path / "b.csv", [iom_row()]))
    assert again.accepted == 1


def test_a_bad_file_leaves_the_warehouse_alone(own_warehouse: Path, tmp_path: Path) -> None:
    files = files_below(own_warehouse)
    junk = tmp_path / "junk.csv"
    junk.write_bytes(bytes(range(256)) * 50)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    for path in (junk, wrong, tmp_path / "none.csv"):
        with pytest.raises(CopError, match=path.name):
            ingest(own_warehouse, path)
    assert files_below(own_warehouse) == files


def test_events_outside_every_sector_are_kept(own_warehouse: Path, tmp_path: Path) -> None:
    rows = [iom_row(lon="10.0", lat="50.0"), iom_row(lon="-110.5", lat="20.0")]
    ingest(own_warehouse, write_iom(tmp_path / "a.csv", rows))
    events = read_published(own_warehouse)
    for column in ("sector", "county", "segment_id"):
        assert events[column].tolist() == ["NONE", "NONE"]


def test_equal_rejects_are_one_file_and_others_another(own_warehouse: Path, tmp_path: Path) -> None:
    path = write_iom(tmp_path / "a.csv", [iom_row(), iom_row(dead="x")])
    for _ in range(2):
        ingest(own_warehouse, path)
    rejects = own_warehouse / "rejects" / "iom_mmp"
    assert len(list(rejects.iterdir())) == 1
    ingest(own_warehouse, write_iom(path, [iom_row(), iom_row(dead="y")]))
    assert len(list(rejects.iterdir())) == 2


def test_a_file_of_another_kind_of_warehouse(tmp_path: Path) -> None:
    path = write_iom(tmp_path / "a.csv", [iom_row()])
    with pytest.raises((StoreError, InputFileError)):
        ingest(path, path)


@pytest.mark.sources
def test_groups_reach_the_warehouse_and_can_be_corrected(
    own_warehouse: Path, tmp_path: Path
) -> None:
    declared = {
        "kind": "events",
        "source": {"id": "groups", "title": "T", "publisher": "P", "terms": "none"},
        "reader": "csv",
        "columns": {
            "source_id": "id", "occurred_at": "t", "lon": "lon", "lat": "lat", "count": "n",
            "single_adults": "a", "family_members": "f", "unaccompanied_children": "m",
        },
        "time": {"format": "%Y-%m-%d", "precision": "day"},
        "values": {
            "kind": "apprehension", "unit": "people", "detection": "patrol", "confidence": "high",
        },
    }  # fmt: skip
    path = tmp_path / "a.csv"
    head = "id,t,lon,lat,n,a,f,m\n"
    for text, expected in (
        ("1,2026-01-05,-110.9,31.4,5,2,3,0\n2,2026-01-05,-110.9,31.4,4,,,\n", (2, 0, 0, 0)),
        ("1,2026-01-05,-110.9,31.4,5,1,3,1\n2,2026-01-05,-110.9,31.4,4,,,9\n", (0, 1, 0, 1)),
    ):
        path.write_text(head + text)
        settings = StoreSettings(data=own_warehouse)
        report = ingest_file(
            settings, path, build_profile("groups", declared), reader=DirectReader()
        )
        counts = (report.accepted, report.superseded, report.duplicate, report.rejected)
        assert counts == expected
    held = read_published(own_warehouse).set_index("source_id").sort_index()
    assert held.loc["1", ["single_adults", "family_members"]].tolist() == [1, 3]
    assert held.loc["2", "unaccompanied_children"] != held.loc["2", "unaccompanied_children"]


@pytest.mark.sources
def test_an_uncertainty_beyond_its_column_refuses_the_row_alone(
    own_warehouse: Path, tmp_path: Path
) -> None:
    declared = {
        "kind": "events",
        "source": {"id": "radii", "title": "T", "publisher": "P", "terms": "none"},
        "reader": "csv",
        "columns": {
            "source_id": "id", "occurred_at": "t", "lon": "lon", "lat": "lat", "uncertainty_m": "m",
        },
        "time": {"format": "%Y-%m-%d", "precision": "day"},
        "values": {
            "kind": "other", "count": 1, "unit": "items", "detection": "patrol",
            "confidence": "high",
        },
    }  # fmt: skip
    path = tmp_path / "a.csv"
    rows = [f"{n},2026-01-05,-110.9,31.4,{m}" for n, m in enumerate(("1e39", "-1e39", "3e38", ""))]
    path.write_text("\n".join(["id,t,lon,lat,m", *rows, ""]))
    settings = StoreSettings(data=own_warehouse)
    report = ingest_file(settings, path, build_profile("radii", declared), reader=DirectReader())
    assert (report.accepted, report.rejected) == (2, 2)
    assert report.problems[0] == "a.csv, row 2: m='1e39': not a number for the uncertainty_m"
    held = read_published(own_warehouse).set_index("source_id")["uncertainty_m"]
    assert held["2"] == pytest.approx(3e38)
    assert pd.isna(held["3"])


@pytest.mark.sources
def test_rejects_of_a_load_that_fails_are_taken_back(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise StoreError("the catalogue refused")

    monkeypatch.setattr(WriteTransaction, "commit", refuse)
    path = write_iom(tmp_path / "a.csv", [iom_row(), iom_row(dead="x")])
    with pytest.raises(StoreError, match="refused"):
        ingest(own_warehouse, path)
    assert list((own_warehouse / "rejects" / "iom_mmp").iterdir()) == []


def write_three_batches(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write six named records, two a batch, the second of each batch refused."""
    monkeypatch.setattr("cop.ingest.source.csv.BATCH_ROWS", 2)
    rows = [iom_row(cause=f"R{n}", dead="x" if n % 2 else "1.0") for n in range(6)]
    return write_iom(path, rows)


def test_a_stage_is_used_by_one_thread(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[tuple[str, int]] = []
    for name in ("add", "add_claims"):
        original = getattr(EventStage, name)

        def note(
            stage: EventStage, table: pa.Table, *, name: str = name, original: Any = original
        ) -> None:
            used.append((name, threading.get_ident()))
            original(stage, table)

        monkeypatch.setattr(EventStage, name, note)
    path = write_three_batches(tmp_path / "a.csv", monkeypatch)
    report = ingest_file(StoreSettings(data=own_warehouse), path, NAMED, reader=DirectReader())
    assert (report.accepted, report.rejected) == (3, 3)
    assert sorted(name for name, _ in used) == ["add"] * 3 + ["add_claims"] * 3
    assert len({thread for _, thread in used}) == 1


def test_others_publish_while_a_long_file_is_read(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = StoreSettings(data=own_warehouse)
    path = write_three_batches(tmp_path / "a.csv", monkeypatch)
    other = write_iom(tmp_path / "b.csv", [iom_row(cause="other")])
    published: list[int] = []

    def publish_other(step: str, rows: int, _total: int | None) -> None:
        if step == "reading" and rows == 2:
            published.append(ingest_file(settings, other, IOM, reader=DirectReader()).accepted)

    report = ingest_file(settings, path, NAMED, progress=publish_other, reader=DirectReader())
    assert (sum(published), report.accepted) == (1, 3)
    assert len(read_published(own_warehouse)) == 4


def test_a_region_that_changes_meanwhile_refuses_the_load(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_three_batches(tmp_path / "a.csv", monkeypatch)
    located = iter((("old",), ("new",)))

    def ensure(*args: Any) -> Locator:
        return replace(ensure_region(*args), files=next(located))

    monkeypatch.setattr("cop.ingest.sink.event.ensure_region", ensure)
    with pytest.raises(BusyError, match="the region changed while it was read"):
        ingest(own_warehouse, path)
    assert not list((own_warehouse / "datasets").rglob("month=*/*.parquet"))
