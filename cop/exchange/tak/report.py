"""What a TAK server sends: cut out of the stream, parsed safely, with its marking."""

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from xml.etree import ElementTree as ET

from defusedxml import ElementTree as SafeET
from defusedxml.common import DefusedXmlException

from cop.errors import TakError
from cop.exchange.tak.message import DETAIL
from cop.model.event import KINDS, UNITS
from cop.model.marking import MARKINGS, MarkingError, check_marking, highest_marking
from cop.model.own_unit import MadeUp
from cop.model.tak import MOST_RESTRICTIVE

MOST_BYTES: Final = 500_000
"""Of one message; pictures travel by other ways."""
_END: Final = b"</event>"
_START: Final = b"<event"
_MOST_UID: Final = 300
_MOST_TYPE: Final = 100
_ID_HEX: Final = 32
_MOST_COUNT: Final = 1_000_000
_LABEL: Final = "|".join(map(re.escape, sorted(MARKINGS, key=len, reverse=True)))
_NAMED: Final = r"(?://(?:REL TO [A-Z0-9-]{2,12}(?:, ?[A-Z0-9-]{2,12})*|NOT RELEASABLE))?"
_MARKING: Final = re.compile(rf"(?:{_LABEL})(?![+A-Z]){_NAMED}")
_ANY_LABEL: Final = re.compile(r"\bTLP\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class CotReport:
    """A message of others; moments are naive UTC, positions degrees EPSG:4326.

    ``marking`` is the most restrictive of those that it states in any place, TLP:RED without one
    that can be read. ``kind``, ``count`` and ``unit`` are stated by another cop alone. ``digest``
    is stated in place of the uid where that is no longer known.
    """

    uid: str
    type: str
    how: str
    start: datetime
    lon: float
    lat: float
    radius_m: float | None
    marking: str
    synthetic: bool
    kind: str | None = None
    count: int | None = None
    unit: str | None = None
    digest: str = ""

    @property
    def source_id(self) -> str:
        """What its event is known by: a uid may be somebody's name, and is stored nowhere."""
        return self.digest or hashlib.sha256(self.uid.encode()).hexdigest()[:_ID_HEX]

    @property
    def is_of_cop(self) -> bool:
        """Whether another cop says what it counts."""
        return self.kind is not None


class CotStream:
    """Cuts a stream into messages; it never holds more than one that is not whole."""

    def __init__(self) -> None:
        """Begin with an empty stream."""
        self._rest = bytearray()

    def feed(self, content: bytes) -> Iterator[bytes]:
        """Yield the messages that are whole now; TakError if one is longer than any may be."""
        searched = max(len(self._rest) - len(_END), 0)
        self._rest += content
        while (end := self._rest.find(_END, searched)) >= 0:
            whole = bytes(self._rest[: end + len(_END)])
            del self._rest[: end + len(_END)]
            searched = 0
            start = whole.find(_START)
            if start >= 0:
                yield whole[start:]
        if len(self._rest) > MOST_BYTES:
            raise TakError(
                f"more than {MOST_BYTES:,} bytes without the end of a message: not a TAK server, "
                "or one that does not speak XML"
            )


def parse_event(content: bytes, *, tag: str = "event") -> ET.Element | None:
    """Parse a message; None for what is none, or has a DTD or entities."""
    try:
        event: ET.Element = SafeET.fromstring(content, forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError):
        return None
    return event if event.tag == tag else None


def read_report(event: ET.Element) -> CotReport | None:
    """Read a message as a report; None where it has no usable uid, type, time or position."""
    uid, type_, how = (event.get(name, "") for name in ("uid", "type", "how"))
    # A line of the spool has room for both.
    if not 0 < len(uid) <= _MOST_UID or not 0 < len(type_) <= _MOST_TYPE or len(how) > _MOST_TYPE:
        return None
    point, start = event.find("point"), read_moment(event.get("start"))
    if point is None or start is None:
        return None
    place = read_place(point)
    if place is None:
        return None
    own = event.find(f"detail/{DETAIL}")
    return CotReport(
        uid=uid,
        type=type_,
        how=how,
        start=start,
        lon=place[0],
        lat=place[1],
        radius_m=place[2],
        marking=find_marking(event),
        synthetic=bool(find_made_up(event)),
        **_read_own(own),
    )


def read_place(point: ET.Element) -> tuple[float, float, float | None] | None:
    """Read longitude, latitude and the radius of an error in meters, None where it is unknown.

    None where there is no position; clients write 0, 0 where they know none.
    """
    lon, lat = read_number(point.get("lon")), read_number(point.get("lat"))
    if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90:  # noqa: PLR2004 degrees
        return None
    if lon == lat == 0:
        return None
    radius = read_number(point.get("ce"))
    known = radius is not None and 0 <= radius < 1e6  # noqa: PLR2004 CoT's unknown is 9999999
    return lon, lat, radius if known else None


def find_marking(event: ET.Element) -> str:
    """Return the most restrictive marking of a message, in its one way of writing.

    All places count: who strips or lowers one of them lowers nothing. TLP:RED without any, or where
    one cannot be read.
    """
    own = event.find(f"detail/{DETAIL}")
    found = [] if own is None or own.get("marking") is None else [str(own.get("marking"))]
    for text in _words(event):
        named = _MARKING.findall(text)
        if len(named) < len(_ANY_LABEL.findall(text)):
            return MOST_RESTRICTIVE
        found += named
    try:
        checked = [check_marking(text) for text in found]
    except MarkingError:
        return MOST_RESTRICTIVE
    return highest_marking(checked) if checked else MOST_RESTRICTIVE


def _words(event: ET.Element) -> tuple[str, ...]:
    contact = event.find("detail/contact")
    callsign = "" if contact is None else contact.get("callsign", "")
    return callsign, event.findtext("detail/remarks") or "", event.get("access", "")


def find_made_up(event: ET.Element) -> MadeUp:
    """Return EXERCISE or SYNTHETIC where a message says so anywhere, else an empty text."""
    own = event.find(f"detail/{DETAIL}")
    words, opex = " ".join(_words(event)).upper(), event.get("opex", "o")[:1]
    stated: tuple[tuple[MadeUp, str], ...] = (("EXERCISE", "e"), ("SYNTHETIC", "s"))
    for word, letter in stated:
        if opex == letter or word in words or (own is not None and own.get(word.lower())):
            return word
    return ""


def _read_own(own: ET.Element | None) -> dict[str, Any]:
    if own is None:
        return {}
    kind, unit, count = own.get("kind"), own.get("unit"), own.get("count", "")
    if kind not in KINDS or unit not in UNITS or not re.fullmatch(r"[0-9]{1,7}", count):
        return {}
    n = int(count)
    return {"kind": kind, "unit": unit, "count": n} if n <= _MOST_COUNT else {}


def read_moment(text: str | None) -> datetime | None:
    """Read a moment of a message as naive UTC, to the second; None where it is none."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        except OverflowError:
            return None
    return moment.replace(microsecond=0)


def read_number(text: str | None) -> float | None:
    """Read a number of a message; None where it is none, or not finite."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
