"""The notice of active alerts above a picture: what stands, and the way to its page."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.picture import Picture
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT
from cop.ui.page.alert.notice import build_notice
from tests.support.alert import DAY, make_finding
from tests.support.context import make_context
from tests.support.page_run import PATIENCE_SECONDS
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.forecast

FOUL = "<script>alert(1)</script>"


@pytest.fixture
def service(own_warehouse: Path) -> QueryService:
    """Three real events, and no alert yet."""
    store = StoreSettings(data=own_warehouse)
    publish_events(store, make_frame(3, source_id=["a", "b", "c"]))
    return QueryService(Warehouse(store), tile_cache_mb=1)


def notice(service: QueryService, **wanted: object) -> str:
    picture = Picture.from_pairs({"records": "real", **wanted}.items())  # type: ignore[arg-type]
    return build_notice(service, service.view(picture.filter), picture)


def test_no_alert_is_no_notice(service: QueryService) -> None:
    assert notice(service) == ""
    service.warehouse.close()


def test_the_notice_stands_until_the_alert_is_closed(service: QueryService) -> None:
    began = utc_now() - 3 * DAY
    found = make_finding(started_at=began, alarm_from=began + DAY, until=utc_now())
    alerts = service.warehouse.room.alerts
    (alert,) = alerts.note("1", [found])
    words = notice(service, map="31.00000,-110.00000,8.00")
    assert "1 ALERT</a>" in words
    assert "<b>Surge in RGV" in words
    assert 'class="cop-chip cop-alert"' in words
    assert 'href="/Alerts?records=real&amp;map=31.00000%2C-110.00000%2C8.00"' in words
    elsewhere = notice(service, sector="TCA")
    assert "NO ALERT IN THE FILTER" in elsewhere
    assert "<b>1 outside the filter</b>" in elsewhere
    assert 'class="cop-chip"' in elsewhere
    assert build_notice(service, service.view(Filter(records="synthetic")), Picture()) == ""
    alerts.acknowledge(alert.id, by=FOUL)
    words = notice(service)
    assert 'class="cop-chip"' in words, "somebody sees to it"
    assert "acknowledged by &lt;script&gt;" in words
    assert "<script" not in words
    alerts.close_alert(alert.id, by="Avery", outcome="false", reason="Chance.")
    assert notice(service) == ""
    service.warehouse.close()


def test_the_page_is_drawn_again_for_an_alert_that_came_while_it_was_drawn(
    service: QueryService,
) -> None:
    def script() -> None:
        import streamlit as st

        from cop.ui.component.context import use_context
        from cop.ui.page.alert.notice import count_steps, watch_alerts

        service, state = use_context().service, st.session_state
        drawn_with = count_steps(service)
        state["drawn"] = state.get("drawn", 0) + 1
        if state["drawn"] == 2:
            service.room.alerts.note("1", [state["found"]])
        watch_alerts(service, drawn_with)
        st.text("drawn")

    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
    page.session_state[CONTEXT] = make_context(service)
    page.session_state["found"] = make_finding()
    assert [text.value for text in page.run().text] == ["drawn"]
    assert page.session_state["drawn"] == 1
    assert [text.value for text in page.run().text] == ["drawn"]
    assert page.session_state["drawn"] == 3
    service.warehouse.close()
