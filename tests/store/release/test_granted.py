"""What a release with rules of giving has of the events: files and counts of their own."""

import gc
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.giving import Giver, GivingRules, Grant
from cop.model.release import Release
from cop.query.service import QueryService
from cop.query.summary import read_summary
from cop.store.catalogue.grain import TOTALS
from tests.support.partner import Office, open_office
from tests.support.record import make_frame

pytestmark = pytest.mark.exchange
N = 9
DAY = timedelta(days=1)
START = datetime(2026, 9, 3, 12)
RULES = GivingRules(parts=("events",), highest="TLP:GREEN")
GRANT = Grant(
    code="DPS", rules=RULES, hop_limit=1, giver=Giver(agency="JTF", secret=b"of this server")
)
RELEASE = Release(agency="DPS", highest="TLP:GREEN", names_withheld=False, grant=GRANT)


@pytest.fixture(scope="module")
def office(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A server with nine events a day apart, every third of TLP:AMBER."""
    office = open_office(bare_warehouse, tmp_path_factory.mktemp("granted"), "JTF")
    office.publish(build_events())
    yield office
    office.close()


def build_events(n: int = N) -> pd.DataFrame:
    return make_frame(
        n,
        source_id=[f"r{i}" for i in range(n)],
        occurred_at=[START + i * DAY for i in range(n)],
        marking=["TLP:AMBER" if i % 3 == 0 else "TLP:GREEN" for i in range(n)],
        attributes='{"note": "own"}',
    )


def ruled(**rules: object) -> Release:
    """The release of a partner under other rules."""
    changed = GRANT.rules.model_copy(update=rules)
    return replace(RELEASE, grant=replace(GRANT, rules=changed))


def events_of(service: QueryService, *columns: str) -> list[tuple[object, ...]]:
    selection = service.warehouse.events(service.snapshot, Filter())
    return service.warehouse.query(
        f"SELECT {', '.join(columns)} FROM {selection.source} WHERE {selection.where} ORDER BY ALL",
        selection.values,
    )


def test_events_have_no_id_of_this_server(office: Office) -> None:
    service = office.service.released_to(RELEASE)
    rows = events_of(service, "event_id", "source_id", "attributes")
    own = {text for row in office.rows("event_id", "source_id") for text in row}
    assert len(rows) == 6
    assert not own & {text for row in rows for text in row[:2]}
    assert {row[2] for row in rows} == {'{"note": "own"}'}


def test_what_is_counted_is_what_is_read(office: Office) -> None:
    service = office.service.released_to(RELEASE)
    view = service.view(Filter())
    totals = service.warehouse.query(
        f"SELECT source, marking, sum(n) FROM {view.snapshot.rollup.select(TOTALS)} GROUP BY ALL"
    )
    assert totals == [("own", "TLP:GREEN", 6)]
    assert read_summary(service, view, "kind").total == 6
    assert view.snapshot.sources["own"].n == 6
    assert view.snapshot.sources["own"].newest == START + 8 * DAY


def test_kinds_and_the_last_moment_hold(office: Office) -> None:
    late = replace(RELEASE, grant=replace(GRANT, latest=START + 4 * DAY))
    assert [row[0] for row in events_of(office.service.released_to(late), "occurred_at")] == [
        START + i * DAY for i in (1, 2, 4)
    ]
    assert events_of(office.service.released_to(ruled(kinds=("rescue",))), "kind") == []


def test_without_events_among_the_parts_there_are_none(office: Office) -> None:
    service = office.service.released_to(ruled(parts=("layers",)))
    assert service.snapshot.catalogue.event_files == ()
    assert read_summary(service, service.view(Filter()), "kind").total == 0


def test_equal_events_have_one_name_whatever_the_rules_leave_open(office: Office) -> None:
    one, same, other = (
        office.service.released_to(release).snapshot.catalogue.digest("events")
        for release in (RELEASE, ruled(kinds=("crossing",)), ruled(precision="sector"))
    )
    assert one == same
    assert one != other


def test_few_now_are_few_at_every_moment_before(bare_warehouse: Path, tmp_path: Path) -> None:
    """Otherwise an earlier version would tell what is left out of this one."""
    office = open_office(bare_warehouse, tmp_path, "JTF")
    office.publish(build_events())
    before = office.warehouse.snapshot.version
    service = office.service.released_to(ruled(smallest_count=4))
    assert len(events_of(service, "kind")) == 6
    office.remove(["r1", "r2", "r4"])
    office.warehouse.refresh()
    service = office.service.released_to(ruled(smallest_count=4))
    assert events_of(service, "kind") == []
    earlier = service.snapshot_at(version=before)
    assert earlier.catalogue.event_files == ()
    office.close()


def test_what_is_withdrawn_is_in_no_earlier_version_for_a_partner(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    """A package gives it no more: an earlier version must not either."""
    office = open_office(bare_warehouse, tmp_path, "JTF")
    office.publish(build_events())
    before = office.warehouse.snapshot.version
    office.remove(["r1", "r2"])
    office.warehouse.refresh()
    service = office.service.released_to(RELEASE)
    now = {row[0] for row in events_of(service, "event_id")}
    earlier = service.snapshot_at(version=before)
    selection = service.warehouse.events(earlier, Filter())
    rows = service.warehouse.query(
        f"SELECT event_id FROM {selection.source} WHERE {selection.where}", selection.values
    )
    assert {event_id for (event_id,) in rows} == now
    assert len(now) == 4
    office.close()


def test_a_source_of_which_nothing_is_given_is_not_named(office: Office) -> None:
    assert "own" in office.service.released_to(RELEASE).snapshot.sources
    assert "own" not in office.service.released_to(ruled(kinds=("rescue",))).snapshot.sources


def test_files_that_no_snapshot_has_any_more_are_removed(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    """A delay moves on every quarter of an hour: its files would fill the disk."""
    office = open_office(bare_warehouse, tmp_path, "JTF")
    office.publish(build_events())
    folder = office.warehouse._releases.folder
    for hours in range(60):
        late = replace(RELEASE, grant=replace(GRANT, latest=START + timedelta(hours=4 * hours)))
        shown = office.service.released_to(late).snapshot
        assert all(Path(file).is_file() for file in shown.catalogue.event_files)
        gc.collect()
    assert 0 < len([*folder.rglob("*.parquet")]) <= 30
    office.close()
