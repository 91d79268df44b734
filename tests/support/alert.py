"""Made-up surges: findings for the store, and events whose counts rise at a place."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import etree
from streamlit.testing.v1 import AppTest

from cop.model.alert import AlertFinding, Period
from cop.model.moment import utc_now
from cop.store.room.alert import Alerts
from tests.support.record import make_frame

XSD = Path(__file__).with_name("cap12.xsd")
NAMES = {"c": "urn:oasis:names:tc:emergency:cap:1.2"}
DAY = timedelta(days=1)


def make_finding(day: int = 0, **changed: Any) -> AlertFinding:
    """A surge in RGV that was last on so many days after its third, with parts changed."""
    began = datetime(2026, 3, 1)
    held: dict[str, Any] = {
        "detector": "surge",
        "records": "real",
        "sector": "RGV",
        "sector_name": "Rio Grande Valley",
        "first_segment": "RGV-0001",
        "last_segment": "RGV-0056",
        "lat": 26.1,
        "lon": -98.2,
        "mgrs": "14R NP 7 8",
        "area": ((-99, 26), (-98, 26), (-98, 27), (-99, 26)),
        "started_at": began,
        "alarm_from": began + DAY,
        "until": began + (3 + day) * DAY,
        "unit": "events",
        "observed": 60 + 20 * day,
        "expected": 24.0 + 8 * day,
        "low": 17,
        "high": 31,
        "kinds": {"crossing": 50, "rescue": 10},
        "evidence": tuple(
            Period(start=began + i * DAY, n=20, expected=8, low=5, high=11, on=i > 0)
            for i in range(3)
        ),
        "own_alarms": 2,
        "own_days": 350,
        "marking": "TLP:GREEN",
        "version": 7 + day,
        "known_at": began + (3 + day) * DAY,
    }
    return AlertFinding(**held | changed)


def make_surge(
    end: datetime,
    *,
    usual: int = 4,
    surge: int = 12,
    days: int = 60,
    lasting: int = 3,
    **columns: Any,
) -> pd.DataFrame:
    """Events of each of the days before ``end`` in RGV, of the last ones more."""
    midnight = datetime(end.year, end.month, end.day)
    moments = [
        midnight - back * DAY + timedelta(hours=i % 24, minutes=i)
        for back in range(days, 0, -1)
        for i in range(surge if back <= lasting else usual + back % 2)
    ]
    n = len(moments)
    placed: dict[str, Any] = {
        "source_id": [f"{columns.get('source', 'test')}-{i}" for i in range(n)],
        "occurred_at": moments,
        "kind": ["rescue" if i % 5 == 0 else "crossing" for i in range(n)],
        "count": 1,
        "lon": -98.2,
        "lat": 26.06,
        "segment_id": "RGV-0030",
        "sector": "RGV",
        "county": "Hidalgo, TX",
    }
    return make_frame(n, **placed | columns)


def read_cap(message: bytes | str) -> Any:
    """Parse a CAP message; fails where it has not the structure of CAP 1.2."""
    text = message.encode() if isinstance(message, str) else message
    root = etree.fromstring(text)
    etree.XMLSchema(etree.parse(str(XSD))).assertValid(root)
    return root


def cap_text(root: Any, path: str) -> list[str]:
    """Give the texts at a path, ``c:info/c:event``."""
    return [found.text for found in root.iterfind(path, NAMES)]


def raise_in(store: Alerts, sector: str, version: str, *, days: int = 3) -> str:
    """Raise a further alert that began some days ago, and give its id."""
    began = (utc_now() - days * DAY).replace(hour=0, minute=0, second=0)
    found = make_finding(
        sector=sector, started_at=began, alarm_from=began + DAY / 2, until=utc_now()
    )
    (alert,) = store.note(version, [found])
    return alert.id


def list_buttons(page: AppTest) -> list[tuple[str, bool]]:
    """The buttons to acknowledge in the order of the page: the alert's id, whether it is off."""
    assert not page.exception
    buttons = [one for one in page.button if (one.key or "").startswith("acknowledge-")]
    return [(str(one.key).split("-")[1], one.disabled) for one in buttons]


def press(page: AppTest, label: str) -> AppTest:
    """Press the first button of a label."""
    return next(button for button in page.button if button.label == label).click().run()
