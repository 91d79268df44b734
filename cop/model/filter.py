"""The filter of the picture: which events count, read from and written to a query string."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from cop.errors import FilterError
from cop.model.ahead import Ahead
from cop.model.area import LONGEST_TEXT, Area
from cop.model.event import KINDS
from cop.model.moment import format_moment, parse_moment
from cop.model.trial import LONGEST_TRIAL, MOST_TRIALS, SensorTrial
from cop.model.window import TimeWindow

Records = Literal["real", "synthetic"]
REPEATABLE = ("sector", "county", "kind", "source", "whatif")
SINGLE = ("from", "to", "records", "area", "ahead")
MOST_VALUES = 200
_LONGEST = 100


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Time window, allowed values and area; an empty tuple allows every value.

    ``records`` is real or synthetic, never both in one figure; None lets the snapshot choose: the
    records of the named sources, else those that are shown by default. ``ahead`` is the period of
    forecasts, None for the next week; it counts no events. ``trials`` are changes of sensors that
    coverage is worked out with; no other figure depends on them.
    """

    window: TimeWindow = field(default_factory=TimeWindow)
    sectors: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    records: Records | None = None
    area: Area | None = None
    ahead: Ahead | None = None
    trials: tuple[SensorTrial, ...] = ()

    def __post_init__(self) -> None:
        """Write the usual period of forecasts in one way, so that equal filters are equal."""
        if self.ahead == Ahead():
            object.__setattr__(self, "ahead", None)

    def within(self, window: TimeWindow) -> Self:
        """Return the same filter over another window."""
        return replace(self, window=window)

    def to_pairs(self) -> list[tuple[str, str]]:
        """Return the query parameters in canonical order: equal filters give equal pairs."""
        pairs = []
        if self.window.start is not None:
            pairs.append(("from", format_moment(self.window.start)))
        if self.window.end is not None:
            pairs.append(("to", format_moment(self.window.end)))
        for name, values in (
            ("sector", self.sectors),
            ("county", self.counties),
            ("kind", self.kinds),
            ("source", self.sources),
        ):
            pairs.extend((name, value) for value in sorted(set(values)))
        if self.records is not None:
            pairs.append(("records", self.records))
        if self.area is not None:
            pairs.append(("area", self.area.to_text()))
        if self.ahead is not None:
            pairs.append(("ahead", self.ahead.to_text()))
        pairs.extend(("whatif", text) for text in sorted({one.to_text() for one in self.trials}))
        return pairs

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Read query parameters strictly: FilterError names what is unknown or does not parse."""
        stated: dict[str, list[str]] = {}
        for name, value in pairs:
            if name not in REPEATABLE + SINGLE:
                known = ", ".join(SINGLE + REPEATABLE)
                raise FilterError(f"parameter {name[:40]!r} is unknown: use {known}")
            stated.setdefault(name, []).append(value)
        _check(stated)
        start, end = (
            parse_moment(stated[name][0], name=name) if name in stated else None
            for name in ("from", "to")
        )
        records = stated.get("records", [None])[0]
        if records not in (None, "real", "synthetic"):
            raise FilterError(f"records={records[:40]!r}: use real or synthetic")
        sectors, counties, kinds, sources, trials = (
            tuple(sorted(set(stated.get(name, [])))) for name in REPEATABLE
        )
        return cls(
            window=TimeWindow(start=start, end=end),
            sectors=sectors,
            counties=counties,
            kinds=kinds,
            sources=sources,
            records=records,  # type: ignore[arg-type]
            area=Area.from_text(stated["area"][0]) if "area" in stated else None,
            ahead=Ahead.from_text(stated["ahead"][0]) if "ahead" in stated else None,
            trials=tuple(SensorTrial.from_text(text) for text in trials),
        )


def _check(stated: Mapping[str, list[str]]) -> None:
    for name in SINGLE:
        if len(stated.get(name, [])) > 1:
            raise FilterError(f"parameter {name} is given {len(stated[name])} times; give it once")
    for name, values in stated.items():
        most = MOST_TRIALS if name == "whatif" else MOST_VALUES
        if len(values) > most:
            raise FilterError(f"{name} has {len(values)} values; use at most {most}")
        longest = {"area": LONGEST_TEXT, "whatif": LONGEST_TRIAL}.get(name, _LONGEST)
        for value in values:
            if not value or len(value) > longest or not value.isprintable():
                raise FilterError(f"{name}={value[:40]!r} is empty, too long or not printable")
    for kind in stated.get("kind", []):
        if kind not in KINDS:
            raise FilterError(f"kind={kind[:40]!r} is unknown: use {', '.join(KINDS)}")
