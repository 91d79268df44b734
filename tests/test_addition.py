"""Each sort of addition in a copy of the program: only the files that the README names, then seen.

One server of the copy shows all of them over a warehouse of the new region. Its records came from
the new source and in the new format alone, so that what the map counts is known.
"""

import filecmp
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from cop.ingest.geography import read_region
from layers.event import LAYER as EVENTS
from tests.browser.conftest import PATIENCE_SECONDS, Visit, wait
from tests.ingest.test_document import EXAMPLE as SOURCE_GUIDE
from tests.query.test_registry import read_examples
from tests.support.command import CHECKOUT, run_cop, serving
from tests.support.http import Caller
from tests.support.tile import held_by

pytestmark = pytest.mark.house

PARTS = ("cop", "layers", "pages", "data")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "warehouse", "warehouse-*")
BORDER_TILE = "6/36/20"
MARCH = "from=2025-03-01&to=2025-04-01"

REGION = """\
# The land border of Lithuania with Poland.
name: lt_pl
title: Lithuania and Poland
side_a:
  country: LT
  title: Lithuania
  zones: [Europe/Vilnius]
side_b:
  country: PL
  title: Poland
  zones: [Europe/Warsaw]
sectors:
  - {code: MR, name: Marijampolė, time_zone: Europe/Vilnius, share: 60}
  - {code: AL, name: Alytus, time_zone: Europe/Vilnius, share: 44}
segment_max_km: 5
reach_km: 30
extent: [21, 53, 26, 56]
camera: {lon: 23.2, lat: 54.2, zoom: 9}
neighbours: [BY, RU]
"""
PROFILE = """\
kind: events
source:
  id: {name}
  title: Crossings seen at the border, {name}
  publisher: Border guard
  terms: for a test
  marking: "TLP:GREEN"
  cadence_days: 7
reader: {reader}
columns: {{source_id: case, occurred_at: when, lon: x, lat: y, count: people}}
time: {{format: "%Y-%m-%d %H:%M", zone: Europe/Vilnius, precision: minute}}
values: {{kind: crossing, unit: people, detection: record, confidence: high, uncertainty_m: 250}}
"""
LABELS = ("case", "when", "x", "y", "people")
COUNTED = {"lt_reports": 3, "lt_patrols": 2}
"""Records of the new source, and of the one whose files are of the new format."""
REPORTS = [
    ("R-1", "2025-03-02 14:30", "22.8141", "54.3776", "3"),
    ("R-2", "2025-03-02 23:05", "22.8141", "54.3786", "1"),
    ("R-3", "2025-03-05 09:15", "23.2498", "54.2591", "6"),
]
PATROLS = [
    ("P-1", "2025-03-07 04:10", "22.8141", "54.3796", "2"),
    ("P-2", "2025-03-09 21:45", "23.4456", "54.1786", "1"),
]
PAGE = '''\
"""The Ranking: segments by the number of their events."""

from cop.ui.component.frame import render_page
from cop.ui.page.ranking import render_ranking

render_page(render_ranking)
'''
CONTENT = '''\
"""The Ranking page: segments of the border by the number of their events."""

import streamlit as st

from cop.query.summary import read_summary
from cop.ui.component.filter import render_filters
from cop.ui.component.frame import render_strip
from cop.ui.component.known import open_picture


def render_ranking() -> None:
    """Draw the page for the Picture in the address."""
    service, view, picture = open_picture()
    render_filters(service, view, picture)
    render_strip(view)
    rows = sorted(read_summary(service, view, "segment").rows, key=lambda row: -(row.n or 0))
    st.html("".join(f"<p>{row.key}: {row.n} events</p>" for row in rows))
'''


def read_format() -> tuple[str, str]:
    """The guide's format: where its file goes, and what it holds."""
    pattern = r"`(cop/ingest/source/\w+\.py)`[^`]*```python\n(.*?)```"
    [(name, text)] = re.findall(pattern, SOURCE_GUIDE, flags=re.DOTALL)
    return name, text


LAYER, KIND, KIND_LAYER = read_examples()
ADDED = {
    "a map layer": dict([LAYER]),
    "a kind of layer": dict([KIND]),
    "a page": {"pages/Ranking.py": PAGE, "cop/ui/page/ranking.py": CONTENT},
    "a file format": dict([read_format()]),
    "a source": {"data/profiles/lt_reports.yaml": PROFILE.format(name="lt_reports", reader="csv")},
    "an area of operations": {"data/regions/lt_pl.yaml": REGION},
}
"""The files of each addition, by the words of the README's table."""
FURTHER = dict(
    [
        KIND_LAYER,
        (
            "data/profiles/lt_patrols.yaml",
            PROFILE.format(name="lt_patrols", reader="ltsv"),
        ),
    ]
)
"""A layer of the new kind and a source of the new format: additions of their own."""


def read_touched() -> dict[str, set[str]]:
    """The folders that the README's table names for each sort of addition."""
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    table = text.partition("| to add | touch only |")[2].partition("\n\n")[0]
    rows = (line.strip("|").split("|") for line in table.splitlines() if line.startswith("| "))
    return {sort.strip(): set(re.findall(r"`([\w/]+/)`", touched)) for sort, touched in rows}


