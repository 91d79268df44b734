"""The rules of giving: what of the picture a partner gets, and how exactly."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from cop.model.event import KINDS
from cop.model.marking import MARKINGS

Precision = Literal["exact", "1km", "segment", "sector"]
PRECISIONS: Final[tuple[Precision, ...]] = get_args(Precision)
"""The finest first."""
PRECISION_WORDS: Final[dict[Precision, str]] = {
    "exact": "exact position",
    "1km": "middle of the 1 km MGRS square",
    "segment": "middle of the segment",
    "sector": "one point for the sector",
}
GivenPart = Literal["events", "layers"]
PARTS: Final[tuple[GivenPart, ...]] = get_args(GivenPart)
MOST_MARGIN_KM: Final = 500.0
MOST_DELAY_H: Final = 24.0 * 365
_NAME_LENGTH: Final = 16


class GivingRules(BaseModel):
    """What one partner gets; nothing until a part is named.

    ``kinds`` and ``counties`` are all of them where none is named; ``margin_km`` is how far beyond
    its counties the area reaches. ``highest`` is the highest label given. Events are given
    ``delay_h`` hours after they occurred, at a ``precision``, and left out where a month, county
    and kind has fewer than ``smallest_count`` of those that are given. Layers are given with exact
    positions alone; kinds and smallest count are of events.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    parts: tuple[GivenPart, ...] = ()
    kinds: tuple[str, ...] = ()
    counties: tuple[Annotated[str, Field(min_length=1, max_length=80)], ...] = ()
    margin_km: Annotated[float, Field(ge=0, le=MOST_MARGIN_KM, allow_inf_nan=False)] = 0.0
    highest: str = "TLP:GREEN"
    delay_h: Annotated[float, Field(ge=0, le=MOST_DELAY_H, allow_inf_nan=False)] = 0.0
    precision: Precision = "exact"
    smallest_count: Annotated[int, Field(ge=1, le=1_000)] = 1

    @field_validator("parts", "kinds", "counties")
    @classmethod
    def _in_order(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted({*names}))

    @field_validator("kinds")
    @classmethod
    def _known_kinds(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            raise ValueError(f"kind {unknown[0]!r}: use {', '.join(KINDS)}")
        return kinds

    @field_validator("highest")
    @classmethod
    def _known_label(cls, highest: str) -> str:
        if highest not in MARKINGS:
            raise ValueError(f"{highest!r}: use one of {', '.join(MARKINGS)}")
        return highest

    @property
    def delay(self) -> timedelta:
        """How long after it occurred an event is given."""
        return timedelta(hours=self.delay_h)

    @property
    def gives_nothing(self) -> bool:
        """Whether no part is given."""
        return not self.parts

    @property
    def gives_layers(self) -> bool:
        """Whether layers are given: they are a part, and positions are exact."""
        return "layers" in self.parts and self.precision == "exact"

    @property
    def layer_words(self) -> str:
        """What the rules mean for layers; empty if these are no part."""
        if "layers" not in self.parts:
            return ""
        if not self.gives_layers:
            return "none: a layer is given with exact positions or not at all"
        return "features that touch the area, all kinds; the smallest count is of events alone"


@dataclass(frozen=True, kw_only=True)
class Giver:
    """This server as it gives: its agency, and a secret that hides its own ids."""

    agency: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """The rules of giving as they hold at one moment for one partner, of agency ``code``.

    No event after ``latest`` (naive UTC) is given; None is no limit.
    """

    code: str
    rules: GivingRules
    hop_limit: int
    giver: Giver
    latest: datetime | None = None

    @property
    def gives_layers(self) -> bool:
        """Whether uploaded layers are given: no shape of theirs is made coarser."""
        return self.rules.gives_layers

    @property
    def name(self) -> str:
        """The name of its rules: equal ones have one."""
        stated = f"{self.rules.model_dump_json()} {self.hop_limit}"
        return hashlib.sha256(stated.encode()).hexdigest()[:_NAME_LENGTH]
