"""Alerts of one viewer, twice: records that the viewer may not read change nothing of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from cop.access.access import Access
from cop.access.viewer import Viewer
from cop.export.cap import render_cap
from cop.export.change import build_alert_lines
from cop.export.handout import build_handout
from cop.layerkind.service.marking import picture_marking
from cop.model.alert import Alert
from cop.model.filter import Filter
from cop.model.picture import Picture
from cop.query.alert.open_alert import find_alerts
from cop.query.alert.watch import version_name, watch_version
from cop.query.others import read_others
from cop.query.service import QueryService
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT
from cop.ui.page.alert.notice import build_notice
from tests.access.test_twin import (
    AGENT,
    COMMANDER,
    CREATED,
    SHERIFF,
    Answers,
    open_whole,
    told,
    with_counted_names,
)
from tests.server.conftest import BASE, gated
from tests.store.release.test_snapshot import FrozenClock
from tests.support.command import CHECKOUT
from tests.support.context import make_context
from tests.support.released import ReleasedEvent, load_events
from tests.support.store import date_versions, shown_files
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.access

LAST: Final = datetime(2026, 6, 1, tzinfo=UTC)
RGV, LRT, TCA, SDC = (-97.6, 25.95), (-99.5, 27.5), (-110.95, 31.4), (-117.0, 32.55)
GREEN, RED, THEIRS = "TLP:GREEN", "TLP:RED", "TLP:AMBER//REL TO CBP"
PAGES: Final = ("Alerts", "Picture", "Changes", "Wall")
WAITING_S: Final = 60
SESSION: Final = re.compile(r"session\W+[0-9a-f]{16}(?![0-9a-f])")


def draw_days(
    name: str, place: tuple[float, float], marking: str, counts: Mapping[int, int]
) -> list[ReleasedEvent]:
    """So many events on each day, which is counted back from LAST, at a place."""
    return [
        ReleasedEvent(
            source_id=f"{name}-{back}-{i}", source="table", marking=marking, kind="crossing",
            count=1, lon=place[0], lat=place[1],
            occurred_at=LAST - timedelta(days=back) + timedelta(hours=i % 24, minutes=i),
        )
        for back, n in counts.items()
        for i in range(n)
    ]  # fmt: skip


def usual(n: int, *, until: int, surge: int = 0, lasting: int = 3) -> dict[int, int]:
    """So many a day for two months until a day, the last ones more."""
    days = range(60, until - 1, -1)
    return {d: surge if surge and d < until + lasting else n + d % 2 for d in days}


SHOWN: Final = [
    *draw_days("rgv", RGV, GREEN, usual(4, until=2, surge=12)),
    *draw_days("lrt", LRT, GREEN, usual(4, until=2)),
]
NEXT: Final = [
    *draw_days("rgv-next", RGV, GREEN, {1: 14}),
    *draw_days("lrt-next", LRT, GREEN, {1: 4}),
]
HIDDEN: Final = [
    # More in a surge that all see, and a usual level so high that an agency sees none there.
    *draw_days("hidden-rgv", RGV, RED, {3: 9, 2: 3}),
    *draw_days("hidden-usual", RGV, THEIRS, usual(30, until=2)),
    # A surge of its own; the oldest record and the newest one.
    *draw_days("hidden-tca", TCA, RED, usual(4, until=2, surge=15)),
    *draw_days("hidden-ends", SDC, RED, {90: 1, 1: 2}),
]


@dataclass(frozen=True)
class Twin:
    """A warehouse whose versions were watched for everyone and for each agency."""

    service: QueryService
    access: Access

    def of(self, viewer: Viewer) -> QueryService:
        return self.service.released_to(self.access.policy.release(viewer))

    def alerts(self, viewer: Viewer) -> tuple[Alert, ...]:
        return self.of(viewer).room.alerts.list("real")


def watch_all(service: QueryService, access: Access) -> None:
    watch_version(service)
    for viewer in (COMMANDER, AGENT, SHERIFF):
        watch_version(service.released_to(access.policy.release(viewer)))


def build_twin(bare: Path, folder: Path, hidden: list[ReleasedEvent]) -> Twin:
    """Load in two versions, each watched before the next."""
    data = copy_warehouse(bare, folder / "warehouse")
    settings = StoreSettings(data=data, accept_clock=True)
    load_events(settings, folder, [*hidden, *SHOWN])
    first = max(shown_files(data))
    date_versions(data, {first: datetime(2026, 5, 31, 2)})
    service = QueryService(Warehouse(settings), tile_cache_mb=4)
    access = Access(service.warehouse.room, sign_in=["local"])
    watch_all(service, access)
    load_events(settings, folder, NEXT)
    second = max(shown_files(data))
    date_versions(data, {first: datetime(2026, 5, 31, 2), second: datetime(2026, 6, 1, 2)})
    service.warehouse.refresh()
    watch_all(service, access)
    return Twin(service, access)


@pytest.fixture(scope="module")
def twins(
    bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Twin, Twin]]:
    """Two warehouses that differ by records that the sheriff may not read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cop.model.moment.datetime", FrozenClock)
        first, second = (
            build_twin(bare_warehouse, tmp_path_factory.mktemp("twin"), hidden)
            for hidden in (HIDDEN, [])
        )
        yield first, second
    for twin in (first, second):
        twin.service.warehouse.close()


