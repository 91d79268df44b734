"""Positions of own units: the newest of each, in memory alone, while it is fresh."""

import hashlib
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from xml.etree import ElementTree as ET

from cop.exchange.tak.live import MOST_UNITS
from cop.exchange.tak.message import DELETE_TYPE
from cop.exchange.tak.report import find_made_up, find_marking, read_moment, read_place
from cop.model.marking import highest_marking
from cop.model.own_unit import MOST_CALLSIGN, UNIT_TYPE, OwnUnit
from cop.model.tak import TakIn

_MOST_UID: Final = 300
_FRIEND: Final = "a-f"


def is_unit(type_: str) -> bool:
    """Return whether a message of a type is of a unit of our own side, which is never stored."""
    return f"{type_}-".startswith(f"{_FRIEND}-")


@dataclass(kw_only=True)
class UnitWatch:
    """The units of a TAK server: one position each, which the next one replaces.

    ``prefix`` begins the uids of our own messages. Units are known by a digest with a key of this
    run, so that what is written says nothing of a uid.
    """

    into: TakIn
    prefix: str
    now: Callable[[], datetime]
    _units: dict[str, OwnUnit] = field(default_factory=dict)
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def take(self, event: ET.Element) -> bool:
        """Take a message; return whether it is of a unit, used or not.

        What is too old, has no time or position, or is one too many is not used. A deletion takes
        its unit away, and is for others to read too.
        """
        if event.get("type") == DELETE_TYPE:
            for link in event.iter("link"):
                self._units.pop(self._key(link.get("uid", "")), None)
            return False
        if not is_unit(event.get("type", "")):
            return False
        unit = self._read(event)
        if unit is not None and self._has_room(unit):
            self._units[unit.key] = unit
        return True

    def fresh(self) -> tuple[OwnUnit, ...]:
        """Return the units that are fresh now, and forget all others."""
        now = self.now()
        self._units = {key: unit for key, unit in self._units.items() if now < unit.until}
        return tuple(self._units.values())

    def _has_room(self, unit: OwnUnit) -> bool:
        """Return whether a unit may be shown: none that is older than what is known of it."""
        known = self._units.get(unit.key)
        if known is not None:
            return known.at <= unit.at
        return len(self._units) < MOST_UNITS or len(self.fresh()) < MOST_UNITS

    def _read(self, event: ET.Element) -> OwnUnit | None:
        uid, type_, point = event.get("uid", ""), event.get("type", ""), event.find("point")
        stated, stale = read_moment(event.get("time")), read_moment(event.get("stale"))
        usable = 0 < len(uid) <= _MOST_UID and UNIT_TYPE.fullmatch(type_)
        if not usable or uid.startswith(self.prefix) or point is None or stated is None:
            return None
        place, now = read_place(point), self.now()
        # A clock that is fast makes nothing newer than now.
        at = min(stated, now)
        if place is None or stale is None or now - at >= self._longest or stale <= now:
            return None
        contact = None if self.into.units == "anonymous" else event.find("detail/contact")
        return OwnUnit(
            key=self._key(uid),
            type=type_,
            callsign="" if contact is None else _clean(contact.get("callsign", "")),
            lon=place[0],
            lat=place[1],
            accuracy_m=place[2],
            at=at,
            until=min(stale, at + self._longest),
            marking=highest_marking((find_marking(event), self.into.marking)),
            made_up=find_made_up(event),
        )

    @property
    def _longest(self) -> timedelta:
        return timedelta(seconds=self.into.units_fresh_s)

    def _key(self, uid: str) -> str:
        found = hashlib.blake2b(uid.encode("utf-8", "replace"), key=self._salt, digest_size=8)
        return found.hexdigest()


def _clean(text: str) -> str:
    """Return a callsign in one short line, without controls and marks that turn text around."""
    kept = (" " if unicodedata.category(sign).startswith("C") else sign for sign in text[:400])
    return " ".join("".join(kept).split())[:MOST_CALLSIGN].strip()
