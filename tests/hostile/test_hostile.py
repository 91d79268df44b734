"""Hostile files: each ends as expected while nothing else is touched and the server answers."""

import hashlib
import os
import re
import sqlite3
import threading
import time
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pytest
from rasterio.errors import NotGeoreferencedWarning

from cop.bench.memory import read_rss_mb
from cop.errors import InputFileError
from cop.ingest.sandbox.sandbox import find_way
from cop.ingest.upload.read import Upload, convert_files, inspect_files
from cop.model.upload import DraftReport, Inspection
from cop.settings import UploadSettings
from cop.store.room.relational import ROOM_FILE
from cop.ui.page.save import as_text
from tests.hostile import archive, binary, markup, table
from tests.hostile.case import Case, Lure
from tests.hostile.watch import Listener, watching
from tests.support.command import find_pid, serving
from tests.support.dropped import Page, opened_page

pytestmark = pytest.mark.layers

CASES = (*archive.CASES, *markup.CASES, *table.CASES, *binary.CASES)
REACHING = (
    "canary.gpx", "vrt.kml", "curl.gpx", "wms.kml", "pipe.geojson", "crs.geojson", "link.kml",
    "virtual.gpkg", "outside.gpx",
)  # fmt: skip
DROPPED = ("vrt.kml", "laughs.kmz", "formula.csv")
"""What is dropped on the page of the server as well; all of them by COP_HOSTILE_DROPPED=all."""
WORDS = "only the owner reads this"
MOST_GROWTH_MB = 100
DROP_ALL = os.environ.get("COP_HOSTILE_DROPPED") == "all"
MOST_SECONDS = float(os.environ.get("COP_HOSTILE_SECONDS", "inf"))
"""What /healthz may take at most; measured always, asserted where it is set."""
Found = Inspection | InputFileError
Made = DraftReport | InputFileError


@dataclass
class Run:
    """What a run over all files gave, and what was seen meanwhile."""

    found: dict[str, Found]
    made: dict[str, Made]
    drafts: Path
    connections: int
    touched: int
    growth_mb: list[float]
    dropped: dict[str, list[str]]
    changed: set[tuple[str, str]]
    health: list[tuple[int, float]] = field(default_factory=list)


def build(
    folder: Path, lure: Lure, names: tuple[str, ...] | None = None
) -> list[tuple[Case, Upload]]:
    """Write the files under names of ours."""
    uploads = []
    warnings.simplefilter("ignore", NotGeoreferencedWarning)
    for number, case in enumerate(CASES):
        if names is None or case.name in names:
            path = folder / f"{number}.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            case.make(_suffixed(path, case), lure)
            uploads.append(
                (case, Upload(path=_suffixed(path, case), name=case.name, choices=case.choices))
            )
    return uploads


def _suffixed(path: Path, case: Case) -> Path:
    """GDAL writes by the suffix."""
    return path.with_suffix(Path(case.name).suffix)


def fingerprint(folder: Path) -> dict[str, str]:
    """Sum up every file; of the room's, whose empty tables are made when a page opens, the rows."""
    files = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "lock" not in path.name and not path.name.startswith(ROOM_FILE)
    }
    return files | {f"{ROOM_FILE} {table}": rows for table, rows in read_room(folder).items()}


def read_room(folder: Path) -> dict[str, str]:
    """Read the rows of the room's tables that have any."""
    if not (folder / ROOM_FILE).exists():
        return {}
    with closing(sqlite3.connect(folder / ROOM_FILE)) as room:
        tables = room.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        held = {name: room.execute(f'SELECT * FROM "{name}"').fetchall() for (name,) in tables}
    return {name: repr(rows) for name, rows in held.items() if rows}


def read_all(
    uploads: list[tuple[Case, Upload]], drafts: Path, settings: UploadSettings
) -> tuple[dict[str, Found], dict[str, Made]]:
    found = inspect_files([upload for _, upload in uploads], settings)
    named = {case.name: one for (case, _), one in zip(uploads, found, strict=True)}
    passed = [(case, u) for case, u in uploads if isinstance(named[case.name], Inspection)]
    folders = [drafts / str(number) for number, _ in enumerate(passed)]
    made = convert_files([upload for _, upload in passed], folders, settings)
    return named, {case.name: one for (case, _), one in zip(passed, made, strict=True)}


