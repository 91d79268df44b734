"""A snapshot: everything that the readers of one version need to know beside the files."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from cop.errors import FilterError
from cop.model.default_records import DefaultRecords, settle_default
from cop.model.event import OUTSIDE
from cop.model.filter import Filter, Records
from cop.model.freshness import Freshness, least_overdue
from cop.model.moment import utc_now
from cop.model.release import Release
from cop.model.trial import SensorTrial
from cop.model.unapplied import UnappliedPart, build_lacking
from cop.model.uploaded import UploadedLayer
from cop.model.window import TimeWindow
from cop.store.catalogue.version import CatalogueVersion
from cop.store.catalogue.version_note import Quarantined
from cop.store.dataset.geography import LoadedGeography
from cop.store.dataset.rollup import Rollup
from cop.store.dataset.schema import EVENTS, QUARANTINE
from cop.store.dataset.source import SourceState
from cop.store.integrity.quarantine import Caveat, build_caveats, month_window


@dataclass(frozen=True, kw_only=True)
class Snapshot(LoadedGeography):
    """Everything the readers of one version need to know beside the files."""

    catalogue: CatalogueVersion
    rollup: Rollup
    sources: Mapping[str, SourceState]
    quarantine: tuple[Quarantined, ...] = ()
    uploaded: Mapping[str, UploadedLayer] = field(default_factory=dict)
    """The uploaded layers by their id on the map: published, drafts, retired."""
    known_at: datetime | None = None
    """The moment whose knowledge was asked for (naive UTC); None is the present."""
    sensor_ids: frozenset[str] = frozenset()
    """The sensors that are loaded, real and synthetic ones."""
    chosen: DefaultRecords | None = None
    """The records that the room has chosen to show by default."""
    withheld: tuple[str, ...] = ()
    """The titles of sources that are not released to the viewer."""

    @property
    def release(self) -> Release | None:
        """What its viewer may read; None is everything."""
        return None if self.catalogue.admitted is None else self.catalogue.admitted.release

    @property
    def now(self) -> datetime:
        """The moment that ages and open windows count from: the present, or ``known_at``."""
        return utc_now() if self.known_at is None else min(self.known_at, utc_now())

    @property
    def version(self) -> int:
        """The version of the warehouse that this snapshot reads."""
        return self.catalogue.version

    @property
    def content(self) -> str:
        """Name what this snapshot shows: its version, release, and what a reader lacks of it."""
        version = str(self.version) if self.release is None else f"{self.version} {self.release}"
        lacking = sorted(f"{row.dataset} {row.sha256}" for row in self.quarantine if row.fault)
        if not lacking:
            return version
        digest = hashlib.sha256("\n".join(lacking).encode()).hexdigest()
        return f"{version}-{digest[:16]}"

    def resolve(self, requested: Filter) -> Filter:
        """Check a filter's names and settle which records it counts, real or synthetic.

        Both are never counted in one figure: what the filter leaves open the named sources decide,
        and without those the default of the room. FilterError for what cannot be resolved.
        """
        for name, values in self._named(requested):
            known = self._known(name)
            for value in values:
                if value not in known:
                    raise FilterError(
                        f"{name}={value[:40]!r} is unknown: use {', '.join(sorted(known))[:600]}"
                    )
        for trial in requested.trials:
            if trial.is_of_loaded != (trial.sensor in self.sensor_ids):
                raise FilterError(f"whatif={trial.to_text()[:40]!r}: {_untried(trial)}")
        named = {self.sources[name].source.synthetic for name in requested.sources}
        if requested.records is not None:
            return requested
        if len(named) > 1:
            raise FilterError(
                f"source={', '.join(requested.sources)}: real and synthetic records are never "
                "added together; name sources of one kind, or add records=real or "
                "records=synthetic"
            )
        return replace(requested, records=_sort(named.pop()) if named else self.default_records)

    def sift(self, requested: Filter) -> tuple[Filter, tuple[UnappliedPart, ...]]:
        """Return what of a filter can be resolved here, and the parts that cannot."""
        then = self.known_at is not None
        lacking = [
            build_lacking(name, value, then=then)
            for name, values in self._named(requested)
            for value in sorted(set(values) - self._known(name))
        ]
        left = {name: {*values} & self._known(name) for name, values in self._named(requested)}
        if requested.records is None:
            own = {
                name
                for name in left["source"]
                if _sort(self.sources[name].source.synthetic) == self.default_records
            }
            other = left["source"] - own
            if own and other:
                left["source"] = own
                lacking += [UnappliedPart.of("source", one, _mixed(one)) for one in sorted(other)]
        sectors, counties, sources = (tuple(sorted(values)) for values in left.values())
        kept = replace(requested, sectors=sectors, counties=counties, sources=sources)
        trials = [t for t in kept.trials if t.is_of_loaded == (t.sensor in self.sensor_ids)]
        lacking += [
            UnappliedPart.of("whatif", trial.to_text(), _untried(trial))
            for trial in kept.trials
            if trial not in trials
        ]
        kept = replace(kept, trials=tuple(trials))
        return kept, tuple(lacking)

    def _named(self, requested: Filter) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the values of a filter that name what the snapshot has, by parameter."""
        return (
            ("sector", requested.sectors),
            ("county", requested.counties),
            ("source", requested.sources),
        )

    def _known(self, name: str) -> set[str]:
        known = {"sector": self.sectors, "county": self.counties, "source": self.event_sources}
        return {*known[name]} if name == "source" else {*known[name], OUTSIDE}

    @property
    def event_sources(self) -> dict[str, SourceState]:
        """The sources of events, which filters choose among."""
        return {name: s for name, s in self.sources.items() if s.source.kind == "events"}

    @property
    def loaded_records(self) -> frozenset[Records]:
        """The records that have any events: real, synthetic, both or none."""
        return frozenset(_sort(s.source.synthetic) for s in self.event_sources.values() if s.n)

    @property
    def default(self) -> DefaultRecords | None:
        """What is shown by default and since when; None without any events."""
        return settle_default(self.chosen, self.catalogue.default, self.loaded_records)

    @property
    def default_records(self) -> Records:
        """The records that are shown where a filter leaves them open."""
        return self.default.records if self.default else "real"

    def caveats(self, datasets: Iterable[str], filter: Filter) -> tuple[Caveat, ...]:
        """Return the caveats of figures of datasets under a filter; usually none.

        Of events only those months count that the window touches, and those sources that the
        filter counts.
        """
        found = self._list_quarantine({*datasets, QUARANTINE}, filter)
        return build_caveats([r for r in found if month_window(r.part).overlaps(filter.window)])

    def page_caveats(self, filter: Filter) -> tuple[Caveat, ...]:
        """Return what a page, a wall or a hand-out under a filter has to say; usually nothing.

        Records that are missing outside the window are told too: forecasts and what is usual count
        them.
        """
        rows = self._list_quarantine({row.dataset for row in self.quarantine}, filter)
        return build_caveats(
            [r for r in rows if r.n_missing or month_window(r.part).overlaps(filter.window)]
        )

    def _list_quarantine(self, datasets: Collection[str], filter: Filter) -> list[Quarantined]:
        """Return what is in quarantine of datasets and may be of the filter, each file once."""
        touched = [
            row
            for row in self.quarantine
            if row.dataset in datasets and (row.dataset != EVENTS or self._may_concern(row, filter))
        ]
        return [*{(row.dataset, row.part, row.sha256): row for row in touched}.values()]

    def lacks_events(self, filter: Filter) -> tuple[Caveat, ...]:
        """Return the caveats of missing events, which make the figures that count them unknown."""
        return tuple(c for c in self.caveats((EVENTS,), filter) if c.missing)

    def _may_concern(self, row: Quarantined, filter: Filter) -> bool:
        other = {
            name
            for name, state in self.sources.items()
            if (filter.sources and name not in filter.sources)
            or (filter.records and _sort(state.source.synthetic) != filter.records)
        }
        return not row.sources or bool(set(row.sources) - other)

    def previous(self, filter: Filter) -> TimeWindow | None:
        """Return the period of equal length before the window.

        None if the records do not reach that far, or some of them are missing.
        """
        previous, oldest = filter.window.previous(), self.oldest(filter.records or "real")
        if previous is None or previous.start is None or oldest is None:
            return None
        whole = oldest.replace(hour=0, minute=0, second=0, microsecond=0) <= previous.start
        return previous if whole and not self.lacks_events(filter.within(previous)) else None

    def freshness(self, records: Records, at: datetime | None = None) -> Freshness | None:
        """Return the freshness of the least overdue source of real or synthetic events.

        It is judged ``at`` a moment (naive UTC), else now; None without any records.
        """
        return least_overdue(
            s.judge(at or self.now)
            for s in self.event_sources.values()
            if s.n and _sort(s.source.synthetic) == records
        )

    def newest(self, records: Records) -> datetime | None:
        """Return the moment of the newest real or synthetic event."""
        moments = (
            s.newest for s in self.event_sources.values() if _sort(s.source.synthetic) == records
        )
        return max((moment for moment in moments if moment is not None), default=None)

    def oldest(self, records: Records) -> datetime | None:
        """Return the moment of the oldest real or synthetic event."""
        moments = (
            s.oldest for s in self.event_sources.values() if _sort(s.source.synthetic) == records
        )
        return min((moment for moment in moments if moment is not None), default=None)


def _untried(trial: SensorTrial) -> str:
    named = f"sensor {trial.sensor[:40]}"
    if trial.is_of_loaded:
        return f"{named}, which this warehouse does not have"
    return f"{named} is there already: give the added one another name"


def _mixed(source: str) -> str:
    return f"source {source}, as real and synthetic records are never added together"


def _sort(synthetic: bool) -> Records:
    return "synthetic" if synthetic else "real"
