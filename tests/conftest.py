"""What all tests share: a region built once, a warehouse over it, and the real server."""

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings
from streamlit.components.v2 import manifest_scanner
from xdist.scheduler import LoadScopeScheduling

from cop.ingest.demo.publish import publish_demo
from cop.ingest.geography import read_region
from cop.ingest.profile.file import read_profile
from cop.ingest.reader import DirectReader
from cop.ingest.region import publish_region
from cop.ingest.sink.registry import ingest_file
from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.room.default_records import DefaultChoices
from tests.support.chromium import browser, own_loop  # noqa: F401 fixtures
from tests.support.command import CHECKOUT, serving
from tests.support.postgres import database, postgres  # noqa: F401 fixtures
from tests.support.record import write_many_iom
from tests.support.sample import SAMPLES, sample_path
from tests.support.tier import ProcessGuard, reaches_process
from tests.support.warehouse import copy_warehouse

DEMO_EVENTS = 20_000
REAL_EVENTS = 2_500
_MAIN = sys.modules["__main__"]
DRAWING = (
    "tests/browser/",
    "tests/ui/map/",
    "tests/ui/timeline/",
    "tests/bench/test_picture.py",
    "tests/export/test_html.py",
    "tests/test_addition.py",
)
GLANCE = "tests/browser/test_glance"
INSTALLING = "tests/browser/test_start.py"
LONG = (
    INSTALLING,
    "tests/store/test_fault.py",
    "tests/batch/test_spark.py",
    "tests/store/test_warehouse_known_at.py",
    "tests/cli/test_retention.py",
    "tests/ingest/test_every_source.py",
    "tests/store/test_kill.py",
    "tests/ingest/geography/test_shipped.py",
    "tests/cli/test_version.py",
    "tests/cli/test_layer.py",
    "tests/cli/test_ingest.py",
    "tests/cli/test_mapping.py",
    "tests/bench/test_race.py",
    "tests/ingest/upload/test_round.py",
    "tests/layers/test_barrier.py",
)
"""Files of few tests that take half a minute and more, the longest first."""


ONE_THREAD = {"COP_THREADS": "1"}
GUARD = ProcessGuard()
sys.addaudithook(GUARD)

# What is drawn is the same in every run; `--hypothesis-profile default` draws anew.
settings.register_profile("quick", derandomize=True, deadline=None, max_examples=25)
settings.register_profile("full", derandomize=True, deadline=None)
settings.load_profile("quick")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as full what reaches a browser or a process; a property is drawn in both tiers."""
    for item in items:
        if isinstance(item, pytest.Function) and not item.get_closest_marker("full"):
            fixtures = (d.func for ds in item._fixtureinfo.name2fixturedefs.values() for d in ds)
            if reaches_process([item.function, *fixtures]):
                item.add_marker("full")


def pytest_collection_finish() -> None:
    """Leave what is loaded until now, which stays, out of every later collection of garbage."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Let a quick test start no process; its DuckDB has one thread, as its questions are small."""
    GUARD.quick = None if item.get_closest_marker("full") else item.nodeid
    os.environ.update({} if GUARD.quick is None else ONE_THREAD)
    try:
        return (yield)
    finally:
        GUARD.quick = None
        for name in ONE_THREAD:
            os.environ.pop(name, None)


class Lanes(LoadScopeScheduling):
    """Keeps a file's tests in one process, and all that draw in two: a browser takes a core.

    What installs the program draws once at its end, and would hold the others up.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith(GLANCE):
            return GLANCE
        return "browser" if file.startswith(DRAWING) and file != INSTALLING else file

    def _assign_work_unit(self, node: Any) -> None:
        """Begin what takes long before what does not: at the end one would wait for it."""
        for scope in reversed(("browser", GLANCE, *LONG)):
            if scope in self.workqueue:
                self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Lanes:
    return Lanes(config, log)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what tests measured of this run, which they do not assert."""
    for report in terminalreporter.stats.get("passed", ()):
        for name, words in getattr(report, "user_properties", ()):
            if name == "figure" and report.when == "call":
                terminalreporter.write_line(f"{report.nodeid}: {words}")


