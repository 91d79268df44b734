"""A Picture against a warehouse: what is not there is left out and named, the rest is shown."""

from datetime import datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.layerkind.service.opening import resolve_picture
from cop.model.filter import Filter
from cop.model.picture import Picture, ShownLayer
from cop.model.unapplied import describe_unapplied
from cop.query.scope import read_scope
from cop.query.service import QueryService
from tests.attack.address import draw_pairs

pytestmark = pytest.mark.trust


def names(picture: Picture) -> list[tuple[str, str]]:
    return [(part.name, part.value) for part in picture.unapplied]


def test_what_is_gone_is_left_out_with_words_beside_the_scope(service: QueryService) -> None:
    asked = Picture(
        filter=Filter(sectors=("GONE-1", "TCA"), counties=("Nowhere",), sources=("undone",)),
        shown=(ShownLayer(id="events", opacity=0.5), ShownLayer(id="gone", opacity=0.25)),
        measures=("beauty",),
    )
    view, picture = resolve_picture(service, asked)
    assert (view.filter.sectors, view.filter.counties, view.filter.sources) == (("TCA",), (), ())
    assert picture.shown == (ShownLayer(id="events", opacity=0.5),)
    assert picture.measures == ()
    assert names(picture) == [
        ("sector", "GONE-1"),
        ("county", "Nowhere"),
        ("source", "undone"),
        ("layers", "gone*0.25"),
        ("measure", "beauty"),
    ]
    scope = read_scope(service, view)
    assert scope.unapplied.startswith("Not applied: sector GONE-1, which this warehouse does not")
    assert scope.line.startswith(scope.unapplied)
    assert scope.area.endswith("TCA Tucson")
    assert read_scope(service, view.within(view.filter.window)).unapplied == scope.unapplied


def test_without_any_layer_that_is_there_they_are_as_declared(service: QueryService) -> None:
    _, picture = resolve_picture(service, Picture(shown=(ShownLayer(id="gone"),)))
    assert picture.shown is None


@pytest.mark.parametrize("moment", [datetime(1900, 1, 1), datetime(2001, 2, 3)])
def test_a_moment_before_the_first_version_leaves_the_present(
    service: QueryService, moment: datetime
) -> None:
    view, picture = resolve_picture(service, Picture(known_at=moment, since=moment))
    assert (view.snapshot.known_at, view.since) == (None, None)
    assert [name for name, _ in names(picture)] == ["known_at", "since"]
    assert "as no version of that moment can be read" in describe_unapplied(picture.unapplied)


def test_changes_from_a_moment_to_come_are_none(service: QueryService) -> None:
    view, picture = resolve_picture(service, Picture(since=datetime(2199, 1, 1)))
    assert view.since is None
    assert "which is not before what is known" in describe_unapplied(picture.unapplied)


def test_sources_of_real_and_synthetic_records_are_not_added(service: QueryService) -> None:
    snapshot = service.view().snapshot
    sources = tuple(sorted(snapshot.event_sources))
    assert len({s.source.synthetic for s in snapshot.event_sources.values()}) == 2
    view, picture = resolve_picture(service, Picture(filter=Filter(sources=sources)))
    assert {snapshot.sources[one].source.synthetic for one in view.filter.sources} == {False}
    assert "never added together" in describe_unapplied(picture.unapplied)


def test_what_is_there_is_as_it_was(service: QueryService) -> None:
    asked = Picture(filter=Filter(sectors=("TCA",), records="real"))
    view, picture = resolve_picture(service, asked)
    assert picture == asked
    assert view == service.view(asked.filter)


@given(st.randoms(use_true_random=False))
def test_any_address_is_opened_and_opens_the_same_again(
    service: QueryService, random: Random
) -> None:
    view, picture = resolve_picture(service, Picture.open_pairs(draw_pairs(random)))
    assert view.unapplied == picture.unapplied
    _, again = resolve_picture(service, Picture.open_pairs(picture.to_pairs()))
    assert again.to_pairs() == picture.to_pairs()