@pytest.fixture(scope="module")
def run(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """All files read once, beside a server, a listener and a canary."""
    folder = tmp_path_factory.mktemp("hostile")
    canary = folder / "canary.txt"
    canary.write_text(WORDS)
    listener = Listener()
    uploads = build(folder / "in", Lure(listener.address, canary))
    drafts = folder / "drafts"
    drafts.mkdir()
    with serving(bare_warehouse, folder / "log.txt") as base, watching(canary) as watch:
        before = fingerprint(bare_warehouse)
        health: list[tuple[int, float]] = []
        memory: list[float] = []
        ended = threading.Event()
        with opened_page(base, "Upload") as page:
            asking = threading.Thread(target=_ask, args=(base, ended, health, memory))
            asking.start()
            try:
                dropped = {case.name: drop(page, upload) for case, upload in _choose(uploads)}
                found, made = read_all(uploads, drafts, UploadSettings())
            finally:
                ended.set()
                asking.join()
        touched = watch.count()
        after = fingerprint(bare_warehouse)
    yield Run(
        found=found,
        made=made,
        drafts=drafts,
        connections=listener.connections,
        touched=touched,
        growth_mb=[held - memory[0] for held in memory],
        dropped=dropped,
        changed=set(before.items()) ^ set(after.items()),
        health=health,
    )
    listener.close()


def _choose(uploads: list[tuple[Case, Upload]]) -> list[tuple[Case, Upload]]:
    return [(case, upload) for case, upload in uploads if DROP_ALL or case.name in DROPPED]


def drop(page: Page, upload: Upload) -> list[str]:
    """Drop a file on the page, and take it away again; gives all that the page said of it."""
    lying = page.drop(upload.path, upload.name)
    page.run([lying])
    told = [*page.errors, *page.said]
    page.take_away(lying)
    page.run()
    return told


def _ask(
    base: str, ended: threading.Event, health: list[tuple[int, float]], memory: list[float]
) -> None:
    """Ask the server how it is, and the kernel how much memory it holds, twice a second."""
    pid = find_pid(base)
    memory.append(read_rss_mb(pid))
    while not ended.wait(0.5):
        started = time.monotonic()
        with urllib.request.urlopen(f"{base}/healthz", timeout=120) as answer:  # noqa: S310 http
            health.append((answer.status, time.monotonic() - started))
        memory.append(read_rss_mb(pid))


def test_shown_there_are_at_least_fifty_hostile_files_each_named_once() -> None:
    assert len(CASES) >= 50
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shown_each_hostile_file_ends_as_expected(run: Run, case: Case) -> None:
    found = run.found[case.name]
    if case.refused is not None:
        assert isinstance(found, InputFileError), found
        assert re.search(case.refused, str(found)), found
        return
    assert isinstance(found, Inspection), found
    assert {finding.code for finding in found.findings} >= set(case.flagged)
    made = run.made[case.name]
    assert bool(found.asks) == case.asked, found.asks
    if case.asked or case.draft_refused is not None:
        assert isinstance(made, InputFileError), made
        assert re.search(case.draft_refused or "choose|say which|leave them", str(made)), made
        return
    assert isinstance(made, DraftReport), made
    assert made.accepted == case.kept


def test_shown_no_connection_is_made_and_the_canary_is_never_read(run: Run) -> None:
    assert run.connections == 0
    assert run.touched == 0
    for path in run.drafts.rglob("*"):
        assert not path.is_file() or WORDS.encode() not in path.read_bytes()


def test_shown_the_server_answers_and_what_is_stored_is_unchanged(
    run: Run, record_property: Callable[[str, object], None]
) -> None:
    slowest = max(seconds for _, seconds in run.health)
    record_property(
        "figure",
        f"/healthz beside hostile files: {len(run.health)} answers, the slowest after "
        f"{slowest * 1000:.0f} ms; the server grew by at most {max(run.growth_mb):.0f} MB",
    )
    assert {status for status, _ in run.health} == {200}
    assert slowest < MOST_SECONDS
    assert max(run.growth_mb) < MOST_GROWTH_MB
    assert run.changed == set()


def test_shown_what_is_dropped_on_the_page_ends_as_by_the_command(run: Run) -> None:
    assert {*run.dropped} >= {*DROPPED}
    for case in CASES:
        told = "\n".join(run.dropped.get(case.name, ()))
        found = run.found[case.name]
        if case.name in run.dropped and isinstance(found, InputFileError):
            assert as_text(str(found)) in told
        elif case.name in run.dropped:
            assert "cop-facts" in told, told


def test_nothing_is_left_half_made(run: Run) -> None:
    whole = sum(isinstance(made, DraftReport) for made in run.made.values())
    folders = [path for path in run.drafts.iterdir() if path.is_dir()]
    assert len(folders) == whole
    assert all((path / "report.json").is_file() for path in folders)


def test_formulas_in_a_problem_report_are_defused(run: Run) -> None:
    lines = "".join(p.read_text("utf-8-sig") for p in run.drafts.glob("*/problems.csv"))
    assert "'=1+1" in lines
    assert ",=" not in lines


def test_ids_stay_unique_where_a_file_repeats_them(run: Run) -> None:
    for path in run.drafts.glob("*/features.parquet"):
        assert gpd.read_parquet(path)["feature_id"].is_unique


@pytest.mark.full
def test_without_bubblewrap_no_connection_is_made_and_the_canary_is_never_read(
    tmp_path: Path,
) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text(WORDS)
    listener = Listener()
    settings = UploadSettings(upload_seal="limits")
    assert find_way(settings) == "limits"
    uploads = build(tmp_path / "in", Lure(listener.address, canary), REACHING)
    assert len(uploads) == len(REACHING)
    (tmp_path / "drafts").mkdir()
    with watching(canary) as watch:
        read_all(uploads, tmp_path / "drafts", settings)
        assert watch.count() == 0
    assert listener.connections == 0
    listener.close()
