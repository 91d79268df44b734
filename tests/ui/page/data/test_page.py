"""The Data page: late sources, refused rows to download, versions, and a fault in looking."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from cop.export.table import defuse_table
from cop.ingest.profile.file import read_profile
from cop.ingest.reader import DirectReader
from cop.ingest.sink.registry import ingest_file
from cop.model.moment import utc_now
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.reject import read_rejects
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT
from cop.ui.page.data.page import build_version_table
from cop.ui.page.data.reject import build_reason_table
from tests.support.command import CHECKOUT
from tests.support.record import iom_row, make_frame, write_iom
from tests.support.signed import signed_context
from tests.support.store import publish_events
from tests.ui.conftest import PATIENCE_SECONDS, RunPage

pytestmark = pytest.mark.sources


def load(data: Path, folder: Path, *rows: dict[str, str]) -> None:
    """Load a file by the profile iom_mmp, which expects news every month."""
    path = write_iom(folder / "incidents.csv", list(rows))
    ingest_file(StoreSettings(data=data), path, read_profile("iom_mmp"), reader=DirectReader())


def figures(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def html(page: AppTest) -> str:
    return "".join(str(element.proto.body) for element in page.get("html"))


def test_shown_late_source(run_page: RunPage, own_warehouse: Path, tmp_path: Path) -> None:
    day = (utc_now() - timedelta(days=100)).strftime("%Y-%m-%d")
    load(own_warehouse, tmp_path, iom_row(t=day, m=day))
    page = run_page("Data", own_warehouse)
    assert not page.exception
    assert figures(page)["Sources late"] == "1"
    assert figures(page)["Sources current"] == "0"
    assert "\N{WARNING SIGN} late by 2 mo" in html(page)
    assert "cop-state-late" in html(page)
    assert "Missing Migrants Project" in html(page)


def test_a_source_in_time_is_current(
    run_page: RunPage, own_warehouse: Path, tmp_path: Path
) -> None:
    day = (utc_now() - timedelta(days=10)).strftime("%Y-%m-%d")
    load(own_warehouse, tmp_path, iom_row(t=day, m=day))
    page = run_page("Data", own_warehouse)
    assert (figures(page)["Sources late"], figures(page)["Sources current"]) == ("0", "1")
    assert figures(page)["Real records"] == "1"


def test_shown_rejects_download(run_page: RunPage, own_warehouse: Path, tmp_path: Path) -> None:
    bad = [iom_row(lat="95"), iom_row(lat="-95"), iom_row(t="=1+1")]
    load(own_warehouse, tmp_path, iom_row(), *bad)
    page = run_page("Data", own_warehouse)
    assert not page.exception
    assert figures(page)["Rejected rows"] == "3"
    summary = page.dataframe[0].value
    assert summary["n"].sum() == 3
    assert summary["n"].max() == 2
    (button,) = page.get("download_button")
    (file,) = read_rejects(own_warehouse)
    assert "3 rows" in button.proto.label
    kept = pd.read_csv(file.path)
    assert kept["reason"].notna().all()
    assert len(kept) == 3
    opened = pd.read_csv(BytesIO(defuse_table(file.path)), dtype=str)
    assert "'=1+1" in set(opened.to_numpy().ravel())
    assert "=1+1" not in set(opened.to_numpy().ravel())
    assert file.path.parent == own_warehouse / "rejects" / "iom_mmp"


def test_reasons_are_summed_over_files(own_warehouse: Path, tmp_path: Path) -> None:
    load(own_warehouse, tmp_path, iom_row(lat="95"), iom_row(t="soon"))
    load(own_warehouse, tmp_path, iom_row(lat="99"))
    sources = Warehouse(StoreSettings(data=own_warehouse)).snapshot.sources
    files = read_rejects(own_warehouse)
    assert len(files) == 2
    table = build_reason_table(files, sources)
    assert table["n"].tolist() == [2, 1]
    assert table["reason"].iloc[0].startswith("lat: ")


def test_nothing_loaded_and_nothing_refused_is_said(
    run_page: RunPage, bare_warehouse: Path
) -> None:
    page = run_page("Data", bare_warehouse)
    assert not page.exception
    assert "No sources loaded" in page.info[0].value
    assert any("No rejected rows" in c.value for c in page.caption)
    assert figures(page)["Real records"] == "0"
    assert "segments" in page.dataframe[1].value["dataset"].tolist()
    assert page.dataframe[2].value["licence"].notna().all()


def test_versions_say_what_they_brought(own_warehouse: Path, tmp_path: Path) -> None:
    load(own_warehouse, tmp_path, iom_row(), iom_row(lon="-111"), iom_row(lat="95"))
    publish_events(StoreSettings(data=own_warehouse), make_frame(2))
    warehouse = Warehouse(StoreSettings(data=own_warehouse))
    table = build_version_table(warehouse.history())
    warehouse.close()
    assert table["version"].is_monotonic_decreasing
    assert table["message"].iloc[0] == "test"
    assert pd.isna(table["accepted"].iloc[0])
    loaded = table[table["source"] == "iom_mmp"].iloc[0]
    assert (loaded["accepted"], loaded["rejected"], loaded["duplicate"]) == (2, 1, 0)


def test_real_and_synthetic_records_stand_apart(run_page: RunPage, warehouse_dir: Path) -> None:
    page = run_page("Data", warehouse_dir)
    assert not page.exception
    with open_transaction(StoreSettings(data=warehouse_dir)) as transaction:
        held = [transaction.read("sensors")]
    real = next(metric for metric in page.metric if metric.label == "Real records")
    warehouse = Warehouse(StoreSettings(data=warehouse_dir))
    counts = {
        synthetic: sum(
            s.n for s in warehouse.snapshot.sources.values() if s.source.synthetic is synthetic
        )
        for synthetic in (False, True)
    }
    warehouse.close()
    assert real.value == f"{counts[False]:,}"
    assert real.delta == f"{counts[True]:,} SYNTHETIC separately"
    assert counts[True] >= len(held[0])
    assert "cop-synthetic" in html(page)


def test_shown_a_fault_in_looking_for_versions(run_page: RunPage, bare_warehouse: Path) -> None:
    class Failing:
        fault = "cannot read the newest version: <b>disk</b>"

    failing = {"refresher": Failing()}
    page = run_page("Data", bare_warehouse, context=failing)
    assert "Newer versions cannot be read: cannot read" in page.warning[0].value
    assert "NEWER VERSIONS CANNOT BE READ" in html(page)
    assert "<b>disk" not in html(page)
    sectors = run_page("Sectors", bare_warehouse, context=failing)
    assert "NEWER VERSIONS CANNOT BE READ" in html(sectors)
    assert "CANNOT BE READ" not in html(run_page("Sectors", bare_warehouse))


class Slow:
    """A serving builder that could not make its copy."""

    fault = "/srv/warehouse/serving: 3 MB free, less than a copy needs"


def captions(page: AppTest) -> str:
    return " ".join(caption.value for caption in page.caption)


@pytest.mark.scale
def test_why_answers_are_slow_is_shown(run_page: RunPage, bare_warehouse: Path) -> None:
    page = run_page("Data", bare_warehouse, context={"serving": Slow()})
    assert f"slower than they could be: {Slow.fault}." in captions(page)
    assert "slower than" not in captions(run_page("Data", bare_warehouse))


@pytest.mark.scale
@pytest.mark.parametrize("roles", [("viewer",), ("viewer", "operator")])
def test_folders_of_the_server_are_named_to_who_may_audit(
    bare_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, roles: tuple[str, ...]
) -> None:
    with closing(Warehouse(StoreSettings(data=bare_warehouse))) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=1)
        context = signed_context(service, tmp_path, monkeypatch, *roles)
        page = AppTest.from_file(
            str(CHECKOUT / "pages" / "Data.py"), default_timeout=PATIENCE_SECONDS
        )
        page.session_state[CONTEXT] = replace(context, serving=Slow())
        page.run()
        assert not page.exception
    assert "slower than they could be" in captions(page)
    assert ("/srv/warehouse" in captions(page)) == ("operator" in roles)


@pytest.mark.access
@pytest.mark.parametrize("highest", ["TLP:GREEN", "TLP:RED"])
def test_rejected_rows_that_may_not_be_read_are_not_counted_as_none(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, highest: str
) -> None:
    load(own_warehouse, tmp_path, iom_row(), iom_row(lat="95"))
    with closing(Warehouse(StoreSettings(data=own_warehouse))) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=1)
        context = signed_context(service, tmp_path, monkeypatch, "viewer", highest=highest)
        viewer = context.viewer
        assert viewer is not None
        page = AppTest.from_file(
            str(CHECKOUT / "pages" / "Data.py"), default_timeout=PATIENCE_SECONDS
        )
        release = context.access.policy.release(viewer)
        page.session_state[CONTEXT] = replace(context, service=service.released_to(release))
        page.run()
        assert not page.exception
    is_read = highest == "TLP:RED"
    assert figures(page)["Rejected rows"] == ("1" if is_read else "not shown")
    said = " ".join(caption.value for caption in page.caption)
    assert "No rejected rows" not in said
    assert ("shown to people who may read TLP:RED" in said) is not is_read
    assert len(page.get("download_button")) == (1 if is_read else 0)
    tables = [set(table.value.columns) for table in page.dataframe]
    assert {"version", "published", "message"} in tables
    assert not any("megabytes" in columns for columns in tables)
