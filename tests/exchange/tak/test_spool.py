"""Tests of the spool of reports: what waits outlasts a kill, in order, without any uid."""

import shutil
import stat
from pathlib import Path

import pytest

from cop.errors import StoreError
from cop.exchange.tak.spool import ReportSpool
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from tests.exchange.tak.test_incoming import report
from tests.support.published import read_published
from tests.support.tak import (
    await_true,
    position,
    running_tak,
    running_taky,
    tak_environment,
    watching,
    write_policy,
    write_tak_file,
)
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.exchange


def test_what_waits_is_there_for_the_next_process_in_order(tmp_path: Path) -> None:
    first = ReportSpool.of(tmp_path, "TAK-1")
    sent = [report(uid=f"ANDROID-{i}", count=i, kind="rescue", unit="people") for i in range(5)]
    for one in sent:
        first.append(one)
    first.forget(2)
    first.append(report(uid="LAST"))
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600
    assert b"ANDROID" not in first.path.read_bytes()
    left = ReportSpool.of(tmp_path, "TAK-1").read()
    expected = [*sent[2:], report(uid="LAST")]
    assert [one.source_id for one in left] == [one.source_id for one in expected]
    assert [(one.count, one.start, one.marking) for one in left] == [
        (one.count, one.start, one.marking) for one in expected
    ]


def test_nothing_is_there_once_all_is_published(tmp_path: Path) -> None:
    spool = ReportSpool.of(tmp_path, "TAK-1")
    assert spool.read() == ()
    spool.append(report())
    spool.forget(1)
    assert not spool.path.exists()
    spool.append(report(uid="B"))
    assert len(ReportSpool.of(tmp_path, "TAK-1").read()) == 1


def test_a_line_that_was_cut_off_is_left_out_and_nothing_is_appended_to_it(tmp_path: Path) -> None:
    spool = ReportSpool.of(tmp_path, "TAK-1")
    for uid in "AB":
        spool.append(report(uid=uid))
    spool.close()
    with spool.path.open("r+b") as file:
        file.truncate(spool.path.stat().st_size - 9)
    again = ReportSpool.of(tmp_path, "TAK-1")
    assert len(again.read()) == 1
    again.append(report(uid="C"))
    again.close()
    found = ReportSpool.of(tmp_path, "TAK-1").read()
    assert [one.source_id for one in found] == [report(uid=uid).source_id for uid in "AC"]


def test_a_spool_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "exchange").write_text("a file")
    with pytest.raises((StoreError, NotADirectoryError, FileExistsError)):
        ReportSpool.of(tmp_path, "TAK-1").append(report())


def n_published(data: Path) -> int:
    try:
        return len(read_published(data))
    except (IndexError, ValueError):
        return 0


@pytest.mark.full
def test_reports_that_were_received_outlast_a_kill_and_none_is_doubled(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    n = 40
    data = copy_warehouse(bare_warehouse, tmp_path / "data")
    settings = StoreSettings(data=data, threads=1)
    into = write_tak_file(tmp_path, out=None, **{"in": {"marking": "TLP:GREEN"}})
    options = ("--tak-file", into, "--access", write_policy(tmp_path))
    spool, copy, log = ReportSpool.of(data, "TAK-1").path, tmp_path / "copy", tmp_path / "log"
    markers = [
        position(f"MARK-{i}", callsign=f"seen {i}", type="b-m-p-s-m", lon=-110 - i / 1_000)
        .replace('how="m-g"', 'how="h-g-i-g-o"')
        for i in range(n)
    ]  # fmt: skip
    with running_taky(tmp_path / "taky") as taky, watching(taky) as client:
        environment = tak_environment(taky.port, taky.authority, taky.authority.issue("cop"))
        with running_tak(data, log, *options, environment=environment) as process:
            await_true(lambda: b"connected" in log.read_bytes(), "connected")
            # Another process publishes meanwhile, so that none of them can be.
            with open_transaction(settings):
                client.send(*markers)
                await_true(
                    lambda: spool.exists() and len(spool.read_bytes().splitlines()) == n, "all came"
                )
                process.kill()
                process.wait()
        assert n_published(data) == 0
        assert b"MARK-" not in spool.read_bytes()
        assert b"seen" not in spool.read_bytes()
        shutil.copy(spool, copy)
    # The TAK server is gone: what was received is all that there is.
    with running_tak(data, log, *options, environment=environment):
        await_true(lambda: n_published(data) == n, "published by the next one")
        await_true(lambda: not spool.exists(), "nothing waits")
    # Killed between publishing and forgetting, a process has them in both places.
    shutil.copy(copy, spool)
    with running_tak(data, log, *options, environment=environment):
        await_true(lambda: not spool.exists(), "tried again")
    found = read_published(data)
    assert len(found) == n
    assert found["source_id"].nunique() == n
