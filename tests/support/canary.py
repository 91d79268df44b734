"""A warehouse and a room of whose every record a mark tells that an answer has it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from cop.model.impact import Agreement
from cop.model.marking import MARKINGS, Marking
from cop.model.picture import Picture, ShownLayer
from cop.model.release import Release
from cop.query.registry import load_layers
from cop.query.service import QueryService
from cop.query.table import read_event_table
from cop.settings import StoreSettings
from cop.store.room.impact_rule import read_rules
from cop.store.warehouse import Warehouse
from tests.support.alert import make_finding
from tests.support.drawing import drawing
from tests.support.impact import make_proposal
from tests.support.layer import make_features, publish_features
from tests.support.released import (
    AGENCIES,
    RELEASES,
    SECTORS,
    draw_events,
    load_events,
    load_places,
    load_sensors,
    may_read,
)
from tests.support.saved import make_draft
from tests.support.warehouse import copy_warehouse

_EVENT, _EVENTS = 32, re.compile(rb"[0-9a-f]{32,}")
_TOKEN = re.compile(rb"zq[0-9a-f]{8}(?=zq)")
"""The shapes of ids and of tokens; one may begin where another ends."""
SEGMENTS: Final = tuple(f"TCA-{i:04d}" for i in range(1, 31))


@dataclass(frozen=True)
class Marked:
    """A record: what kind it is of, the token that an answer has with it, and its marking."""

    kind: str
    token: str
    marking: str
    source: str = "TLP:CLEAR"

    def is_for(self, release: Release) -> bool:
        return may_read(release, self.marking) and may_read(release, self.source)


class MarkedRoom:
    """All records that there are, by their token; ids of alerts and of events are tokens too."""

    def __init__(self, data: Path, folder: Path) -> None:
        self.data, self._folder = data, folder
        self.settings = StoreSettings(data=data)
        self._random = np.random.default_rng(17)
        self.records: dict[str, Marked] = {}
        self.pictures: dict[str, str] = {}
        self.layers: dict[str, tuple[float, float]] = {}
        self.features: dict[str, list[str]] = {}
        self.shown: dict[str, tuple[str, ...]] = {}
        self.earlier = 0
        self.before: frozenset[str] = frozenset()

    def build(self) -> None:
        """Load events, places, sensors and layers; raise some markings; fill the room."""
        events = draw_events(240, seed=3)
        load_events(self.settings, self._folder, events)
        amber = draw_events(60, seed=4, source="amber", least="TLP:AMBER")
        load_events(self.settings, self._folder, amber, marking="TLP:AMBER")
        load_places(self.settings, self._folder, self._placed("place", "Camp", 60))
        load_sensors(self.settings, self._folder, self._placed("sensor", "T", 30))
        self.earlier = self._note_events()
        self.before = frozenset(self.tokens("event"))
        raised = [replace(one, marking=_raise(one.marking)) for one in events[:60]]
        later = draw_events(40, seed=5, source="table")
        later = [replace(one, source_id=f"later-{i}") for i, one in enumerate(later)]
        load_events(self.settings, self._folder, [*raised, *later])
        self._publish_layers()
        self._note_events()

    def fill(self, service: QueryService) -> None:
        """Put annotations, Pictures, alerts and decisions into the room of a service."""
        room = service.room
        for marking in self._markings(50):
            title = f"Note {self._add('annotation', marking)}"
            place = [list(SECTORS[int(self._random.integers(len(SECTORS)))])]
            shape = drawing(shape="point", title=title, marking=marking, coordinates=place)
            room.annotations.draw(shape, author="Chief")
        for marking in self._markings(40):
            token = self._add("picture", marking)
            draft = make_draft(version=service.snapshot.version)
            saved = room.pictures.save(replace(draft, marking=marking), name=f"Picture {token}")
            self.pictures[saved.id] = token
            self._know("picture", saved.id, marking)
        self._save_shown(service)
        self._raise_alerts(service)
        rules = read_rules(self.settings.impact)
        for segment, marking in zip(SEGMENTS, self._markings(len(SEGMENTS)), strict=True):
            reason = f"Because {self._add('decision', marking)}"
            stated = Agreement(segments=(segment,), by="Ana", reason=reason, level="high")
            room.decisions.agree(
                stated, {segment: make_proposal(segment)}, rules, records="real",
                version=service.snapshot.version, marking=marking, sources=(),
            )  # fmt: skip

    def _raise_alerts(self, service: QueryService) -> None:
        """Raise what the watch would find for each release."""
        codes, detectors = sorted(service.snapshot.sectors), ("surge", "rush")
        apart = [(code, detector) for detector in detectors for code in codes]
        found = [
            make_finding(
                sector=sector,
                detector=detector,
                sector_name=self._add("alert", marking),
                marking=marking,
            )
            for (sector, detector), marking in zip(apart, self._markings(15), strict=False)
        ]
        for release in (None, *RELEASES):
            own = [one for one in found if release is None or may_read(release, one.marking)]
            service.released_to(release).room.alerts.note("v", own)

    def tokens(self, kind: str) -> list[str]:
        """The tokens of a kind of records."""
        return sorted(token for token, one in self.records.items() if one.kind == kind)

    def readable(self, release: Release, *kinds: str) -> set[str]:
        """The tokens of the records of some kinds that a release may read."""
        return {
            token
            for token, one in self.records.items()
            if one.kind in kinds and one.is_for(release)
        }

    def found_in(self, content: bytes) -> set[str]:
        """The records that an answer has, found by their tokens anywhere in it."""
        found = set()
        for name in self._names:
            if (one := name.encode()) in content:
                found.add(name)
                # A token within this name is not another record.
                content = content.replace(one, b" ")
        runs = {run.decode() for run in _EVENTS.findall(content)}
        ids = {run[i : i + _EVENT] for run in runs for i in range(len(run) - _EVENT + 1)}
        tokens = {f"{one.decode()}zq" for one in _TOKEN.findall(content)}
        return found | (self._tokens & (ids | tokens))

    def leaks(self, release: Release, content: bytes) -> set[str]:
        """The records that an answer has and that are not released."""
        return {one for one in self.found_in(content) if not self.records[one].is_for(release)}

    def freeze(self) -> None:
        """Know every token: what is added later is not found."""
        shapes = (_EVENTS, _TOKEN)
        scanned = {one for one in self.records if any(s.match(one.encode()) for s in shapes)}
        self._tokens = frozenset(scanned)
        self._names = sorted(self.records.keys() - scanned, key=len, reverse=True)

    def _save_shown(self, service: QueryService) -> None:
        """Save Pictures for everyone: of all layers that have rows, and of a few of them each."""
        ids = [name for name, one in load_layers().items() if one.fields and one.id != "basemap"]
        own = sorted(self.layers)
        few = [
            ("events", "sensors"),
            ("events", *own[:3]),
            ("sensors", *own[3:6]),
            ("events", "sensors", *own[6:]),
        ]
        few += [("coverage", "hotspots", "events"), ("humanitarian", "conflict", "changes", *own)]
        for i, names in enumerate([(*ids, *own), *few]):
            shown = tuple(ShownLayer(id=one) for one in names)
            picture = replace(Picture.from_pairs([("records", "real")]), shown=shown)
            draft = make_draft(version=service.snapshot.version, picture=picture)
            draft = replace(draft, marking="TLP:CLEAR")
            saved = service.room.pictures.save(draft, name=f"Layers {i}")
            self.shown[saved.id] = names

    def _note_events(self) -> int:
        """Take the events of the newest version to the records; return its number."""
        warehouse = Warehouse(self.settings)
        service = QueryService(warehouse, tile_cache_mb=1)
        table = read_event_table(service, service.view(), None, most=1000)
        for event_id, marking, source in zip(
            table["event_id"], table["marking"], table["source"], strict=True
        ):
            of_source = "TLP:AMBER" if source == "amber" else "TLP:CLEAR"
            self.records[event_id] = Marked("event", event_id, marking, of_source)
        version = service.snapshot.version
        warehouse.close()
        return version

    def _publish_layers(self) -> None:
        for i, marking in enumerate(self._markings(10)):
            token = self._add("layer", marking)
            within = [self._add("feature", marking) for _ in range(3)]
            names = [f"{token} {one}" for one in within]
            lon, lat = SECTORS[i % len(SECTORS)]
            points = [shapely.Point(lon + 0.01 * n, lat) for n in range(3)]
            features = make_features(points, name=names)
            step = publish_features(
                self.data, features, title=f"Layer {token}", marking=marking, note=f"Of {token}"
            )
            self._know("layer", step.layer.name, marking)
            self.layers[step.layer.name] = (lon, lat)
            self.features[step.layer.name] = within

    def _placed(self, kind: str, name: str, n: int) -> Iterable[tuple[str, float, float, str]]:
        for i, marking in enumerate(self._markings(n)):
            lon, lat = SECTORS[i % len(SECTORS)]
            east, north = self._random.normal(0, 0.05, 2)
            yield f"{name} {self._add(kind, marking)}", lon + east, lat + north, marking

    def _markings(self, n: int) -> list[str]:
        found = []
        for i in range(n):
            named = [code for code in AGENCIES if self._random.random() < 0.4] if i % 2 else []
            found.append(str(Marking.of(MARKINGS[i % len(MARKINGS)], named)))
        return found

    def _add(self, kind: str, marking: str) -> str:
        token = f"zq{int(self._random.integers(16**8)):08x}zq"
        self._know(kind, token, marking)
        return token

    def _know(self, kind: str, token: str, marking: str) -> None:
        self.records[token] = Marked(kind, token, marking)


def build_room(bare: Path, folder: Path) -> MarkedRoom:
    """Build a warehouse of marked records in a folder, from one of the region alone."""
    room = MarkedRoom(copy_warehouse(bare, folder / "warehouse"), folder)
    room.build()
    return room


def _raise(marking: str) -> str:
    """The same agencies, the highest label."""
    _, separator, named = marking.partition("//")
    return f"TLP:RED{separator}{named}"