def read_everything(twin: Twin, viewer: Viewer) -> dict[str, Any]:
    """What a viewer can read of alerts, by each way."""
    service, store = twin.of(viewer), twin.of(viewer).room.alerts
    found: dict[str, Any] = {"steps": store.count_steps()}
    picture = Picture.from_pairs([("records", "real")])
    earlier = datetime(2026, 5, 31, 12)
    for known_at in (None, earlier):
        view = service.view(Filter(records="real"), known_at=known_at)
        shown = find_alerts(service, view)
        at = f" at {known_at}"
        found[f"inside{at}"] = [a.to_words(view.snapshot.now) for a in shown.inside]
        found[f"outside{at}"] = shown.outside
        found[f"notice{at}"] = build_notice(service, view, picture)
        found[f"marking{at}"] = picture_marking(service, view, picture)
        found[f"lines{at}"] = build_alert_lines(service, view)
        found[f"others{at}"] = read_others(service, view, datetime(2026, 5, 31, 3))
        found[f"watched{at}"] = store.has_watched(version_name(view.snapshot))
    for one in store.list():
        found[one.id] = (store.history(one.id), render_cap(store.history(one.id), sender="cop"))
    whole = replace(open_whole(service), title="Alerts")
    for form in ("html", "csv"):
        handed = build_handout([whole], form, created_at=CREATED)
        found[form] = with_counted_names(handed.content)
    return found


def read_answers(twin: Twin, viewer: Viewer) -> Answers:
    """What is answered of alerts, and of what has their marking."""
    client = TestClient(gated(build_routes(make_context(twin.service)), viewer), base_url=BASE)
    queries = ("", "records=real", "state=open", "state=closed", "known_at=2026-05-31T12:00:00Z")
    addresses = [f"/api/{name}?{query}" for query in queries for name in ("alerts", "layers")]
    return {address: told(client.get(address)) for address in addresses}


def read_pages(twin: Twin, viewer: Viewer) -> dict[str, bytes]:
    """What the pages of a viewer show, but for the names that are drawn for each session."""
    found = {}
    for name in PAGES:
        page = AppTest.from_file(str(CHECKOUT / "pages" / f"{name}.py"), default_timeout=WAITING_S)
        page.session_state[CONTEXT] = make_context(twin.service).answering(viewer)
        page.query_params["records"] = "real"
        page.run()
        assert not page.exception, name
        shown = "\n".join(f"{one.type} {one.proto}" for one in page.main)
        found[name] = with_counted_names(SESSION.sub("", shown).encode())
    return found


def test_shown_alerts_tell_nothing_of_a_hidden_record(twins: tuple[Twin, Twin]) -> None:
    theirs, others = (read_everything(twin, SHERIFF) for twin in twins)
    assert theirs == others
    (alert,) = twins[0].alerts(SHERIFF)
    assert (alert.finding.sector, alert.revision, alert.finding.marking) == ("RGV", 2, GREEN)
    assert alert.finding.observed == 3 * 12 + 14
    assert "Surge in RGV" in str(theirs["notice at None"])
    answers, others = (read_answers(twin, SHERIFF) for twin in twins)
    assert answers == others
    assert alert.id.encode() in answers["/api/alerts?records=real"][2]
    pages, same = (read_pages(twin, SHERIFF) for twin in twins)
    assert [name for name in PAGES if pages[name] != same[name]] == []
    assert "Surge in RGV" in str(pages["Alerts"])
    assert GREEN in str(pages["Alerts"])
    # Who may read more is told otherwise, so that equal answers are not a matter of course.
    commanders = [twin.alerts(COMMANDER) for twin in twins]
    assert {a.finding.sector for a in commanders[0]} == {"RGV", "TCA"}
    assert [a.finding.observed for a in commanders[0] if a.finding.sector == "RGV"] == [62]
    assert [a.finding.observed for a in commanders[1]] == [50]
    assert twins[0].alerts(AGENT) != twins[1].alerts(AGENT)


def test_a_step_is_shared_by_those_who_see_the_same_records_alone(
    twins: tuple[Twin, Twin],
) -> None:
    with_hidden, without = twins
    for twin, shared in ((with_hidden, False), (without, True)):
        (own,) = (a for a in twin.alerts(COMMANDER) if a.finding.sector == "RGV")
        store = twin.of(COMMANDER).room.alerts
        store.acknowledge(own.id, by="Ana")
        (seen,) = twin.alerts(SHERIFF)
        assert (seen.acknowledged_by == "Ana") is shared
        store.close_alert(own.id, by="Ana", outcome="planned", reason="Only for the table.")
        (closed,) = twin.alerts(SHERIFF)
        assert ("Only for the table." in closed.model_dump_json()) is shared
    # Nor does a step of who sees less close what others see more of.
    (theirs,) = with_hidden.alerts(SHERIFF)
    sheriff = with_hidden.of(SHERIFF).room.alerts
    sheriff.close_alert(theirs.id, by="Avery", outcome="false", reason="Quiet.")
    (same,) = (a for a in with_hidden.alerts(COMMANDER) if a.finding.sector == "RGV")
    assert (same.state, same.closed_by) == ("closed", "Ana")
