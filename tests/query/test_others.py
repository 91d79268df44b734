"""What else changed since a moment: of alerts, levels, layers and annotations, in the filter."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cop.model.annotation import Drawing
from cop.model.area import Area
from cop.model.filter import Filter
from cop.model.impact import Agreement
from cop.query.others import WHOLE_BORDER, OtherChange, read_others
from cop.query.service import QueryService
from cop.resource import package_path
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.store.room.annotation import Annotations
from cop.store.room.impact import Decisions
from cop.store.room.impact_rule import read_rules
from cop.store.warehouse import Warehouse
from tests.support.alert import make_finding
from tests.support.brief import BRIEF, NOW, build_history
from tests.support.impact import make_proposal

pytestmark = [pytest.mark.glance, pytest.mark.table]

BEFORE, SINCE = BRIEF - timedelta(minutes=10), BRIEF + timedelta(hours=2)
SEGMENT = "RGV-0030"


@pytest.fixture
def service(own_warehouse: Path) -> Iterator[QueryService]:
    """A history of loads around a brief."""
    build_history(own_warehouse)
    warehouse = Warehouse(StoreSettings(data=own_warehouse))
    yield QueryService(warehouse, tile_cache_mb=8)
    warehouse.close()


def read(service: QueryService, **wanted: Any) -> list[OtherChange]:
    view = service.view(Filter(records="real", **wanted), known_at=NOW)
    return list(read_others(service, view, BRIEF))


def found(service: QueryService, **wanted: Any) -> list[tuple[str, str, str]]:
    return [(one.what, one.place, one.who) for one in read(service, **wanted)]


def draw(store: Annotations, lon: float, lat: float, **more: Any) -> str:
    words = {"shape": "point", "title": "A", "coordinates": ((lon, lat),), "lasts_h": None}
    return store.draw(Drawing.model_validate(words | more), author="Ben").id


def test_only_steps_since_the_moment_are_told(service: QueryService, own_warehouse: Path) -> None:
    clock = {"now": BEFORE}
    settings = StoreSettings(data=own_warehouse)
    with closing(Alerts(settings, now=lambda: clock["now"])) as alerts:
        (alert,) = alerts.note("1", [make_finding()])
        assert found(service) == []
        clock["now"] = SINCE
        alerts.acknowledge(alert.id, by="Ana")
        clock["now"] = NOW + timedelta(hours=1)
        alerts.close_alert(alert.id, by="Ana", outcome="false", reason="Chance.")
    assert found(service) == [("Alert acknowledged", "RGV", "Ana")]
    assert found(service, sectors=("TCA",)) == []
    assert found(service, kinds=("tunnel",)) == []


def test_decisions_are_told_where_the_segment_lies(
    service: QueryService, own_warehouse: Path
) -> None:
    rules = read_rules(package_path("data", "impact.yaml"))
    said = Agreement(segments=(SEGMENT,), by="Ana", reason="seen", level="high")
    proposals = {SEGMENT: make_proposal(SEGMENT, "low")}
    with closing(Decisions(StoreSettings(data=own_warehouse), now=lambda: SINCE)) as decisions:
        decisions.agree(said, proposals, rules, records="real", version=1, marking="TLP:GREEN")
    assert found(service) == [("Level changed", "RGV", "Ana")]
    assert SEGMENT in read(service)[0].title
    assert found(service, sectors=("TCA",)) == []
    assert found(service, counties=("Pima, AZ",)) == []


def test_annotations_are_told_at_their_nearest_segment(
    service: QueryService, own_warehouse: Path
) -> None:
    clock: dict[str, datetime] = {"now": BEFORE}
    with closing(Annotations(StoreSettings(data=own_warehouse), now=lambda: clock["now"])) as store:
        erased = draw(store, -98.2, 26.06, marking="TLP:AMBER")
        draw(store, -98.2, 26.06, lasts_h=1)
        clock["now"] = SINCE
        draw(store, -110.9, 31.3)
        store.erase(erased, by="Ben")
    assert sorted(found(service)) == [
        ("Annotation added", "TCA", "Ben"),
        ("Annotation erased", "RGV", ""),
        ("Annotation expired", "RGV", ""),
    ]
    assert "TLP:AMBER" in {one.marking for one in read(service)}
    assert found(service, sectors=("TCA",)) == [("Annotation added", "TCA", "Ben")]
    area = Area.of(((-99.0, 25.5), (-97.0, 25.5), (-97.0, 27.0), (-99.0, 27.0)))
    assert {place for _, place, _ in found(service, area=area)} == {"RGV"}


def test_layers_are_of_the_whole_border(service: QueryService) -> None:
    def layer(name: str, state: str) -> Any:
        about = SimpleNamespace(title=name, marking="TLP:GREEN")
        return SimpleNamespace(
            revision=1, state=state, declared=about, changed_by="Cy", changed_at=SINCE
        )

    view = service.view(Filter(records="real", sectors=("TCA",)), known_at=NOW)
    states = {"a": "published", "b": "retired", "c": "draft"}
    uploaded: Any = {name: layer(name, state) for name, state in states.items()}
    view = replace(view, snapshot=replace(view.snapshot, uploaded=uploaded))
    told = read_others(service, view, BRIEF)
    assert [(one.what, one.title, one.place) for one in told] == [
        ("Layer published", "a", WHOLE_BORDER),
        ("Layer retired", "b", WHOLE_BORDER),
    ]
