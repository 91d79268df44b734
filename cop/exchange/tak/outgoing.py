"""What a TAK server should have now, by its rules, from what is released to its agency."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from cop.exchange.key import NodeKeys
from cop.exchange.tak.declaration import TakDeclaration
from cop.exchange.tak.incoming import SOURCES
from cop.exchange.tak.message import CotMessage
from cop.model.alert import Alert
from cop.model.annotation import Annotation
from cop.model.event import KINDS
from cop.model.giving import Giver
from cop.model.marking import highest_marking
from cop.model.moment import format_dtg, format_occurrence
from cop.model.sensor import SENSOR_KINDS
from cop.model.tak import PERIOD_OF
from cop.query.annotation import list_annotations
from cop.query.given.alert import counts_within
from cop.query.given.event import grant_events
from cop.query.given.record import GrantedEvent, GrantedSensor, read_granted, read_sensors
from cop.query.service import QueryService
from cop.store.given.area import read_area

_DRAWN: Final = "u-d-f"
_HUMAN, _CONFIGURED, _FUSED = "h-t", "m-c", "m-r"
_UID_HEX: Final = 32


@dataclass(frozen=True, kw_only=True)
class TakGiver:
    """Builds the messages of a TAK server: what it should have, whatever it has."""

    declared: TakDeclaration
    keys: NodeKeys

    def build(self, service: QueryService, *, now: datetime) -> dict[str, CotMessage]:
        """Return the messages by uid at a moment, naive UTC; those that are stale are left out."""
        released = service.released_to(self.declared.release)
        server = self.declared.server
        area = read_area(service.warehouse.snapshot.catalogue, server.rules)
        found: list[CotMessage] = []
        if server.gives("events"):
            found += self._events(service, released, now)
        if server.gives("alerts"):
            found += self._alerts(released, area, now)
        if server.gives("annotations"):
            found += self._annotations(released, area, now)
        if server.gives("sensors"):
            found += self._sensors(released, area, now)
        return {message.uid: message for message in found if message.stale > now}

    def _events(
        self, service: QueryService, released: QueryService, now: datetime
    ) -> Iterator[CotMessage]:
        rules, types = self.declared.server.rules, self.declared.types
        since = now - rules.delay - types.longest - max(PERIOD_OF.values())
        giver = Giver(agency=self.declared.host, secret=self.keys.hiding_secret)
        with service.warehouse.cursor() as cursor:
            grant_events(cursor, released, self.declared.server, giver=giver, now=now, since=since)
            granted = read_granted(
                cursor, since=since, agency=self.declared.host, without=SOURCES.values()
            )
            for event in granted:
                yield self._event(event)

    def _event(self, event: GrantedEvent) -> CotMessage:
        of_kind = self.declared.types.events[event.kind]
        amount = f"{event.count:,} {event.unit}"
        when = format_occurrence(event.occurred_at, event.time_precision)
        words = [f"{KINDS[event.kind]}: {amount}", when, event.place_words]
        words += [f"detected by {event.detection}"] if event.detection else []
        words += [f"confidence {event.confidence}"] if event.confidence else []
        good_until = (
            event.occurred_at
            + PERIOD_OF[event.time_precision]
            + self.declared.server.rules.delay
            + of_kind.good_for
        )
        return self._message(
            uid=f"cop.{event.origin}.{event.record}",
            type=of_kind.type,
            how=_HUMAN,
            start=event.occurred_at,
            stale=good_until,
            lon=event.lon,
            lat=event.lat,
            radius_m=event.uncertainty_m,
            title=f"{KINDS[event.kind]}, {amount}",
            remarks=(*words, f"from {event.origin}"),
            marking=event.marking,
            synthetic=event.synthetic,
            stated={
                "kind": event.kind,
                "count": str(event.count),
                "unit": event.unit,
                "origin": event.origin,
                "precision": event.precision,
            },
        )

    def _alerts(
        self, released: QueryService, area: BaseGeometry | None, now: datetime
    ) -> Iterator[CotMessage]:
        rules, of_alert = self.declared.server.rules, self.declared.types.alerts
        least = self.declared.release.smallest_count
        for alert in released.room.alerts.list():
            found = alert.finding
            is_late = found.until + rules.delay <= now
            fits = not rules.kinds or {*found.kinds} <= {*rules.kinds}
            is_large = all(n >= least for n in found.kinds.values())
            if alert.state == "closed" or not (is_late and fits and is_large):
                continue
            if not _lies_in(area, shapely.Point(found.lon, found.lat)):
                continue
            if area is not None and not counts_within(released, found, rules.counties, area):
                continue
            yield self._alert(alert, found.until + rules.delay + of_alert.good_for)

    def _alert(self, alert: Alert, stale: datetime) -> CotMessage:
        found = alert.finding
        # Its words name no moment but its own: they would change with every look at it.
        title = f"{found.label} {found.where}"
        return self._message(
            uid=self._name("alert", alert.id),
            type=self.declared.types.alerts.type,
            how=_FUSED,
            start=found.started_at,
            stale=stale,
            lon=found.lon,
            lat=found.lat,
            title=title,
            remarks=(
                f"Alert, {alert.state}: {found.observed:,} {found.unit}, {found.normal}",
                f"{format_dtg(found.started_at)} to {format_dtg(found.until)}",
                "Found by a program in counted events; check before acting",
            ),
            marking=found.marking,
            synthetic=alert.synthetic,
            stated={"alert": alert.state},
        )

    def _annotations(
        self, released: QueryService, area: BaseGeometry | None, now: datetime
    ) -> Iterator[CotMessage]:
        for annotation in list_annotations(released, now):
            if not annotation.drawn_at + self.declared.server.rules.delay <= now:
                continue
            if _lies_in(area, annotation.drawing.geometry):
                yield self._annotation(annotation, now)

    def _annotation(self, annotation: Annotation, now: datetime) -> CotMessage:
        drawing, of_annotation = annotation.drawing, self.declared.types.annotations
        corners = drawing.coordinates
        is_closed = drawing.shape == "area"
        outline = (*corners, corners[0]) if is_closed else corners
        middle = drawing.geometry.representative_point()
        renewed = _renew(now, of_annotation.good_for)
        until = annotation.valid_until
        return self._message(
            uid=self._name("annotation", annotation.id),
            type=_DRAWN if len(corners) > 1 else of_annotation.type,
            how=_HUMAN,
            start=annotation.drawn_at,
            stale=renewed if until is None else until,
            lon=middle.x,
            lat=middle.y,
            title=annotation.title,
            remarks=(
                f"{annotation.purpose.title}, drawn {format_dtg(annotation.drawn_at)}",
                "until erased" if until is None else f"until {format_dtg(until)}",
            ),
            marking=annotation.marking,
            outline=tuple(outline) if len(corners) > 1 else (),
            stated={"annotation": drawing.purpose},
        )

    def _sensors(
        self, released: QueryService, area: BaseGeometry | None, now: datetime
    ) -> Iterator[CotMessage]:
        of_sensor, sources = self.declared.types.sensors, released.snapshot.sources
        for sensor in read_sensors(released, now):
            reported = sources.get(sensor.reported_by)
            markings = [sensor.marking]
            markings += [] if reported is None else [reported.source.marking]
            if _lies_in(area, shapely.Point(sensor.lon, sensor.lat)):
                stale = _renew(now, of_sensor.good_for)
                yield self._sensor(sensor, highest_marking(markings), now=now, stale=stale)

    def _sensor(
        self, sensor: GrantedSensor, marking: str, *, now: datetime, stale: datetime
    ) -> CotMessage:
        title = sensor.name or sensor.sensor_id
        kind = SENSOR_KINDS.get(sensor.kind, sensor.kind)
        reach = "" if sensor.range_m is None else f", range {sensor.range_m:,.0f} m"
        good_for = self.declared.types.sensors.good_for
        return self._message(
            uid=self._name("sensor", f"{sensor.source}\x1f{sensor.sensor_id}"),
            type=self.declared.types.sensors.type,
            how=_CONFIGURED,
            start=_renew(now, good_for) - 2 * good_for,
            stale=stale,
            lon=sensor.lon,
            lat=sensor.lat,
            title=title,
            remarks=(f"{kind}{reach}", f"of {sensor.agency}" if sensor.agency else "a sensor"),
            marking=marking,
            synthetic=sensor.synthetic,
            stated={"sensor": sensor.kind},
        )

    def _message(self, **stated: object) -> CotMessage:
        return CotMessage(exercise=self.declared.server.exercise, **stated)  # type: ignore[arg-type]

    def _name(self, part: str, own_id: str) -> str:
        """Return a uid that is the same every time and tells nothing of our own ids."""
        named = f"{self.keys.hiding_secret.hex()}{part}\x1f{own_id}"
        digest = hashlib.sha256(named.encode()).hexdigest()[:_UID_HEX]
        return f"{self.declared.prefix}{digest}"


def highest_of(messages: Mapping[str, CotMessage]) -> str:
    """Return the marking of messages together."""
    return highest_marking({message.marking for message in messages.values()})


def _renew(now: datetime, good_for: timedelta) -> datetime:
    """Return until when a record without an end is good: renewed while half of it is left."""
    since = now - datetime(1970, 1, 1)
    return datetime(1970, 1, 1) + (since // good_for + 2) * good_for


def _lies_in(area: BaseGeometry | None, shape: BaseGeometry) -> bool:
    """Return whether a shape lies in an area as a whole: no part of it may be elsewhere."""
    return area is None or bool(area.covers(shape))
