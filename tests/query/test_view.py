"""Tests of the view: made once, equal where the content is, its parts as keys."""

import ast
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

import cop
from cop.errors import FilterError, VersionError
from cop.model.ahead import Ahead
from cop.model.filter import Filter
from cop.model.release import Release
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.query.summary import read_summary

pytestmark = pytest.mark.house

WINDOW = TimeWindow(start=datetime(2026, 1, 1), end=datetime(2026, 2, 1))


def test_it_settles_the_filter_once(service: QueryService) -> None:
    view = service.view(Filter(window=WINDOW))
    assert view.filter == Filter(window=WINDOW, records="real")
    assert view.records == "real"
    assert set(view.zones) == set(view.snapshot.sectors)
    with pytest.raises(FilterError, match="sector='XXX' is unknown"):
        service.view(Filter(sectors=("XXX",)))
    with pytest.raises(VersionError, match="no version that old is stored"):
        service.view(known_at=datetime(2001, 1, 1))


def test_equal_views_are_one_key_and_others_are_not(service: QueryService) -> None:
    view = service.view(Filter(sectors=("TCA", "YUM")))
    equal = service.view(Filter(sectors=("YUM", "TCA"), records="real"))
    assert view == equal
    assert len({view, equal}) == 1
    others = [
        view.within(WINDOW),
        view.narrowed(replace(view.filter, kinds=("rescue",))),
        replace(view, since=WINDOW.start),
        service.released_to(Release(agency="CBP")).view(view.filter),
        replace(view, snapshot=replace(view.snapshot, known_at=WINDOW.end)),
    ]
    assert len({view, *others}) == 1 + len(others)
    parts = {other.part() for other in others}
    assert len(parts | {view.part()}) == len(others), "since matters to changes alone"


def test_the_viewers_release_is_in_every_part(service: QueryService) -> None:
    view = service.view()
    other = service.released_to(Release(agency="CBP")).view()
    assert view.part() != other.part()
    assert view.content("events") != other.content("events")


def test_a_part_by_content_outlives_versions_that_leave_it(service: QueryService) -> None:
    view = service.view()
    later = replace(
        view.snapshot, catalogue=replace(view.snapshot.catalogue, version=view.snapshot.version + 1)
    )
    newer = replace(view, snapshot=later)
    assert newer.content("statistics") == view.content("statistics")
    assert newer.part() != view.part()


def test_the_period_of_forecasts_does_not_matter_to_sums(service: QueryService) -> None:
    one, other = (
        read_summary(service, service.view(Filter(ahead=ahead)), "kind")
        for ahead in (None, Ahead(period="day", number=3))
    )
    assert one is other


def test_filters_are_resolved_in_one_place() -> None:
    root = Path(cop.__path__[0])
    found = [
        path.relative_to(root).as_posix()
        for path in sorted(root.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "resolve"
        and "snapshot" in ast.unparse(node.func.value)
    ]
    assert [name for name in found if not name.startswith("bench/")] == ["query/view.py"]