@pytest.fixture(scope="session", autouse=True)
def _installed_once() -> Iterator[None]:
    """Read what is installed once a process: Streamlit reads it for every page that a test runs."""
    with pytest.MonkeyPatch.context() as patched:
        scan = cache(manifest_scanner.scan_component_manifests)
        patched.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(autouse=True)
def _without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test, and no command lowers its priority.

    A page that runs in a test stays ``__main__``, which a process that is spawned would run again.
    """
    monkeypatch.setattr(os, "nice", lambda _by: 0)
    monkeypatch.setitem(sys.modules, "__main__", _MAIN)
    for name in [n for n in os.environ if n.startswith("COP_")]:
        if name not in {"COP_TEST_DATA", "COP_BLESS", *ONE_THREAD}:
            monkeypatch.delenv(name)


def build_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], None]) -> Path:
    """Copy a warehouse that the first process to ask for it builds for all of a run."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    whole, draft = shared / f"built-{name}", shared / f"draft-{name}"
    with FileLock(f"{whole}.lock"):
        if not whole.is_dir():
            shutil.rmtree(draft, ignore_errors=True)
            build(draft)
            draft.rename(whole)
    return Path(shutil.copytree(whole, factory.mktemp(name) / "warehouse"))


@pytest.fixture(scope="session")
def bare_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of the region alone. Read it only, or copy it."""

    def build(folder: Path) -> None:
        with open_transaction(StoreSettings(data=folder)) as transaction:
            publish_region(transaction, read_region("sw_border"))
            transaction.commit("region")

    return build_once(tmp_path_factory, "bare", build)


@pytest.fixture
def own_warehouse(bare_warehouse: Path, tmp_path: Path) -> Path:
    """A copy of the region's warehouse that a test may write to."""
    return copy_warehouse(bare_warehouse, tmp_path / "warehouse")


@pytest.fixture(scope="session")
def warehouse_dir(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with synthetic events and sensors, and real incidents, which it shows by default.

    Read it only.
    """

    def build(folder: Path) -> None:
        copy_warehouse(bare_warehouse, folder)
        settings = StoreSettings(data=folder)
        now = utc_now()
        publish_demo(
            settings,
            events=DEMO_EVENTS,
            days=365,
            seed=1,
            end=now,
            progress=lambda _step, _rows: None,
        )
        base = tmp_path_factory.mktemp("real")
        real = write_many_iom(base / "real.csv", n=REAL_EVENTS, end=now - timedelta(days=20))
        report = ingest_file(settings, real, read_profile("iom_mmp"), reader=DirectReader())
        assert report.rejected == 0
        with closing(DefaultChoices(settings)) as choices:
            choices.choose("real", by="Avery")

    return build_once(tmp_path_factory, "shared", build)


@pytest.fixture
def own_demo(warehouse_dir: Path, tmp_path: Path) -> Path:
    """A copy of the warehouse with events that a test may write to."""
    return copy_warehouse(warehouse_dir, tmp_path / "demo")


@pytest.fixture(scope="session")
def standing_dir(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of the public files that standing layers show. Read it only."""

    def build(folder: Path) -> None:
        copy_warehouse(bare_warehouse, folder)
        for name in SAMPLES:
            report = ingest_file(
                StoreSettings(data=folder),
                sample_path(name),
                read_profile(name),
                reader=DirectReader(),
            )
            assert report.rejected == 0

    return build_once(tmp_path_factory, "standing", build)


@pytest.fixture(scope="session")
def server(warehouse_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real server over ``warehouse_dir``."""
    with serving(warehouse_dir, tmp_path_factory.mktemp("server") / "log.txt") as base:
        yield base


@pytest.fixture(scope="session")
def iom_file() -> Path:
    """The public incidents file; skips where it is absent."""
    folder = Path(os.environ.get("COP_TEST_DATA", CHECKOUT.parent / "shared" / "data"))
    path = folder / "incidents" / "iom_mmp_us_mexico_border_2014-01_2022-12.csv.gz"
    if not path.is_file():
        pytest.skip(f"no incidents at {path}: set COP_TEST_DATA")
    return path


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that stands: windows end now, and a page takes its time."""
    at = utc_now()

    class StandingClock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return at.replace(tzinfo=tz)

    monkeypatch.setattr("cop.model.moment.datetime", StandingClock)