@pytest.mark.parametrize("sort", ADDED)
def test_shown_an_addition_touches_only_what_the_readme_names(sort: str) -> None:
    folders = [f"{Path(name).parent}/" for name in ADDED[sort]]
    assert sorted(folders) == sorted(read_touched()[sort])
    assert not any((CHECKOUT / name).exists() for name in ADDED[sort])


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with every addition."""
    copy = tmp_path_factory.mktemp("copy")
    for part in PARTS:
        shutil.copytree(CHECKOUT / part, copy / part, ignore=LEFT_OUT)
    for files in (*ADDED.values(), FURTHER):
        for name, text in files.items():
            (copy / name).write_text(text, encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def loaded(copied: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of the new region with the records of both sources, loaded by the copy."""
    folder = tmp_path_factory.mktemp("loaded")
    table = "\n".join([",".join(LABELS), *map(",".join, REPORTS)])
    lines = ("\t".join(map(":".join, zip(LABELS, row, strict=True))) for row in PATROLS)
    (folder / "lt_reports.csv").write_text(f"{table}\n")
    (folder / "lt_patrols.ltsv").write_text("\n".join(lines) + "\n")
    for file in sorted(folder.glob("lt_*")):
        done = run_cop(
            *("ingest", "events", file, "--profile", file.stem, "--json"),
            *("--data", folder / "warehouse", "--region", "lt_pl"),
            checkout=copied,
        )
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert (report["accepted"], report["rejected"]) == (COUNTED[file.stem], 0)
    done = run_cop(
        *("ingest", "layer", folder / "lt_patrols.ltsv", "--title", "Patrols", "--by", "Ana"),
        *("--role", "y=latitude", "--role", "x=longitude", "--json"),
        *("--data", folder / "warehouse", "--region", "lt_pl"),
        checkout=copied,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["features"] == len(PATROLS)
    return folder / "warehouse"


@pytest.fixture(scope="module")
def base(copied: Path, loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the copy's server."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with serving(loaded, log, checkout=copied) as address:
        yield address


@pytest.fixture(scope="module")
def seen(base: str, browser: Browser) -> Iterator[Visit]:
    """The map of the copy with the new layers, painted."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    shown = "background*1,rivers*1,events*1,busiest*1"
    yield Visit(context.new_page()).open(f"{base}/?{MARCH}&layers={shown}")
    context.close()


@pytest.fixture
def count_on_map(base: str) -> Iterator[Callable[[str], int]]:
    """Count the records of a source that the copy's tile of the border holds."""
    caller = Caller(base)

    def count(source: str) -> int:
        answer = caller.ask(f"/tiles/events/{BORDER_TILE}.mvt?{MARCH}&source={source}")
        return held_by(answer.body).n

    yield count
    caller.close()


def expect_painted(seen: Visit, layer_id: str, title: str) -> None:
    """The map shows a layer: its tiles are loaded, none failed, and the panel has its title."""
    (layer,) = seen.ask(f"__copMap.layers().filter((layer) => layer.id === '{layer_id}')")
    assert layer["visible"]
    assert layer["tiles"] > 0
    assert (layer["loaded"], layer["failed"]) == (layer["tiles"], 0)
    assert title in seen.page.locator(f".copmap [data-layer={layer_id}]").inner_text()
    assert any(f"/tiles/{layer_id}/" in address for address in seen.tiles)


@pytest.mark.usefixtures("seen")
def test_nothing_but_the_additions_differs(copied: Path) -> None:
    """Nor does the program write into itself while it runs."""
    added = {name for files in (*ADDED.values(), FURTHER) for name in files}
    found = {
        str(path.relative_to(copied))
        for path in copied.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert added <= found
    for name in sorted(found - added):
        assert filecmp.cmp(copied / name, CHECKOUT / name, shallow=False), name


def test_shown_a_new_layer_is_on_the_map(seen: Visit) -> None:
    expect_painted(seen, "rivers", "Rivers")


def test_shown_a_new_kind_of_layer_is_on_the_map(seen: Visit) -> None:
    expect_painted(seen, "busiest", "Busiest segments")


def test_shown_a_new_region_is_under_the_map(seen: Visit, copied: Path) -> None:
    region = read_region("lt_pl", copied / "data" / "regions")
    camera = seen.camera()
    assert abs(camera["lon"] - region.camera.lon) < 1
    assert abs(camera["lat"] - region.camera.lat) < 1
    assert region.title in seen.page.locator(".cop-scope").first.inner_text()


@pytest.mark.parametrize("source", COUNTED)
def test_shown_records_of_a_new_source_and_format_are_on_the_map(
    seen: Visit, count_on_map: Callable[[str], int], base: str, source: str
) -> None:
    assert count_on_map(source) == COUNTED[source]
    seen.open(f"{base}/?{MARCH}&source={source}&layers=background*1,events*1")
    expect_painted(seen, "events", EVENTS.title)
    figure = seen.page.get_by_test_id("stMetric").filter(has_text="Events").first
    value = figure.get_by_test_id("stMetricValue")
    wait(lambda: value.inner_text().strip() == str(COUNTED[source]), "the figure of the source")


def test_shown_a_new_page_opens_with_the_picture(seen: Visit, base: str) -> None:
    seen.look(f"{base}/Ranking?{MARCH}")
    main = seen.page.get_by_test_id("stMain")
    wait(lambda: "MR-0001: 3 events" in main.inner_text(), "the new page's content")
    assert (seen.faults, seen.away) == ([], [])
