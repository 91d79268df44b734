"""Records as Cursor-on-Target messages; marking, EXERCISE and SYNTHETIC are where relays keep them.

Relays drop most attributes of an event and some parsers drop unknown children of its detail
(docs/tak.md), so that both are stated there, before the callsign and in the remarks as well.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from datetime import datetime, timedelta
from typing import Final
from xml.etree import ElementTree as ET

from cop.model.marking import parse_marking

DETAIL: Final = "__cop"
"""The child of an event's detail that states what no element of the format does."""
UNKNOWN: Final = "9999999.0"
PING_TYPE, PONG_TYPE, DELETE_TYPE = "t-x-c-t", "t-x-c-t-r", "t-x-d-d"
EXERCISE, SYNTHETIC = "EXERCISE", "SYNTHETIC"
_LINGER: Final = timedelta(seconds=5)
"""How long a withdrawn record is still good: relays that store records only replace valid ones."""
_NOT_XML: Final = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True)
class CotMessage:
    """A record as a message; moments are naive UTC, positions degrees EPSG:4326.

    ``radius_m`` is the uncertainty of the position. ``outline`` are (lon, lat) of a line, or of an
    area whose last corner is its first. ``stated`` are attributes of the child DETAIL.
    """

    uid: str
    type: str
    how: str
    start: datetime
    stale: datetime
    lon: float
    lat: float
    radius_m: float | None = None
    title: str
    remarks: tuple[str, ...] = ()
    marking: str
    synthetic: bool = False
    exercise: bool = False
    outline: tuple[tuple[float, float], ...] = ()
    stated: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The digest of all that it says."""
        cells = (*astuple(self)[:-1], sorted(self.stated.items()))
        return hashlib.sha256(repr(cells).encode()).hexdigest()[:32]

    @property
    def caveats(self) -> tuple[str, ...]:
        """EXERCISE and SYNTHETIC, as far as they are true."""
        stated = ((self.exercise, EXERCISE), (self.synthetic, SYNTHETIC))
        return tuple(word for is_so, word in stated if is_so)

    @property
    def callsign(self) -> str:
        """Its name on the map, which begins with what must not be lost."""
        return " ".join((f"[{self.marking}]", *self.caveats, self.title))


def render_message(message: CotMessage, *, at: datetime) -> str:
    """Return a message as XML in one line, as of a moment."""
    marking = parse_marking(message.marking)
    event = ET.Element("event", version="2.0", uid=message.uid, type=message.type, how=message.how)
    for name, moment in (("time", at), ("start", message.start), ("stale", message.stale)):
        event.set(name, _instant(moment))
    # Only few relays pass these on: they are never the only place.
    event.set("access", marking.label)
    if marking.audience is not None:
        event.set("releasableTo", ",".join(marking.agencies))
    if message.caveats:
        event.set("opex", "e" if message.exercise else "s")
    radius = UNKNOWN if message.radius_m is None else f"{message.radius_m:.0f}"
    _add_point(event, message.lon, message.lat, radius)
    detail = ET.SubElement(event, "detail")
    ET.SubElement(detail, "contact", callsign=_clean(message.callsign))
    own = {name: _clean(value) for name, value in message.stated.items()}
    own["marking"] = message.marking
    own |= {word.lower(): "1" for word in message.caveats}
    ET.SubElement(detail, DETAIL, own)
    for lon, lat in message.outline:
        ET.SubElement(detail, "link", point=f"{lat:.6f},{lon:.6f}")
    words = (message.marking, *message.caveats, *message.remarks)
    ET.SubElement(detail, "remarks").text = _clean(". ".join(words))
    return ET.tostring(event, encoding="unicode")


def render_withdrawal(uid: str, *, type: str = "b-m-p-s-m", at: datetime) -> str:
    """Return two messages that withdraw a record, of which nothing is repeated.

    The record itself is replaced by an empty one that is stale in a moment: relays that store
    records forget it then. The second one, t-x-d-d, takes it off the clients' maps.
    """
    emptied = ET.Element("event", version="2.0", uid=uid, type=type, how="h-t")
    _set_times(emptied, at, at + _LINGER)
    _add_point(emptied, 0.0, 0.0, UNKNOWN)
    detail = ET.SubElement(emptied, "detail")
    ET.SubElement(detail, "contact", callsign="WITHDRAWN")
    ET.SubElement(detail, DETAIL, withdrawn="1")
    ET.SubElement(detail, "remarks").text = "WITHDRAWN"
    removal = ET.Element("event", version="2.0", uid=f"{uid}-gone", type=DELETE_TYPE, how="m-g")
    _set_times(removal, at, at + _LINGER)
    _add_point(removal, 0.0, 0.0, UNKNOWN)
    detail = ET.SubElement(removal, "detail")
    ET.SubElement(detail, "link", uid=uid, type=type, relation="p-p")
    ET.SubElement(detail, "__forcedelete")
    return "".join(ET.tostring(event, encoding="unicode") for event in (emptied, removal))


def render_ping(uid: str, *, at: datetime) -> str:
    """Return a ping; a TAK server answers each in its turn."""
    event = ET.Element("event", version="2.0", uid=uid, type=PING_TYPE, how="m-g")
    _set_times(event, at, at + timedelta(seconds=20))
    _add_point(event, 0.0, 0.0, UNKNOWN)
    ET.SubElement(event, "detail")
    return ET.tostring(event, encoding="unicode")


def _set_times(event: ET.Element, at: datetime, stale: datetime) -> None:
    for name, moment in (("time", at), ("start", at), ("stale", stale)):
        event.set(name, _instant(moment))


def _add_point(event: ET.Element, lon: float, lat: float, radius: str) -> None:
    ET.SubElement(
        event, "point", lat=f"{lat:.6f}", lon=f"{lon:.6f}", hae=UNKNOWN, ce=radius, le=UNKNOWN
    )


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds") + "Z"


def _clean(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
