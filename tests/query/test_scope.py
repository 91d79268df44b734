"""The scope line: area, kinds, window, records, data time, and STALE."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cop.model.area import Area
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.scope import describe_window, format_span, read_scope
from cop.query.service import QueryService
from tests.query.conftest import OpenService
from tests.support.record import make_frame

pytestmark = pytest.mark.glance

NOW = datetime(2026, 11, 27, 18, 30)
DAY = timedelta(days=1)


def ending(end: datetime, days: float) -> TimeWindow:
    return TimeWindow(start=end - days * DAY, end=end)


@pytest.mark.parametrize(
    ("window", "newest", "words"),
    [
        (ending(NOW, 3), NOW, "last 72 h to 271830Z NOV 26"),
        (ending(NOW + timedelta(minutes=10), 30), NOW, "last 30 d to 271840Z NOV 26"),
        (
            ending(datetime(2023, 1, 1), 3),
            datetime(2022, 12, 31, 4),
            "last 72 h of data, ending 31 DEC 22",
        ),
        (ending(datetime(2023, 1, 1), 3), NOW, "29 DEC 22 to 31 DEC 22"),
        (ending(datetime(2023, 1, 1), 5), datetime(2022, 12, 31), "27 DEC 22 to 31 DEC 22"),
        (ending(datetime(2022, 6, 2), 1), NOW, "01 JUN 22"),
        (ending(datetime(2022, 6, 2, 1), 2), NOW, "310100Z MAY 22 to 020100Z JUN 22"),
    ],
)
def test_a_window_is_named_by_its_length_and_its_end(
    window: TimeWindow, newest: datetime, words: str
) -> None:
    assert describe_window(window, newest=newest, now=NOW) == words


def test_an_open_window_says_so() -> None:
    assert format_span(TimeWindow()) == "all time"
    assert format_span(TimeWindow(start=datetime(2022, 1, 1))) == "since 01 JAN 22"
    assert format_span(TimeWindow(end=datetime(2022, 1, 1))) == "until 31 DEC 21"
    assert format_span(TimeWindow(end=datetime(2022, 1, 1, 3))) == "until 010300Z JAN 22"


def test_the_parts_are_those_of_the_filter(service: QueryService) -> None:
    end = service.view().snapshot.now + timedelta(minutes=10)
    requested = Filter(records="synthetic", window=ending(end, 7))
    whole = read_scope(service, service.view(requested))
    assert whole.parts[:2] == ("Southwest border", "all kinds")
    assert whole.parts[2].startswith("last 7 d to ")
    assert whole.parts[3] == "SYNTHETIC records"
    assert whole.parts[4].startswith("data to ")
    assert (whole.places, whole.stale) == ("", "")
    assert whole.line == " · ".join(whole.parts)
    one = read_scope(service, service.view(replace(requested, sectors=("RGV",))))
    assert one.area == "Southwest border: RGV Rio Grande Valley"
    some = replace(
        requested,
        sectors=("LRT", "RGV", "NONE"),
        counties=("Webb, TX",),
        kinds=("death", "rescue"),
        area=Area(vertices=((-100, 26), (-99, 26), (-99, 28))),
    )
    scope = read_scope(service, service.view(some))
    assert scope.places.startswith("LRT, RGV, outside every sector, county Webb, TX, area ")
    assert scope.kinds == "death, rescue"


def test_many_kinds_are_counted_and_sources_named(service: QueryService) -> None:
    (source,) = [
        name
        for name, state in service.view().snapshot.event_sources.items()
        if not state.source.synthetic
    ]
    kinds = ("crossing", "death", "drone", "rescue", "seizure", "tunnel")
    view = service.view(Filter(records="real", sources=(source,), kinds=kinds))
    scope = read_scope(service, view)
    assert scope.kinds == "crossing, death, drone, rescue and 2 more"
    assert scope.records == f"real records of {view.snapshot.sources[source].source.title}"


def test_old_records_are_stale_and_say_since_when(small: OpenService) -> None:
    service = small(make_frame(3))
    scope = read_scope(service, service.view(Filter()))
    assert scope.stale.startswith("STALE: newest record 010000Z FEB 26, ")
    assert scope.stale.endswith(" old")
    assert scope.warning == f"{scope.stale}; expected within 3 d"
    assert scope.line.startswith(scope.warning)
    assert scope.data not in scope.line, "the banner names it"
    assert scope.region == scope.area == "no region"


def test_without_records_nothing_is_called_new(small: OpenService) -> None:
    service = small(make_frame(3))
    scope = read_scope(service, service.view(Filter(records="synthetic")))
    assert scope.data == "no records loaded"
    real = service.view(Filter(records="real", kinds=("drone",)))
    assert read_scope(service, real).data == "no source reports here"
