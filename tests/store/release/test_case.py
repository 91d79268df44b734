"""Which sources and layers a release admits."""

from dataclasses import replace

import pytest

from cop.query.service import QueryService
from cop.store.release.case import ReleaseCase
from tests.support.released import release_to

pytestmark = pytest.mark.access


def test_a_source_is_admitted_by_its_marking(released: QueryService) -> None:
    snapshot = released.snapshot
    case = ReleaseCase.of(snapshot, snapshot, release_to("DPS", "TLP:GREEN"))
    assert case.sources == {"table", "places"}
    assert case.withheld == ("Amber",)
    assert ReleaseCase.of(snapshot, snapshot, release_to("DPS")).withheld == ()


def test_a_source_that_is_marked_higher_now_is_withheld_at_every_moment(
    released: QueryService,
) -> None:
    now = released.snapshot
    state = now.sources["table"]
    raised = state.model_copy(
        update={"source": state.source.model_copy(update={"marking": "TLP:RED"})}
    )
    newest = replace(now, sources={**now.sources, "table": raised})
    case = ReleaseCase.of(now, newest, release_to("DPS"))
    assert "table" not in case.sources
    gone = replace(now, sources={})
    assert "table" in ReleaseCase.of(now, gone, release_to("DPS")).sources


def test_what_is_withheld_is_named_only_where_that_is_allowed(released: QueryService) -> None:
    snapshot = released.snapshot
    silent = replace(release_to("DPS", "TLP:GREEN"), names_withheld=False)
    assert ReleaseCase.of(snapshot, snapshot, silent).withheld == ()
